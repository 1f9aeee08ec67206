// How does an OpenID provider vouch for users? Puts the parts of this folder together.
import { authorizationUrl, challengeMethod } from './authorization-url.ts';
import { background } from './background.ts';
import { ProviderFailure } from './failure.ts';
import { sameIssuer } from './id-token-claims.ts';
import { loadIssuer } from './issuer.ts';
import type { Issuer } from './issuer.ts';
import { loginParameters } from './login-parameters.ts';
import type { Metadata } from './metadata.ts';
import { verifyLogoutToken } from './logout-token.ts';
import type { ProviderOptions } from './options.ts';
import { ownBearer } from './own-bearer.ts';
import type { Provider } from './provider.ts';
import { refresh, unavailableBy } from './refresh.ts';
import { refreshTokens } from './refresh-tokens.ts';
import { redeem, refreshParts, tokenRequests } from './sign-in.ts';
import type { OidcParts } from './sign-in.ts';
import { signOutAtProvider } from './sign-out.ts';

/** A provider, and what the sign-out at the provider will need of it. */
export interface OidcProvider extends Provider {
  /** Undefined until discovery is done. */
  metadata(): Metadata | undefined;
}

export function oidc(parts: OidcParts): OidcProvider {
  const { options, flavour, allowedGroups, http, logger, clock, delays } = parts;
  const load = () => loadIssuer({ options, http, clock });
  const issuer = background<Issuer>({ load, logger, ...(delays && { delays }) });
  const requestTokens = tokenRequests(parts);
  const successors = refreshTokens();
  const metadata = () => issuer.value()?.metadata;
  const further = loginParameters(parts.loginParameters);

  return {
    displayName: options.providerDisplayName || flavour.displayName,
    metadata,
    notReadyBecause: () => issuer.trouble()?.reason,
    whenReady: async () => void (await issuer.ready()),
    codeChallengeMethod: () => challengeMethod(options, metadata()),
    accountPrompt: () => accountPrompt(options, metadata()),
    async authorizationUrl(request) {
      const { metadata: known } = await issuer.ready();
      return authorizationUrl({ metadata: known, options, allowedGroups, loginParameters: further, request });
    },
    issProblem(iss) {
      const trouble = issuer.trouble();
      if (trouble !== undefined) throw trouble;
      const known = metadata();
      return known && issProblem(iss, known, options);
    },
    redeem: async (redemption) => redeem(redemption, { ...parts, issuer: await issuer.ready(), requestTokens }),
    async refresh(session) {
      try {
        const ready = { ...parts, issuer: await issuer.ready(), requestTokens };
        return await refresh(session, refreshParts(ready, successors));
      } catch (error) {
        if (error instanceof ProviderFailure) return unavailableBy(error);
        throw error;
      }
    },
    verifyBearer: async (token) => ownBearer(token, { ...parts, issuer: await issuer.ready() }),
    issuer: () => metadata()?.issuer ?? options.oidcIssuerUrl,
    ownOrigins: () => ownOrigins(parts, metadata()),
    signOut: signOutAtProvider({ ...parts, metadata }),
    verifyLogoutToken: async (raw) => {
      const ready = await issuer.ready();
      const expected = { issuer: ready.metadata.issuer, clientId: options.clientId, nowMs: clock() };
      return verifyLogoutToken(raw, ready, expected);
    },
    start: issuer.start,
    stop() {
      issuer.stop();
      http.close();
    },
  };
}

/** RFC 9207 §2.4: compared as it is, before the code goes anywhere (security F-3). */
function issProblem(
  iss: string | undefined,
  { issuer, sendsIss }: Metadata,
  options: ProviderOptions,
): string | undefined {
  if (options.insecureOidcSkipIssuerVerification) return undefined;
  if (iss === undefined) return sendsIss ? 'iss_missing' : undefined;
  return sameIssuer(iss, issuer) ? undefined : 'iss_mismatch';
}

/** `login` is what every provider knows; `select_account` is nicer where it is offered. */
function accountPrompt({ oidcIssuerUrl }: ProviderOptions, metadata: Metadata | undefined): 'select_account' | 'login' {
  const isKnown = metadata?.prompts?.includes('select_account') ?? oidcIssuerUrl === 'https://accounts.google.com';
  return isKnown ? 'select_account' : 'login';
}

export function ownOrigins(
  { options, signOutOptions }: Pick<OidcParts, 'options' | 'signOutOptions'>,
  metadata: Metadata | undefined,
): readonly string[] {
  const signIn = metadata?.authorizationEndpoint ?? options.loginUrl;
  const urls = [
    options.oidcIssuerUrl,
    metadata?.issuer,
    signIn,
    metadata?.endSessionEndpoint,
    signOutOptions.oidcEndSessionUrl,
    options.backendLogoutUrl,
  ];
  const origins = urls.flatMap((url) => (url && URL.canParse(url) ? new URL(url).origin : []));
  return [...new Set(origins)].filter((origin) => origin !== 'null');
}
