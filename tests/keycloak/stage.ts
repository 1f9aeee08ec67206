// A site over https in front of the program, with a realm of its own at the Keycloak of the run.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { demoSite } from '../../deploy/demo/site.ts';
import { startProgram } from '../browser/program.ts';
import type { Environment, Program } from '../browser/program.ts';
import { shippedLocations } from '../browser/stage.ts';
import type { BackPorts } from '../browser/stage.ts';
import { startHttpsNginx } from '../support/https-nginx.ts';
import type { HttpsNginx } from '../support/https-nginx.ts';
import { makeRealm } from '../support/keycloak-admin.ts';
import type { Realm } from '../support/keycloak-admin.ts';
import { sharedKeycloak } from '../support/keycloak-desk.ts';
import { clientId, secretOf } from '../support/keycloak-realm.ts';
import type { ClientWish, RealmWish } from '../support/keycloak-realm.ts';

export interface Addresses {
  readonly issuer: string;
  /** Of the first host. */
  readonly origin: string;
  /** Of the program itself. */
  readonly sidecar: string;
}

export interface KeycloakStageWish {
  /** Over the usual `OAUTH2_PROXY_*` variables. */
  readonly env?: (addresses: Addresses) => Environment;
  /** Names that the browser knows; all lead to the same server { }. */
  readonly hosts?: readonly string[];
  readonly server?: (ports: BackPorts) => string;
  readonly realm?: Omit<RealmWish, 'clients'>;
  /** Over a client with its callbacks and nothing else. */
  readonly client?: (addresses: Omit<Addresses, 'issuer'>) => Partial<ClientWish>;
  /** Other applications in the same realm. */
  readonly otherClients?: (addresses: Omit<Addresses, 'issuer'>) => readonly ClientWish[];
}

type Cookies = readonly { readonly name: string; readonly value: string }[];

export interface KeycloakStage extends Addresses {
  /** Of each host. */
  readonly origins: readonly string[];
  readonly realm: Realm;
  readonly nginx: HttpsNginx;
  /** The program that runs now. */
  program(): Program;
  /** The same, but for these variables: an operator changes the configuration. */
  reconfigure(env: Environment): Promise<void>;
  /** What `auth` says to these cookies, asked at the sidecar itself. */
  auth(cookies: Cookies): Promise<Response>;
  stop(): Promise<void>;
}

export const appHost = 'app.corp.test';

export async function startKeycloakStage(wish: KeycloakStageWish = {}): Promise<KeycloakStage> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(wish, (end) => stops.push(end))), stop };
  } catch (error) {
    await stop(); // what is left behind would keep jest from ending
    throw error;
  }
}

type Building = Omit<KeycloakStage, 'stop'>;

async function build(wish: KeycloakStageWish, atTheEnd: (end: () => Promise<unknown>) => void): Promise<Building> {
  const { hosts = [appHost], server = shippedLocations } = wish;
  const site = await startSite();
  atTheEnd(site.stop);
  const ports = { site: site.port, sidecar: await freePort() };
  // With the snippets or without, what stands in server { } is all there is.
  const nginx = await startHttpsNginx({ sidecarPort: ports.sidecar, server: server(ports), ownEndpoints: true });
  atTheEnd(nginx.stop);
  const origins = hosts.map((host) => nginx.origin(host));
  const here = { origin: origins[0] ?? '', sidecar: `http://127.0.0.1:${ports.sidecar}` };

  const client: ClientWish = {
    id: clientId,
    redirectUris: origins.map((origin) => `${origin}/oauth2/callback`),
    ...wish.client?.(here),
  };
  const realm = await makeRealm(await sharedKeycloak(), {
    ...wish.realm,
    clients: [client, ...(wish.otherClients?.(here) ?? [])],
  });
  atTheEnd(realm.remove);
  const addresses = { ...here, issuer: realm.issuer };
  const environment = { ...usualEnvironment(addresses), ...wish.env?.(addresses) };
  let program = await startProgram(here.sidecar, environment);
  atTheEnd(() => program.stop());
  const reconfigure = async (env: Environment) => {
    await program.stop();
    program = await startProgram(here.sidecar, { ...environment, ...env });
  };
  const auth = (cookies: Cookies) => {
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    return fetch(`${here.sidecar}/oauth2/auth`, { headers: { cookie } });
  };
  return { ...addresses, origins, realm, nginx, program: () => program, reconfigure, auth };
}

async function startSite() {
  const demo = demoSite();
  // Cookies and names of 200 groups are more than the 16 KiB that Node takes by default.
  const site = createServer({ maxHeaderSize: 65_536 }, (request, response) => demo.emit('request', request, response));
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const stop = async () => {
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  };
  return { port: (site.address() as AddressInfo).port, stop };
}

function usualEnvironment({ issuer, origin, sidecar }: Addresses): Environment {
  return {
    OAUTH2_PROXY_PROVIDER: 'keycloak-oidc',
    OAUTH2_PROXY_OIDC_ISSUER_URL: issuer,
    OAUTH2_PROXY_CLIENT_ID: clientId,
    OAUTH2_PROXY_CLIENT_SECRET: secretOf(clientId),
    OAUTH2_PROXY_REDIRECT_URL: `${origin}/oauth2/callback`,
    OAUTH2_PROXY_COOKIE_SECRET: 'a-cookie-secret-of-the-tests-42',
    OAUTH2_PROXY_HTTP_ADDRESS: sidecar.replace('http://', ''),
    OAUTH2_PROXY_EMAIL_DOMAINS: '*',
    OAUTH2_PROXY_REVERSE_PROXY: 'true',
    OAUTH2_PROXY_SET_XAUTHREQUEST: 'true',
    OAUTH2_PROXY_SKIP_PROVIDER_BUTTON: 'true',
  };
}
