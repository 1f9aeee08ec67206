// 200 requests on one due session at a real Keycloak that takes each refresh token once: one call, and does everybody stay in?
import { setTimeout as sleep } from 'node:timers/promises';
import { endAll, startService } from '../process/program.ts';
import { browser, type Browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { pathOf } from '../support/flow.ts';
import { makeRealm, type Realm } from '../support/keycloak-admin.ts';
import { sharedKeycloak } from '../support/keycloak-desk.ts';
import { clientId, keycloakUsers, secretOf } from '../support/keycloak-realm.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { storm } from '../support/storm.ts';

const redirectUrl = 'https://app.corp.test/oauth2/callback';
const firstTokenSeconds = 4;

/** Keycloak's one form, without a browser: the URL of the application at the end. */
async function identify(authorizationUrl: string): Promise<URL> {
  const visitor = browser();
  const { text } = await visitor.get(authorizationUrl);
  const action = /<form[^>]*id="kc-form-login"[^>]*action="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const { name: username, password } = keycloakUsers.alice;
  const { location } = await visitor.get(action, {
    method: 'POST',
    body: new URLSearchParams({ username, password, credentialId: '' }),
  });
  return new URL(location ?? '');
}

async function signIn(origin: string): Promise<Browser> {
  const who = browser();
  const { location = '' } = await who.get(`${origin}/oauth2/start`);
  expect((await who.get(origin + pathOf(await identify(location)))).status).toBe(302);
  return who;
}

needs('keycloak', 'redis-server')('a storm at Keycloak', () => {
  let redis: RedisServer;
  let realm: Realm;
  beforeAll(async () => {
    [redis] = await Promise.all([startRedis(), sharedKeycloak()]);
  }, 260_000);
  afterAll(() => redis?.close());
  beforeEach(async () => {
    const clients = [{ id: clientId, redirectUris: [redirectUrl] }];
    realm = await makeRealm(await sharedKeycloak(), {
      clients,
      rotation: true, // revokeRefreshToken with refreshTokenMaxReuse=0
      accessTokenSeconds: firstTokenSeconds,
    });
  }, 60_000);
  afterEach(async () => {
    await endAll();
    await realm.remove();
  }, 60_000);

  async function start(count: number, argv: readonly string[]): Promise<readonly string[]> {
    const all = [
      '--provider=keycloak-oidc',
      `--oidc-issuer-url=${realm.issuer}`,
      `--client-id=${clientId}`,
      `--client-secret=${secretOf(clientId)}`,
      `--redirect-url=${redirectUrl}`,
      '--cookie-refresh=auto',
      '--set-xauthrequest',
      '--pass-access-token',
      '--skip-provider-button',
      '--request-logging=false',
      ...argv,
    ];
    const services = await Promise.all(Array.from({ length: count }, () => startService(all)));
    const origins = services.map(({ port }) => `http://127.0.0.1:${port}`);
    for (const origin of origins)
      await eventually(`${origin} to be ready`, async () => (await fetch(`${origin}/ready`)).ok);
    return origins;
  }

  test.each<[string, number, readonly string[]]>([
    ['sessions in cookies, one process', 1, []],
    ['sessions in cookies, two workers', 1, ['--workers=2']],
    ['sessions in cookies, two replicas with Redis, two workers each', 2, ['--workers=2', 'redis']],
    ['sessions in Redis, one process', 1, ['--session-store-type=redis', 'redis']],
    ['sessions in Redis, two replicas, two workers each', 2, ['--workers=2', '--session-store-type=redis', 'redis']],
  ])(
    'K1, T-7, T-9: exactly one token call and 200 × 202: %s',
    async (_, replicas, argv) => {
      const origins = await start(
        replicas,
        argv.map((word) => (word === 'redis' ? `--redis-connection-url=${redis.url}` : word)),
      );
      const who = await signIn(origins[0] ?? '');
      await realm.changeRealm({ accessTokenLifespan: 300 }); // so that a slow machine has no second refresh to do
      await sleep(firstTokenSeconds * 1000 + 500);
      const { statuses, accessTokens } = await storm({ origins, who });
      expect(statuses).toEqual({ 202: 200 });
      expect(accessTokens).toHaveLength(1);
      expect((await storm({ origins, who, requests: 20 })).accessTokens).toEqual(accessTokens);
      expect(await realm.events()).toEqual(['LOGIN', 'CODE_TO_TOKEN', 'REFRESH_TOKEN']);
      expect(await realm.sessionsOf('alice')).toHaveLength(1);
    },
    60_000,
  );
});
