// Does signing out end on a page, with the nginx configurations that users have? (keycloak.md §11)
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { logoutReport, widelyCopied } from '../browser/server-blocks.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, navigationHeaders, type Browser } from '../support/browser.ts';
import { pathOf } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { startRecorder, type Recorder } from '../support/recorder.ts';
import { startSidecar, type Options, type Sidecar } from '../support/sidecar.ts';
import { hasSession, keycloakPath, soon } from '../support/sign-outs.ts';

const host = 'app.yourdomain.com';

/** As in the logout report. */
const reported = (issuer: string): Options => ({
  'backend-logout-url': issuer + keycloakPath,
  'cookie-domain': 'yourdomain.com',
  'cookie-secure': true,
  'cookie-samesite': 'lax',
  'cookie-csrf-per-request': true,
  'reverse-proxy': true,
  'session-store-type': 'cookie',
});

needs('nginx')('sign-out through nginx', () => {
  let idp: BendableIdp;
  let app: Recorder;
  beforeAll(async () => {
    idp = await bendableIdp();
    app = await startRecorder((_, response) => response.end('the application'));
  });
  afterAll(async () => {
    await app.stop();
    await idp.close();
  });
  beforeEach(() => idp.reset());

  interface Site {
    readonly sidecar: Sidecar;
    readonly nginx: TestNginx;
    /** One request by nginx, under the site's name. */
    get(who: Browser, path: string): ReturnType<Browser['get']>;
  }

  async function withSite(block: typeof widelyCopied, options: Options, use: (site: Site) => Promise<void>) {
    idp.bends.discovery = { end_session_endpoint: idp.issuer + keycloakPath };
    const port = await freePort();
    const sidecar = await startSidecar({
      'oidc-issuer-url': idp.issuer,
      'client-id': 'the-client',
      'client-secret': 'the-secret',
      'redirect-url': `https://${host}/oauth2/callback`,
      'skip-provider-button': false,
      ...options,
    });
    const server = block({ sidecar: sidecar.port, site: app.port });
    const nginx = await startNginx({ sidecarPort: sidecar.port, port, server, ownEndpoints: true });
    const get = (who: Browser, path: string) => who.get(nginx.url + path, { headers: { ...navigationHeaders, host } });
    try {
      await soon(() => sidecar.log().includes('the provider is ready'));
      await use({ sidecar, nginx, get });
    } finally {
      await nginx.stop();
      await sidecar.stop();
    }
  }

  async function member({ get }: Site): Promise<Browser> {
    const who = browser();
    const { location = '' } = await get(who, '/oauth2/start?rd=/private');
    await get(who, pathOf(await idp.signIn(location)));
    expect((await get(who, '/private')).text).toBe('the application');
    return who;
  }

  /** Follows redirects on the site and at the provider; the paths on the way. */
  async function journey({ get }: Site, who: Browser, path: string) {
    const hops: string[] = [];
    let answer = await get(who, path);
    while (answer.location !== undefined && hops.length < 10) {
      hops.push(answer.location.split('?')[0] ?? '');
      const url = new URL(answer.location, `https://${host}`);
      answer = url.host === host ? await get(who, url.pathname + url.search) : await browser().get(url);
    }
    return { hops, answer };
  }

  test.each<[string, typeof widelyCopied, (issuer: string) => Options]>([
    ['the report’s own four lines and environment', logoutReport, reported],
    ['the widely copied location and the report’s environment', widelyCopied, reported],
    ['the widely copied location, nothing else set', widelyCopied, () => ({ 'reverse-proxy': true })],
  ])('%s: one redirect to a page that asks to sign in; both sessions are gone', async (_, block, options) => {
    await withSite(block, options(idp.issuer), async (site) => {
      const who = await member(site);
      const { hops, answer } = await journey(site, who, '/oauth2/sign_out');
      expect([hops, hasSession(who), idp.ended]).toEqual([['/'], false, ['refresh_token']]);
      expect(answer.text).toMatch(/Sign in with/);
      expect(site.sidecar.log()).not.toMatch(/ERROR|error getting authenticated session/);

      // Nobody signed in any more: still no loop, and no trouble in the log.
      const again = await journey(site, who, '/oauth2/sign_out');
      expect([again.hops, again.answer.status]).toEqual([['/oauth2/signed_out'], 200]);
      expect(site.sidecar.log()).not.toMatch(/ERROR|could not be told/);
    });
  });

  test('the widely copied location and a return address: there and back in three hops', async () => {
    const address = `https://${host}/oauth2/signed_out`;
    await withSite(
      widelyCopied,
      { 'reverse-proxy': true, 'post-logout-redirect-url': '/oauth2/signed_out' },
      async (site) => {
        idp.bends.postLogoutUris = [address];
        const who = await member(site);
        const { hops, answer } = await journey(site, who, '/oauth2/sign_out');
        expect(hops).toEqual([idp.issuer + keycloakPath, address, '/']);
        expect([idp.ended, hasSession(who)]).toEqual([['id_token_hint'], false]);
        expect(answer.text).toMatch(/Sign in with/);
      },
    );
  });

  test('Keycloak down: a page that says so, by one redirect', async () => {
    await withSite(widelyCopied, reported(idp.issuer), async (site) => {
      const who = await member(site);
      idp.bends.scripts = { end_session: { status: 502 } };
      const { hops, answer } = await journey(site, who, '/oauth2/sign_out');
      expect([hops, answer.status]).toEqual([['/oauth2/signed_out'], 200]);
      expect(answer.text).toContain('could not be told');
    });
  });
});
