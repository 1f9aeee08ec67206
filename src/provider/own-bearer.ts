// Is a bearer token one of our provider's, and whose session does it stand for?
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import { bearerFacts } from './bearer-token.ts';
import { identityOf } from './claims.ts';
import { verifyIdToken } from './id-token.ts';
import type { Issuer } from './issuer.ts';
import { emailClaimOf, type ProviderOptions } from './options.ts';
import type { Flavour } from './sign-in.ts';

export interface OwnBearerParts {
  readonly issuer: Issuer;
  readonly options: ProviderOptions;
  readonly flavour: Flavour;
  readonly additionalClaims: readonly string[];
  readonly clock: Clock;
}

/** The token is asked alone: no profile is fetched for it (reference). @throws ProviderFailure, ClaimsProblem */
export async function ownBearer(raw: string, parts: OwnBearerParts): Promise<Session> {
  const { issuer, options, flavour, additionalClaims, clock } = parts;
  const token = await verifyIdToken(raw, issuer, {
    issuer: options.insecureOidcSkipIssuerVerification ? undefined : options.oidcIssuerUrl,
    clientId: options.clientId,
    extraAudiences: options.oidcExtraAudiences,
    audienceClaims: options.oidcAudienceClaims,
    nonce: { kind: 'ignored' },
    accessToken: undefined,
    isFresh: false,
    isBearer: true,
    nowMs: clock(),
  });
  const identity = await identityOf(token.claims, async () => ({}), {
    email: emailClaimOf(options),
    groups: options.oidcGroupsClaim,
    additional: additionalClaims,
    allowUnverifiedEmail: options.insecureOidcAllowUnverifiedEmail,
    userForEmail: true,
  });
  return {
    ...identity,
    ...bearerFacts(token, clock()),
    roles: flavour.rolesOf(raw),
  };
}
