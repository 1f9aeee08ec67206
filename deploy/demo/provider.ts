// The demo's OpenID provider: npm oidc-provider with two users, everything in memory.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import type { Interaction } from 'oidc-provider';
import { interact, problemPage, signOutPage, send, sendStyle } from './provider-pages.ts';
import { demoUsers } from './users.ts';

export interface ProviderSetting {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
}

export async function demoProvider(setting: ProviderSetting): Promise<Server> {
  const { default: OidcProvider } = await quietly(() => import('oidc-provider'));
  const provider = await quietly(async () => new OidcProvider(setting.issuer, configuration(setting)));
  const callback = provider.callback();
  return createServer((request, response) => {
    answer(provider, callback, { request, response }).catch(() => {
      send(
        response,
        400,
        problemPage('This sign-in is over or was started in another browser. Go back to the site and start again.'),
      );
    });
  });
}

async function answer(
  provider: Provider,
  callback: ReturnType<Provider['callback']>,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  if (request.url === '/style.css') return sendStyle(response);
  if (request.url?.startsWith('/interaction/')) return interact(provider, exchange);
  await callback(request, response);
}

/** It warns of its memory store at every start: right for production, noise in a demo. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

function configuration(setting: ProviderSetting): Readonly<Record<string, unknown>> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return {
    clients: [
      {
        client_id: setting.clientId,
        client_secret: setting.clientSecret,
        redirect_uris: [setting.redirectUri],
        post_logout_redirect_uris: [setting.postLogoutRedirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...key, kid: 'demo', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['preferred_username', 'name'],
      groups: ['groups'],
    },
    scopes: ['openid', 'email', 'profile', 'groups', 'offline_access'],
    conformIdTokenClaims: false, // claims in the ID token, as Keycloak and most others do
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource: (context: PageContext, form: string) => {
          context.type = 'html';
          context.body = signOutPage(form);
        },
      },
    },
    interactions: { url: (_context: unknown, { uid }: Interaction) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => {
      const user = Object.hasOwn(demoUsers, id) ? demoUsers[id] : undefined;
      return user && { accountId: id, claims: () => ({ sub: id, ...user.claims }) };
    },
    loadExistingGrant: agreed,
    // Every tab has a grant of its own; the newest must not end the codes of the others.
    expiresWithSession: () => false,
    issueRefreshToken: () => true,
    renderError: (context: PageContext, out: { error: string }) => {
      context.type = 'html';
      context.body = problemPage(`The provider refused: ${out.error}.`);
    },
    ttl: { AccessToken: 600, IdToken: 600, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 3600 },
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

interface PageContext {
  type: string;
  body: string;
}

/** Nobody is asked for consent: the site and the provider belong to the same house. */
async function agreed({ oidc: { provider, client, session, params } }: GrantContext): Promise<object> {
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}
