// A provider of ours in front of the bendable one, and what a sign-in with it needs.
import { legacyLoginParameters } from '../../src/config/login-parameter.ts';
import type { LoginParameter } from '../../src/config/login-parameter.ts';
import type { Option } from '../../src/config/option.ts';
import { options } from '../../src/config/options.ts';
import type { Config } from '../../src/config/options.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { createProvider } from '../../src/provider/catalog.ts';
import { ClaimsProblem, ProviderFailure } from '../../src/provider/failure.ts';
import type { OidcProvider } from '../../src/provider/oidc.ts';
import type { Session } from '../../src/session/session.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';

type ProviderOptions = Config['provider'];

/** Options at their defaults, as an operator who set only these would have them. */
export function providerOptions(given: Partial<ProviderOptions>): ProviderOptions {
  return { ...defaultsOf('provider'), ...given };
}

export function defaultsOf<G extends 'provider' | 'signOut'>(group: G): Config[G] {
  const defaults = Object.entries<Option>(options[group]).map(([name, { kind, default: text = '' }]) => {
    return [name, kind.schema.parse(kind.isList ? (text === '' ? [] : [text]) : text)];
  });
  return Object.fromEntries(defaults) as Config[G];
}

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function linesLogger(lines: Line[] = []): Logger {
  const at =
    (level: string) =>
    (message: string, fields = {}) =>
      void lines.push({ level, message, fields });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    auth: () => {},
    request: () => {},
    close: async () => {},
  };
}

export interface Made {
  readonly provider: OidcProvider;
  readonly lines: Line[];
  /** Turns the clock. */
  pass(ms: number): void;
  signIn(wish?: { readonly nonce?: string }): Promise<Session>;
  /** `ok`, or the reason why there is no session. */
  outcome(wish?: { readonly nonce?: string }): Promise<string>;
}

export const redirectUri = 'https://app.example/oauth2/callback';

export interface Wish {
  readonly options?: Partial<ProviderOptions>;
  readonly signOut?: Partial<Config['signOut']>;
  readonly given?: readonly string[];
  readonly allowedGroups?: readonly string[];
  readonly loginParameters?: readonly LoginParameter[];
  readonly additionalClaims?: readonly string[];
}

/** Not started: the first call for it does that. */
export function make(
  idp: BendableIdp,
  { options: given, given: flags = [], allowedGroups = [], signOut, ...wish }: Wish = {},
): Made {
  const lines: Line[] = [];
  let passedMs = 0;
  const options = providerOptions({
    provider: 'oidc',
    oidcIssuerUrl: idp.issuer,
    clientId: 'the-client',
    clientSecret: 'the-secret',
    ...given,
  });
  const provider = createProvider({
    provider: options,
    loginParameters: wish.loginParameters ?? legacyLoginParameters(options),
    additionalClaims: wish.additionalClaims ?? [],
    signOut: { ...defaultsOf('signOut'), ...signOut },
    policy: { allowedGroups },
    isGiven: (flag) => flags.includes(flag),
    logger: linesLogger(lines),
    clock: () => Date.now() + passedMs,
  });
  const signIn = ({ nonce = 'the-nonce' } = {}) =>
    provider.redeem({
      code: idp.code({ nonce: 'the-nonce', redirectUri }),
      redirectUri,
      nonce,
      startedAtMs: 1_000_000,
    });
  return {
    provider,
    lines,
    pass: (ms) => void (passedMs += ms),
    signIn,
    outcome: (wish) => signIn(wish).then(() => 'ok', reasonOf),
  };
}

export function reasonOf(error: unknown): string {
  if (error instanceof ProviderFailure || error instanceof ClaimsProblem) return error.reason;
  throw error;
}
