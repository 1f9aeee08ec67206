// How does a certified OpenID provider behave? npm oidc-provider in this process, with users and simple pages.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Provider from 'oidc-provider';
import type { Interaction } from 'oidc-provider';
import { browse } from './provider-browser.ts';
import { interact } from './provider-pages.ts';
import type { User } from './provider-pages.ts';

export type Client = Readonly<Record<string, unknown>> & { readonly client_id: string };

export interface RealProviderWish {
  /** Members of RFC 7591; `client()` makes the usual one. */
  readonly clients?: readonly Client[];
  readonly users?: Readonly<Record<string, User>>;
  /** Shows a consent page. Without it everybody has agreed already. */
  readonly asksConsent?: boolean;
  /** Anything that oidc-provider's configuration knows. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

export interface RealProvider {
  readonly issuer: string;
  readonly users: Readonly<Record<string, User>>;
  /** Method and path of every request so far. */
  readonly requests: readonly string[];
  /** What a user with a fresh browser does: the URL of the application that they are sent back to. */
  signIn(authorizationUrl: URL | string, user?: string): Promise<URL>;
  close(): Promise<void>;
}

/** alice is in staff and dev, bob is a guest. */
export const users: Readonly<Record<string, User>> = {
  alice: {
    password: 'wonderland',
    claims: {
      email: 'alice@example.com',
      email_verified: true,
      preferred_username: 'alice',
      name: 'Alice',
      groups: ['staff', 'dev'],
    },
  },
  bob: {
    password: 'builder',
    claims: {
      email: 'bob@example.com',
      email_verified: true,
      preferred_username: 'bob',
      name: 'Bob',
      groups: ['guests'],
    },
  },
};

export const clientId = 'sidecar';
export const clientSecret = 'a-secret-of-the-tests';

export function client(redirectUris: readonly string[], more: Readonly<Record<string, unknown>> = {}): Client {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...more,
  };
}

/** Starts on `port`, by default a free one, of the loopback interface. */
export async function realProvider(wish: RealProviderWish = {}, port = 0): Promise<RealProvider> {
  const known = wish.users ?? users;
  const requests: string[] = [];
  let handle = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => void response.end();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await quietly(async () => {
    const { default: OidcProvider } = await import('oidc-provider');
    return new OidcProvider(issuer, configuration(wish, known));
  });
  const callback = provider.callback();
  handle = (request, response) =>
    request.url?.startsWith('/interaction/')
      ? interact(provider, known, { request, response })
      : callback(request, response);

  return {
    issuer,
    users: known,
    requests,
    signIn: (url, user = 'alice') => browse(url, { issuer, user, password: known[user]?.password ?? '' }),
    async close() {
      const isClosed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections(); // afterwards: until then a browser may open new ones
      await isClosed;
    },
  };
}

/** It warns of its memory store and of the newest Node at every start. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

/** Made once: RSA keys are slow to find. */
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

function configuration(
  wish: RealProviderWish,
  known: Readonly<Record<string, User>>,
): Readonly<Record<string, unknown>> {
  return {
    clients: wish.clients ?? [client(['https://app.example/oauth2/callback'])],
    jwks: { keys: [{ ...key, kid: 'test', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['preferred_username', 'name'],
      groups: ['groups'],
    },
    scopes: ['openid', 'email', 'profile', 'groups', 'offline_access'],
    conformIdTokenClaims: false, // claims in the ID token, as most providers do
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: Interaction) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => {
      const user = known[id];
      return user && { accountId: id, claims: () => ({ sub: id, ...user.claims }) };
    },
    issueRefreshToken: () => true,
    expiresWithSession: () => false, // otherwise the grant of one tab ends those of the others
    pkce: { required: () => false },
    ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 3600 },
    ...(wish.asksConsent ? {} : { loadExistingGrant: agreed }),
    ...wish.configuration,
  };
}

interface GrantContext {
  readonly oidc: {
    readonly provider: Provider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
    readonly params: { readonly scope: string };
  };
}

async function agreed({ oidc: { provider, client: asking, session, params } }: GrantContext): Promise<object> {
  const grant = new provider.Grant({ accountId: session.accountId, clientId: asking.clientId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}
