// A service in front of the bendable provider, and what people with browsers do there.
import { bendableIdp, type BendableIdp } from './bendable-idp.ts';
import { browser, type Answer, type Browser, type Visit } from './browser.ts';
import { startSidecar, type Options, type Sidecar } from './sidecar.ts';

/** A sign-in whose callback has not been visited yet. */
export interface Begun {
  /** Where the service sent the browser. */
  readonly authorization: URL;
  /** Path and query to which the provider sent it back. */
  readonly callback: string;
  readonly answer: Answer;
}

export interface Flow {
  readonly idp: BendableIdp;
  readonly sidecar: Sidecar;
  /** Opens a path of the service. */
  open(who: Browser, path: string, visit?: Visit): Promise<Answer>;
  begin(who: Browser, target?: string): Promise<Begun>;
  /** A whole sign-in: the answer of the callback. */
  signIn(who: Browser, target?: string): Promise<Answer>;
  /** A browser that is signed in. */
  member(): Promise<Browser>;
  /** What nginx hears about a browser. */
  auth(who: Browser, query?: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startFlow(options: Options = {}, shared?: BendableIdp): Promise<Flow> {
  const idp = shared ?? (await bendableIdp());
  const client = { 'oidc-issuer-url': idp.issuer, 'client-id': 'the-client', 'client-secret': 'the-secret' };
  // A structured configuration has a provider of its own.
  const sidecar = await startSidecar({ ...('alpha-config' in options ? {} : client), ...options });
  const open = (who: Browser, path: string, visit?: Visit) => who.get(sidecar.origin + path, visit);

  async function begin(who: Browser, target?: string): Promise<Begun> {
    const query = target === undefined ? '' : `?rd=${encodeURIComponent(target)}`;
    return followToProvider(await open(who, `/oauth2/start${query}`));
  }

  async function followToProvider(answer: Answer): Promise<Begun> {
    expect([answer.status, answer.location ?? answer.text]).toEqual([302, expect.stringContaining(idp.issuer)]);
    const authorization = new URL(answer.location ?? '');
    return { answer, authorization, callback: pathOf(await idp.signIn(authorization)) };
  }

  async function signIn(who: Browser, target?: string): Promise<Answer> {
    return open(who, (await begin(who, target)).callback);
  }

  return {
    idp,
    sidecar,
    open,
    begin,
    signIn,
    async member() {
      const who = browser();
      expect((await signIn(who)).status).toBe(302);
      return who;
    },
    auth: (who, query = '', headers = {}) => open(who, `/oauth2/auth${query}`, { headers }),
    async stop() {
      await sidecar.stop();
      if (shared === undefined) await idp.close();
    },
  };
}

export function pathOf(url: URL): string {
  return url.pathname + url.search;
}

/** A browser with the same cookies that goes its own way from now on. */
export function copyOf(who: Browser): Browser {
  return browser(new Map(who.cookies));
}

/** The part of `state` behind the colon. */
export function targetIn(authorization: URL): string {
  const state = authorization.searchParams.get('state') ?? '';
  return state.slice(state.indexOf(':') + 1);
}

export function cookieLines({ setCookies }: Answer, name: string): readonly string[] {
  return setCookies.filter((line) => line.startsWith(`${name}=`));
}

export const sessionCookie = '_oauth2_proxy';
