// What does the structured configuration mean?
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { describeEffective } from '../../src/config/effective.ts';
import type { HeaderRule } from '../../src/config/header-rule.ts';
import { good, loadAlpha, providers, server } from './alpha-given.ts';
import { pem } from './given.ts';

describe('fields that stand for an option', () => {
  test('the usual ones', () => {
    const { config } = loadAlpha(
      `${server}\n${providers(
        'name: Corp\nscope: openid x\nallowedGroups: [a, b]\ncode_challenge_method: S256\nskipClaimsFromProfileURL: true'
          .split('\n')
          .map((line) => `    ${line}`)
          .join('\n'),
        '      emailClaim: mail\n      audienceClaims: [aud, azp]\n      insecureSkipNonce: true',
      )}`,
    );
    expect(config.provider).toMatchObject({
      provider: 'oidc',
      clientId: 'app',
      clientSecret: 's3cret-of-the-client',
      oidcIssuerUrl: 'https://id.example',
      providerDisplayName: 'Corp',
      scope: 'openid x',
      codeChallengeMethod: 'S256',
      skipClaimsFromProfileUrl: true,
      oidcEmailClaim: 'mail',
      oidcAudienceClaims: ['aud', 'azp'],
      insecureOidcSkipNonce: true,
    });
    expect(config.policy.allowedGroups).toEqual(['a', 'b']);
    expect(config.server).toMatchObject({ httpAddress: '127.0.0.1:4180', httpsAddress: '' });
  });

  test('O-3: a key that is written in place is not shown', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    // What has no address is not listened at, so that the key needs no certificate that fits.
    const yaml = `metricsServer: {tls: {key: {value: ${JSON.stringify(key)}}, cert: {fromEnv: CERT}}}\n${good}`;
    const { config, sourceOf } = loadAlpha(yaml, { env: { CERT: pem } });
    const lines = describeEffective(config, sourceOf);
    expect(lines).toContain('metrics-tls-key-file = *** (metricsServer.tls.key in alpha.yaml:1)');
    expect(lines.join('\n')).not.toContain(key.split('\n')[1]);
    expect(lines.join('\n')).not.toMatch(/^upstream = /m); // the file has taken its place
  });

  test('both listeners, and those of the metrics', () => {
    const tls = '{key: {fromFile: k.pem}, cert: {fromFile: c.pem}, minVersion: TLS1.3}';
    const yaml = `server: {bindAddress: ":80", secureBindAddress: ":443", tls: ${tls}}
metricsServer: {bindAddress: ":9090"}\n${providers()}`;
    const run = () => loadAlpha(yaml, { files: { 'k.pem': pem, 'c.pem': pem } });
    // The files hold no certificate, which is told of them, by their fields.
    expect(run).toThrow(/server\.tls\.cert in alpha\.yaml:1 names "c\.pem"/);
    expect(() => loadAlpha(`metricsServer: {bindAddress: ":9090"}\n${good}`)).not.toThrow();
    expect(loadAlpha(`metricsServer: {bindAddress: ":9090"}\n${good}`).config.server.metricsAddress).toBe(':9090');
  });

  test('#3280, #3069: what is left out or empty has the default that it has as an option', () => {
    const empty = "      audienceClaims: []\n      emailClaim: ''\n      groupsClaim:";
    const { config, isGiven } = loadAlpha(`${server}\n${providers('', empty)}`);
    expect(config.provider).toMatchObject({ oidcAudienceClaims: ['aud'], oidcEmailClaim: 'email' });
    expect(config.provider.oidcGroupsClaim).toBe('groups');
    expect([isGiven('insecure-oidc-skip-nonce'), isGiven('client-id')]).toEqual([false, true]);
  });

  test('keys count in any case', () => {
    const yaml = good.replace('clientID', 'ClientId').replace('issuerURL', 'issuerurl');
    expect(loadAlpha(yaml).config.provider).toMatchObject({ clientId: 'app', oidcIssuerUrl: 'https://id.example' });
  });

  test('a client secret from a file', () => {
    const yaml = good.replace('clientSecret: s3cret-of-the-client', 'clientSecretFile: secret.txt');
    const { config } = loadAlpha(yaml, { files: { 'secret.txt': 'from-a-file\n' } });
    expect(config.provider.clientSecret).toBe('from-a-file');
  });
});

describe('headers', () => {
  const rulesOf = (yaml: string, place = {}) => loadAlpha(`${yaml}\n${good}`, place).headerRules;

  test.each<[string, string, Partial<HeaderRule>]>([
    ['a claim', '{claimSource: {claim: user}}', { values: [{ kind: 'claim', claim: 'user' }] }],
    ['a prefix', '{claimSource: {claim: x, prefix: "p "}}', { values: [{ kind: 'claim', claim: 'x', prefix: 'p ' }] }],
    ['a secret, which is no Base64', '{secretSource: {value: cHc=}}', { values: [{ kind: 'secret', text: 'cHc=' }] }],
    ['bytes', '{secretSource: {value: [112, 119]}}', { values: [{ kind: 'secret', text: 'pw' }] }],
    ['a variable', '{secretSource: {fromEnv: PW}}', { values: [{ kind: 'secret', text: 'of-env' }] }],
    ['a file', '{secretSource: {fromFile: pw}}', { values: [{ kind: 'secret', text: 'of-file' }] }],
    [
      'Basic',
      '{claimSource: {claim: user, basicAuthPassword: {fromFile: pw}}}',
      { values: [{ kind: 'claim', claim: 'user', basicAuthPassword: 'of-file' }] },
    ],
  ])('%s', (_, value, expected) => {
    const place = { env: { PW: 'of-env' }, files: { pw: 'of-file\n' } };
    const rules = rulesOf(`injectRequestHeaders: [{name: X-A, values: [${value}]}]`, place);
    expect(rules).toEqual({
      request: [{ name: 'X-A', preserves: false, isExact: false, ...expected }],
      response: [],
      stripsReserved: true,
    });
  });

  test('what a client sends can stay, and names can be exact', () => {
    const header = '{name: X-A, preserveRequestValue: true, InsecureSkipHeaderNormalization: true, values: []}';
    expect(rulesOf(`injectRequestHeaders: [${header}]`)).toMatchObject({
      request: [{ name: 'X-A', preserves: true, isExact: true }],
      stripsReserved: false,
    });
  });

  test('without them there are none', () => {
    expect(loadAlpha(good).headerRules).toEqual({ request: [], response: [], stripsReserved: true });
  });
});

describe('upstreams', () => {
  test('each has settings of its own', () => {
    const yaml = `upstreamConfig:
  proxyRawPath: true
  upstreams:
    - {id: a, path: "^/a/(.*)$", rewriteTarget: "/b/$1/\${1}", uri: "http://a", timeout: 7s, flushInterval: 0.5}
    - {id: s, path: /s, static: true, staticCode: 204}
    - {id: w, path: /, uri: "https://w", insecureSkipTLSVerify: true, passHostHeader: false, proxyWebSockets: false, disableKeepAlives: true}
${good}`;
    const { upstreamConfig, warnings } = loadAlpha(yaml);
    expect(upstreamConfig).toMatchObject({
      proxyRawPath: true,
      upstreams: [
        { id: 'a', path: '^/a/(.*)$', rewriteTarget: '/b/$1/${1}', timeoutMs: 7_000, flushIntervalMs: 500 },
        { id: 's', destination: { kind: 'static', status: 204 } },
        { insecureSkipTlsVerify: true, passHostHeader: false, proxyWebsockets: false, disableKeepAlives: true },
      ],
    });
    expect(warnings).toEqual([expect.stringMatching(/^upstreamConfig\.upstreams\[2\] in alpha\.yaml:6: insecure/)]);
  });
});

describe('parameters of the sign-in page, and further claims', () => {
  test('they are as written; nothing else is sent', () => {
    const yaml = `${server}\n${providers(
      `    additionalClaims: [department, org.name]
    loginURLParameters:
      - {name: prompt, default: [login]}
      - {name: hd, allow: [{value: a.test}, {pattern: "^b$"}]}`,
    )}`;
    expect(loadAlpha(yaml)).toMatchObject({
      additionalClaims: ['department', 'org.name'],
      loginParameters: [
        { name: 'prompt', defaults: ['login'], allow: [] },
        {
          name: 'hd',
          defaults: [],
          allow: [
            { kind: 'value', value: 'a.test' },
            { kind: 'pattern', pattern: '^b$' },
          ],
        },
      ],
    });
    expect(loadAlpha(good).loginParameters).toEqual([]);
  });
});

describe('options beside the file', () => {
  test('variables whose place it has taken are not read, and named', () => {
    const env = { OAUTH2_PROXY_CLIENT_ID: 'other', OAUTH2_PROXY_UPSTREAMS: 'http://x' };
    const { config, upstreamConfig, warnings } = loadAlpha(good, { env });
    expect([config.provider.clientId, upstreamConfig.upstreams]).toEqual(['app', []]);
    expect(warnings).toEqual([
      'OAUTH2_PROXY_CLIENT_ID is not read: providers[0].clientID of --alpha-config takes its place',
      'OAUTH2_PROXY_UPSTREAMS is not read: upstreamConfig.upstreams of --alpha-config takes its place',
    ]);
  });

  test('variables that the file reads are not warned of', () => {
    const yaml = good.replace('clientID: app', 'clientID: ${OAUTH2_PROXY_CLIENT_ID}');
    const { config, warnings } = loadAlpha(yaml, { env: { OAUTH2_PROXY_CLIENT_ID: 'other' } });
    expect([config.provider.clientId, warnings]).toEqual(['other', []]);
  });

  test('the others count as ever, from every source', () => {
    const place = {
      argv: ['--cookie-name=x'],
      env: { OAUTH2_PROXY_PROXY_PREFIX: '/sso' },
      toml: 'force_json_errors = true',
    };
    const { config } = loadAlpha(good, place);
    expect([config.cookie.cookieName, config.request.proxyPrefix, config.policy.forceJsonErrors]).toEqual([
      'x',
      '/sso',
      true,
    ]);
  });

  test('--config-test checks it, too', () => {
    expect(loadAlpha(good, { argv: ['--config-test'] }).kind).toBe('config-test');
    expect(() => loadAlpha(`x: 1\n${good}`, { argv: ['--config-test'] })).toThrow(/x in alpha\.yaml:1/);
  });
});
