// Where does the program listen that a structured file tells so? http and https at once, and workers that read it too.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/ask.ts';
import { needs } from '../support/needs.ts';
import { askOverTls, greeter, shakeHands, startWorkshop, type Workshop } from '../support/tls.ts';
import { endAll, freePort, launch, secrets } from './program.ts';

afterEach(endAll);

needs('openssl')('a structured configuration', () => {
  let workshop: Workshop;
  beforeAll(() => void (workshop = startWorkshop()));
  afterAll(() => workshop.close());

  async function start(flags: readonly string[] = []) {
    const [plain, secure, metrics] = [await freePort(), await freePort(), await freePort()];
    const [site, counts] = [workshop.make('site'), workshop.make('counts')];
    const yaml = `
server:
  bindAddress: 127.0.0.1:${plain}
  secureBindAddress: 127.0.0.1:${secure}
  tls: {cert: {fromFile: "${site.certFile}"}, key: {fromEnv: SITE_KEY}}
metricsServer:
  secureBindAddress: 127.0.0.1:${metrics}
  tls:
    cert: {value: ${JSON.stringify(counts.cert)}}
    key: {fromFile: "${counts.keyFile}"}
    minVersion: TLS1.3
providers:
  - {id: main, provider: oidc, clientID: sidecar, clientSecret: "\${SECRET}", oidcConfig: {issuerURL: "http://127.0.0.1:9"}}
`;
    const path = join(workshop.folder, 'alpha.yaml');
    writeFileSync(path, yaml);
    const argv = [`--alpha-config=${path}`, `--cookie-secret=${secrets.cookie}`, '--email-domain=*', ...flags];
    const service = launch(argv, { SITE_KEY: site.key, SECRET: secrets.client });
    await service.says(' listens');
    return { service, plain, secure, metrics };
  }

  test.each([
    ['by one process', []],
    ['by two workers', ['--workers=2']],
  ])('listens with and without TLS at once, %s', async (_, flags) => {
    const { plain, secure, metrics } = await start(flags);
    expect(await ask(plain)).toMatchObject({ status: 401 });
    expect(await askOverTls(secure, { path: '/oauth2/auth' })).toMatchObject({ status: 401 });
    expect([await greeter(secure), await greeter(metrics)]).toEqual(['site', 'counts']);
    expect((await askOverTls(metrics, { path: '/metrics' })).body).toContain('oauth2_proxy_requests_total');
    await expect(shakeHands(metrics, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    (await shakeHands(secure, { maxVersion: 'TLSv1.2' })).destroy();
  });
});
