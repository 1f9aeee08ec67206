// The demo's provider and site, a real sidecar and a real nginx, with a server block of the test's choice.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { demoProvider } from '../../deploy/demo/provider.ts';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { demoSite } from '../../deploy/demo/site.ts';
import { startNginx } from './nginx.ts';
import type { NginxSpec, TestNginx } from './nginx.ts';
import { clientSecret } from './real-provider.ts';
import { startSidecar } from './sidecar.ts';
import type { Options, Sidecar } from './sidecar.ts';

export interface World {
  /** As a browser opens it. */
  readonly url: string;
  readonly nginx: TestNginx;
  readonly sidecar: Sidecar;
  stop(): Promise<void>;
}

export const demoLocations = (sitePort: number) => `
    location /         { include oauth2/to-app.conf;       proxy_pass http://127.0.0.1:${sitePort}; }
    location /private/ { include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:${sitePort}; }
    location /api/     { include oauth2/protect-api.conf;  proxy_pass http://127.0.0.1:${sitePort}; }
    location /admin/ {
      set $oauth2_require "allowed_groups=admins";
      include oauth2/protect-page.conf;
      proxy_pass http://127.0.0.1:${sitePort};
    }`;

export interface WorldSpec {
  readonly options?: Options;
  readonly nginx?: (ports: { readonly site: number; readonly sidecar: number }) => Partial<NginxSpec>;
}

export async function startWorld({ options = {}, nginx: spec = () => ({}) }: WorldSpec = {}): Promise<World> {
  const port = await freePort();
  const providerPort = await freePort();
  const url = `http://localhost:${port}`;
  const provider = await demoProvider({
    issuer: `http://127.0.0.1:${providerPort}`,
    clientId: 'sidecar',
    clientSecret,
    redirectUri: `${url}/oauth2/callback`,
    postLogoutRedirectUri: `${url}/`,
  });
  await listen(provider, providerPort);
  const site = demoSite();
  const sitePort = await listen(site, 0);
  const sidecar = await startSidecar({
    'oidc-issuer-url': `http://127.0.0.1:${providerPort}`,
    'redirect-url': `${url}/oauth2/callback`,
    scope: 'openid email profile groups',
    'reverse-proxy': true,
    'trusted-proxy-ip': '127.0.0.1',
    'set-xauthrequest': true,
    'cookie-secure': false,
    ...options,
  });
  const ports = { site: sitePort, sidecar: sidecar.port };
  const nginx = await startNginx({ sidecarPort: sidecar.port, port, server: demoLocations(sitePort), ...spec(ports) });
  return {
    url,
    nginx,
    sidecar,
    async stop() {
      await nginx.stop();
      await sidecar.stop();
      await Promise.all([close(site), close(provider)]);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
