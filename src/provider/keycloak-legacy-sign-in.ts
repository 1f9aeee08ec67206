// How does an access token of Keycloak alone become a session? (reference: keycloak.go)
import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import { challengeMethod } from './authorization-url.ts';
import type { Identity } from './claims.ts';
import { ClaimsProblem, ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import { own } from './json.ts';
import type { Claims } from './json.ts';
import type { Metadata } from './metadata.ts';
import type { ProviderOptions } from './options.ts';
import type { CodeRedemption } from './provider.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import { userinfo } from './userinfo.ts';
import { takesToken } from './validate-url.ts';

export interface LegacySignInParts {
  readonly options: ProviderOptions;
  readonly metadata: Metadata;
  readonly exchange: TokenEndpoint;
  readonly http: Http;
  readonly clock: Clock;
}

/** @throws ProviderFailure, ClaimsProblem */
export async function redeemLegacy(redemption: CodeRedemption, parts: LegacySignInParts): Promise<Session> {
  const { metadata, exchange, clock } = parts;
  const tokens = await exchange({ metadata, type: 'authorization_code', parameters: parametersOf(redemption, parts) });
  if (tokens.kind === 'refused') throw tokens.failure;
  const { accessToken } = tokens;
  const profile = await profileOf(accessToken, parts);
  const session: Session = {
    id: randomBytes(16).toString('base64url'),
    ...identityIn(profile),
    // An ID token and a refresh token would be good for nothing here: no key verifies the one, nobody uses the other.
    accessToken,
    signedInAtMs: redemption.startedAtMs,
    createdAtMs: clock(),
  };
  if (session.email === '') throw new ClaimsProblem('email_missing', session.user, session);
  return session;
}

function parametersOf({ code, redirectUri, codeVerifier }: CodeRedemption, { options, metadata }: LegacySignInParts) {
  const isChallenged = codeVerifier !== undefined && challengeMethod(options, metadata) !== undefined;
  return {
    code,
    redirect_uri: redirectUri,
    ...(isChallenged && { code_verifier: codeVerifier }),
    ...(options.resource !== '' && { resource: options.resource }),
  };
}

/** The token must be good for --validate-url as well, which often is the same place (reference). */
async function profileOf(accessToken: string, { options, http }: LegacySignInParts): Promise<Claims> {
  const { validateUrl } = options;
  const url = options.profileUrl || validateUrl;
  const profile = await userinfo({ url, accessToken, subject: undefined }, { http, keys: undefined });
  if (url !== validateUrl && !(await takesToken(accessToken, validateUrl, http)))
    throw new ProviderFailure('rejected', 'validate_url_rejected', '--validate-url does not take the access token');
  return profile;
}

/** Texts count only as texts, and a list that holds anything else is none (reference). */
function identityIn(profile: Claims): Identity {
  const preferredUsername = textIn(profile, 'preferred_username');
  return {
    user: textIn(profile, 'user') || preferredUsername,
    email: textIn(profile, 'email'),
    preferredUsername,
    groups: groupsIn(own(profile, 'groups')),
  };
}

function textIn(profile: Claims, name: string): string {
  const value = own(profile, name);
  return typeof value === 'string' ? value : '';
}

function groupsIn(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((group) => typeof group === 'string' || group === null);
  return isList ? value.filter((group) => group !== null && group !== '') : [];
}
