// What do many requests hear that bring the same session at once, all over the places that serve it?
import type { Answer, Browser } from './browser.ts';
import { copyOf, pathOf } from './flow.ts';
import { browser } from './browser.ts';
import { client, realProvider, type RealProvider } from './real-provider.ts';

export interface Storm {
  /** Of every replica; the requests go round. */
  readonly origins: readonly string[];
  readonly who: Browser;
  readonly requests?: number;
}

export interface Struck {
  readonly answers: readonly Answer[];
  /** How often each status came. */
  readonly statuses: Readonly<Record<number, number>>;
  /** The access tokens that were handed out, each once (--set-xauthrequest --pass-access-token). */
  readonly accessTokens: readonly string[];
}

/** Parallel `auth` requests, each from a tab of its own; nothing of what they set comes back to `who`. */
export async function storm({ origins, who, requests = 200 }: Storm): Promise<Struck> {
  const asked = Array.from({ length: requests }, (_, i) => {
    const origin = origins[i % origins.length] ?? '';
    return copyOf(who).get(`${origin}/oauth2/auth`, { headers: {} });
  });
  const answers = await Promise.all(asked);
  const statuses: Record<number, number> = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  const tokens = answers.flatMap(({ headers }) => headers.get('x-auth-request-access-token') ?? []);
  return { answers, statuses, accessTokens: [...new Set(tokens)] };
}

export interface StormProvider {
  readonly provider: RealProvider;
  /** For the service, beside what decides where sessions are kept. */
  readonly options: Readonly<Record<string, string | boolean>>;
  /** How often the token endpoint was asked. */
  tokenCalls(): number;
  signIn(origin: string): Promise<Browser>;
}

export interface StrictWish {
  /** Life of the access token that a sign-in gives; those of refreshes live for an hour. */
  readonly firstTokenSeconds?: number;
}

/** A certified provider that gives a new refresh token each time, and ends the whole session when an old one comes back. */
export async function strictProvider({ firstTokenSeconds = 3600 }: StrictWish = {}): Promise<StormProvider> {
  const redirectUrl = 'https://app.example/oauth2/callback';
  const provider = await realProvider({
    clients: [client([redirectUrl])],
    configuration: {
      rotateRefreshToken: true,
      ttl: {
        AccessToken: ({ oidc: { params } }: TokenRequest) =>
          params['grant_type'] === 'authorization_code' ? firstTokenSeconds : 3600,
        ...{ IdToken: 3600, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 3600 },
      },
    },
  });
  return {
    provider,
    options: {
      'oidc-issuer-url': provider.issuer,
      'redirect-url': redirectUrl,
      'cookie-refresh': '1m',
      'set-xauthrequest': true,
      'pass-access-token': true,
    },
    tokenCalls: () => provider.requests.filter((line) => line === 'POST /token').length,
    async signIn(origin) {
      const who = browser();
      const asked = await who.get(`${origin}/oauth2/start`);
      await who.get(origin + pathOf(await provider.signIn(asked.location ?? '')));
      return who;
    },
  };
}

interface TokenRequest {
  readonly oidc: { readonly params: Readonly<Record<string, unknown>> };
}
