// Do the files of users, as the documentation of oauth2-proxy and its relatives taught them to write them, start unchanged?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, navigationHeaders } from '../support/browser.ts';
import {
  fixture,
  fromCompose,
  fromEnvFile,
  fromFile,
  fromManifests,
  removeWritten,
  type Setup,
} from '../support/setups.ts';
import { endAll, freePort, launch, run } from '../process/program.ts';

let idp: BendableIdp;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(async () => {
  removeWritten();
  await idp.close();
});
afterEach(() => endAll());

const neighbours = /without --trusted-proxy-ip believes the headers of every neighbour/;
const noRedirectUrl = /--redirect-url has no host/;

const setups: readonly (readonly [string, () => Setup, readonly RegExp[]])[] = [
  [
    'nginx, by a file',
    () => fromFile('nginx.cfg'),
    [/redirect_url .* is plain http/, neighbours, /skip_auth_regex .* is deprecated/],
  ],
  [
    'Traefik, by a file',
    () => fromFile('traefik.cfg'),
    [noRedirectUrl, neighbours, /trusted_ips .* lies among the addresses/],
  ],
  ['Keycloak and Redis, by a file', () => fromFile('keycloak.cfg'), [/insecure_oidc_allow_unverified_email/]],
  [
    'variables of a file, by compose',
    () => fromEnvFile('service.env', 'compose'),
    [
      noRedirectUrl,
      neighbours,
      /COOKIE_DOMAINS has blanks/,
      /WHITELIST_DOMAINS has blanks/,
      /EMAIL_DOMAINS has blanks/,
      /" \.example\.org" is left out/,
      /" \.example\.org:\*" never matches/,
    ],
  ],
  [
    'variables of a file, by docker',
    () => fromEnvFile('service.env', 'docker'),
    [
      noRedirectUrl,
      neighbours,
      /COOKIE_DOMAINS has blanks/,
      /WHITELIST_DOMAINS has blanks/,
      /EMAIL_DOMAINS has blanks/,
      /" \.example\.org" is left out/,
      /" \.example\.org:\*" never matches/,
      /DISPLAY_NAME is in quotes/,
      /CLIENT_SECRET is in quotes/,
    ],
  ],
  [
    'Keycloak, by a map in compose',
    () => fromCompose('compose.yaml', 'sso'),
    [noRedirectUrl, neighbours, /UNVERIFIED_EMAIL/],
  ],
  [
    'flags and a list in compose',
    () => fromCompose('compose.yaml', 'sso-by-list'),
    [noRedirectUrl, neighbours, /--skip-auth-regex is deprecated/],
  ],
  [
    'Kubernetes',
    () => fromManifests('ingress-nginx.yaml'),
    [noRedirectUrl, neighbours, /--https-address is not listened at/],
  ],
  ['the structured form', () => fromFile('structured.cfg', `--alpha-config=${fixture('structured.yaml')}`), []],
];

test.each(setups)('%s: is valid as it is, and nothing is said but what should be', async (_, setup, expected) => {
  const { argv, env } = setup();
  const { code, out, err } = await run([...argv, '--config-test'], env);
  const warnings = err.split('\n').filter((line) => line !== '');
  expect([code, out]).toEqual([0, 'configuration is valid\n']);
  expect(warnings.filter((line) => !expected.some((one) => one.test(line)))).toEqual([]);
  expect(expected.filter((one) => !warnings.some((line) => one.test(line)))).toEqual([]);
});

/** The service on ports that are free here, with our provider; all else as its users wrote it. */
async function started({ argv, env }: Setup) {
  const port = await freePort();
  const here = [`--http-address=127.0.0.1:${port}`, '--log-level=debug'];
  const flags = [
    ...argv,
    ...here,
    `--oidc-issuer-url=${idp.issuer}`,
    '--client-id=the-client',
    '--client-secret=the-secret',
  ];
  const service = launch(
    flags.filter((flag) => !/^--(?:https|metrics)-address=/.test(flag)),
    env,
  );
  await service.says(' listens');
  return { ...service, origin: `http://127.0.0.1:${port}` };
}

/** By `started`, and what is no setting. */
const replaced =
  /^(?:--)?(?:OAUTH2_PROXY_)?(?:https?|metrics)[-_]address|(?:oidc[-_]issuer[-_]url|client[-_]id|client[-_]secret)\b|_(?:SERVICE|PORT)(?:_|$)|^--config$/i;

const behindProxy = {
  host: 'sso.apps.example.com',
  'x-forwarded-host': 'sso.apps.example.com',
  'x-forwarded-proto': 'https',
  'x-forwarded-uri': '/tool?x=1',
  'x-real-ip': '203.0.113.9',
};

/** Which of the given settings the service does not name among those that it goes by. */
function unused({ given }: Setup, log: string): readonly string[] {
  const sources = [...log.matchAll(/ = .* \(([^()]+)\)$/gm)].map(([, source]) => source);
  expect(sources.length).toBeGreaterThan(150);
  return given.filter((name) => !replaced.test(name) && !sources.includes(name));
}

const withSignIn = setups.filter(([name]) => name !== 'the structured form' && !name.includes('Redis'));

test.each(withSignIn)('%s: each setting counts, and people sign in', async (_, setup) => {
  idp.reset();
  // Keycloak's access tokens are readable.
  Object.assign(idp.bends, { accessTokenClaims: { realm_access: { roles: ['user'] } } });
  const whole = setup();
  const { origin, out, err } = await started(whole);
  expect(unused(whole, out() + err())).toEqual([]);

  const who = browser();
  const visit = { headers: { ...navigationHeaders, ...behindProxy } };
  const begun = await who.get(`${origin}/oauth2/start?rd=${encodeURIComponent('/tool?x=1')}`, visit);
  const back = await idp.signIn(begun.location ?? '');
  expect(back.pathname).toBe('/oauth2/callback');
  const done = await who.get(`${origin}${back.pathname}${back.search}`, visit);
  expect([done.status, done.location]).toEqual([302, '/tool?x=1']);
  const auth = await who.get(`${origin}/oauth2/auth`, visit);
  expect([auth.status, auth.headers.get('x-auth-request-email')]).toEqual([202, 'jane@example.com']);
  expect((await browser().get(`${origin}/oauth2/auth`, visit)).status).toBe(401);
});

test('Keycloak and Redis, by a file: each setting counts, and it waits for its sentinels', async () => {
  const whole = fromFile('keycloak.cfg');
  const { origin, out, err } = await started(whole);
  expect(unused(whole, out() + err())).toEqual([]);
  const ready = await browser().get(`${origin}/ready`);
  expect([ready.status, (await browser().get(`${origin}/ping`)).status]).toEqual([503, 200]);
});
