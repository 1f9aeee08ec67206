// The whole house on free ports: provider, demo site, the program itself as a process, and nginx in front.
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort, runNginx } from '../../deploy/demo/run-nginx.ts';
import { demoSite } from '../../deploy/demo/site.ts';
import { demoUsers } from '../../deploy/demo/users.ts';
import { shippedSnippets } from '../support/nginx.ts';
import { client, clientId, clientSecret, realProvider } from '../support/real-provider.ts';
import type { RealProvider } from '../support/real-provider.ts';
import { startProgram } from './program.ts';
import type { Environment, Program } from './program.ts';

export interface StageWish {
  /** Over the usual `OAUTH2_PROXY_*` variables. */
  readonly env?: Environment | ((known: { readonly issuer: string; readonly origin: string }) => Environment);
  /** What the browser has in its address bar, without the port. `*.localhost` is loopback to Chromium, and may have Secure cookies. */
  readonly host?: string;
  /** What stands in server { }; by default the demo's locations with the shipped snippets. */
  readonly server?: (ports: BackPorts) => string;
}

export interface SiteRequest {
  /** Path and query. */
  readonly url: string;
  readonly referer: string;
  readonly cookie: string;
}

export interface BackPorts {
  readonly sidecar: number;
  readonly site: number;
}

export interface Stage {
  /** `http://localhost:PORT` */
  readonly origin: string;
  readonly provider: RealProvider;
  /** Each request that the site itself has seen. */
  readonly siteSaw: readonly SiteRequest[];
  readonly sidecar: Program;
  /** Statuses that nginx has answered under /oauth2/ so far, in order. */
  statuses(): readonly number[];
  /** What `auth` says to these cookies, asked at the sidecar itself. */
  authStatus(cookies: readonly { readonly name: string; readonly value: string }[]): Promise<number>;
  stopProvider(): Promise<void>;
  /** On the same port. */
  startProvider(): Promise<void>;
  stop(): Promise<void>;
}

export function shippedLocations({ site }: BackPorts): string {
  return `
    include oauth2/oauth2-endpoints.conf;
    location /         { include oauth2/to-app.conf;       proxy_pass http://127.0.0.1:${site}; }
    location /private/ { include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:${site}; }
    location /api/     { include oauth2/protect-api.conf;  proxy_pass http://127.0.0.1:${site}; }
    location /admin/   {
      set $oauth2_require "allowed_groups=admins";
      include oauth2/protect-page.conf;
      proxy_pass http://127.0.0.1:${site};
    }`;
}

/** What is running already, last started first: when a start fails, none of it stays behind. */
type Ends = (() => Promise<unknown>)[];

export async function startStage(wish: StageWish = {}): Promise<Stage> {
  const ends: Ends = [];
  const stop = async () => {
    for (const end of ends.splice(0)) await end();
  };
  try {
    return { ...(await startParts(wish, ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(wish: StageWish, ends: Ends): Promise<Omit<Stage, 'stop'>> {
  const { env = {}, host = 'localhost', server = shippedLocations } = wish;
  const site = await startSite();
  ends.unshift(site.stop);
  const ports = { front: await freePort(), sidecar: await freePort(), provider: await freePort(), site: site.port };
  const origin = `http://${host}:${ports.front}`;
  const nginx = await runNginx({
    port: ports.front,
    snippets: shippedSnippets,
    http: `
  upstream oauth2_sidecar { server 127.0.0.1:${ports.sidecar}; keepalive 32; }
  include oauth2/oauth2-maps.conf;
  server { listen 127.0.0.1:${ports.front}; ${server(ports)} }`,
  });
  ends.unshift(nginx.stop);
  const startProvider = () => realProvider({ clients: [clientAt(origin)], users: demoUsers }, ports.provider);
  let provider = await startProvider();
  ends.unshift(() => provider.close());
  const { issuer } = provider;
  const given = typeof env === 'function' ? env({ issuer, origin }) : env;
  const url = `http://127.0.0.1:${ports.sidecar}`;
  const sidecar = await startProgram(url, { ...usual({ issuer, origin, port: ports.sidecar }), ...given });
  ends.unshift(sidecar.stop);

  return {
    ...{ origin, provider, sidecar, siteSaw: site.saw },
    statuses: () => statusesIn(nginx.log('access.log')),
    async authStatus(cookies) {
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      return (await fetch(`${url}/oauth2/auth`, { headers: { cookie } })).status;
    },
    stopProvider: () => provider.close(),
    startProvider: async () => void (provider = await startProvider()),
  };
}

function clientAt(origin: string) {
  return client([`${origin}/oauth2/callback`], { post_logout_redirect_uris: [`${origin}/oauth2/signed_out`] });
}

function usual({ issuer, origin, port }: { issuer: string; origin: string; port: number }): Environment {
  return {
    OAUTH2_PROXY_PROVIDER: 'oidc',
    OAUTH2_PROXY_PROVIDER_DISPLAY_NAME: 'the test provider',
    OAUTH2_PROXY_OIDC_ISSUER_URL: issuer,
    OAUTH2_PROXY_CLIENT_ID: clientId,
    OAUTH2_PROXY_CLIENT_SECRET: clientSecret,
    OAUTH2_PROXY_COOKIE_SECRET: 'a-cookie-secret-of-the-tests-42',
    OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${port}`,
    OAUTH2_PROXY_REDIRECT_URL: `${origin}/oauth2/callback`,
    OAUTH2_PROXY_SCOPE: 'openid email profile groups',
    OAUTH2_PROXY_EMAIL_DOMAINS: '*',
    OAUTH2_PROXY_REVERSE_PROXY: 'true',
    OAUTH2_PROXY_SET_XAUTHREQUEST: 'true',
  };
}

function statusesIn(accessLog: string): readonly number[] {
  return [...accessLog.matchAll(/"[A-Z]+ \/oauth2\/\S* HTTP\/1.1" (\d{3})/g)].map(([, status]) => Number(status));
}

async function startSite() {
  const saw: SiteRequest[] = [];
  const server = demoSite().on('request', ({ url = '', headers: { referer = '', cookie = '' } }: IncomingMessage) =>
    saw.push({ url, referer, cookie }),
  );
  return { port: await listening(server), saw, stop: () => closed(server) };
}

export interface OtherSite {
  /** `http://127.0.0.1:PORT`: another site than localhost. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** A site of somebody else, all of whose pages hold this markup. */
export async function startOtherSite(markup: () => string, host = '127.0.0.1'): Promise<OtherSite> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>Another site</title>${markup()}`);
  });
  return { origin: `http://${host}:${await listening(server)}`, stop: () => closed(server) };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  const isClosed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections(); // afterwards: until then a browser may open new ones
  await isClosed;
}
