// A service whose provider can be told of sign-outs, and what the tests of signing out look at.
import { bendableIdp, type BendableIdp } from './bendable-idp.ts';
import type { Answer, Browser } from './browser.ts';
import { sessionCookie, startFlow, type Flow } from './flow.ts';
import type { Options } from './sidecar.ts';

export const keycloakPath = '/realms/test/protocol/openid-connect/logout';

export interface Offer {
  /** Path of the end-session endpoint; undefined: the provider has none. */
  readonly path?: string | undefined;
  readonly revocation?: boolean;
}

/** Discovery is read once, so it is bent for the start only; tests may reset the provider afterwards. */
export async function startSignOuts(
  idp: BendableIdp,
  options: Options = {},
  { path = '/logout', revocation = false }: Offer = {},
): Promise<Flow> {
  idp.bends.discovery = {
    end_session_endpoint: path === '' ? undefined : idp.issuer + path,
    revocation_endpoint: revocation ? `${idp.issuer}/revoke` : undefined,
  };
  idp.bends.accessTokenClaims = {}; // a JWT, as keycloak-oidc wants it
  const flow = await startFlow(options, idp);
  try {
    await flow.member(); // waits for discovery
  } catch (error) {
    await flow.stop();
    throw error;
  }
  idp.reset();
  return flow;
}

/** One provider for a file, a service for each test, however that ends. */
export function withSignOuts() {
  let idp: BendableIdp;
  beforeAll(async () => void (idp = await bendableIdp()));
  afterAll(() => idp.close());
  beforeEach(() => idp.reset());
  return async (options: Options, use: (flow: Flow) => Promise<void>, offer?: Offer): Promise<void> => {
    const flow = await startSignOuts(idp, options, offer);
    try {
      await use(flow);
    } finally {
      await flow.stop();
    }
  };
}

/** Path and query of where an answer leads, on the site; elsewhere the whole URL without its query. */
export function whereTo({ status, location = '' }: Answer): string {
  if (status !== 302) return `status ${status}`;
  const url = URL.parse(location);
  return url === null ? location : url.origin + url.pathname;
}

export function parametersOf({ location = '' }: Answer): Record<string, string> {
  return Object.fromEntries(new URL(location, 'http://site.invalid').searchParams);
}

/** Fields of the form that takes a long request to the provider. */
export function fieldsOf({ text }: Answer): Record<string, string> {
  const inputs = text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
  return text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}

/** The session is gone from this browser. */
export function hasSession({ cookies }: Browser): boolean {
  return [...cookies.keys()].some((name) => name === sessionCookie || /^_oauth2_proxy_\d+$/.test(name));
}

/** Lines of the log that warn or worse. The log is written a moment later than the answer. */
export async function warnings(flow: Flow): Promise<readonly string[]> {
  await new Promise((resolve) => setTimeout(resolve, 30));
  return flow.sidecar
    .log()
    .split('\n')
    .filter((line) => /WARNING|ERROR/.test(line));
}

/** Waits for a line of the log, or for anything else that comes true soon. */
export async function soon(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !isTrue(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isTrue()).toBe(true);
}
