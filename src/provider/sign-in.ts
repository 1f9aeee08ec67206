// How do tokens of the provider become a session?
import { randomBytes } from 'node:crypto';
import type { LoginParameter } from '../config/login-parameter.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import { challengeMethod } from './authorization-url.ts';
import type { BackgroundParts } from './background.ts';
import { identityOf } from './claims.ts';
import type { Identity } from './claims.ts';
import { ClaimsProblem, ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import { verifyIdToken } from './id-token.ts';
import type { IdToken } from './id-token.ts';
import type { Expectation, NonceRule } from './id-token-claims.ts';
import type { Issuer } from './issuer.ts';
import { emailClaimOf } from './options.ts';
import type { ProviderOptions, SignOutOptions } from './options.ts';
import type { CodeRedemption } from './provider.ts';
import type { RefreshParts } from './refresh.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import type { Refusal, Tokens } from './token-answer.ts';
import { userinfo } from './userinfo.ts';
import { takesToken } from './validate-url.ts';

/** What differs between the providers that speak OpenID Connect. */
export interface Flavour {
  readonly displayName: string;
  readonly isKeycloak: boolean;
  /** Undefined: the provider has no roles. @throws ProviderFailure */
  rolesOf(accessToken: string): readonly string[] | undefined;
}

export interface OidcParts {
  readonly options: ProviderOptions;
  readonly signOutOptions: SignOutOptions;
  readonly flavour: Flavour;
  readonly allowedGroups: readonly string[];
  readonly loginParameters: readonly LoginParameter[];
  /** Names of claims that a session keeps beside the usual ones. */
  readonly additionalClaims: readonly string[];
  /** Was --insecure-oidc-skip-nonce given, not just left at its default? */
  readonly isSkipNonceGiven: boolean;
  readonly http: Http;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How patient discovery is; for tests. */
  readonly delays?: BackgroundParts<Issuer>['delays'];
}

export type TokenRequests = (
  issuer: Issuer,
  type: 'authorization_code' | 'refresh_token',
  parameters: Record<string, string>,
) => Promise<Tokens | Refusal>;

export function tokenRequests({ options, http }: OidcParts): TokenRequests {
  const exchange = tokenEndpoint({ options, http });
  return ({ metadata }, type, parameters) => exchange({ metadata, type, parameters });
}

export interface Ready extends OidcParts {
  readonly issuer: Issuer;
  readonly requestTokens: TokenRequests;
}

/** @throws ProviderFailure, ClaimsProblem */
export async function redeem(
  { code, redirectUri, codeVerifier, nonce, startedAtMs }: CodeRedemption,
  ready: Ready,
): Promise<Session> {
  const { issuer, options, flavour, clock, requestTokens } = ready;
  const isChallenged = codeVerifier !== undefined && challengeMethod(options, issuer.metadata) !== undefined;
  const verifier = isChallenged ? { code_verifier: codeVerifier } : undefined;
  const tokens = await requestTokens(issuer, 'authorization_code', { code, redirect_uri: redirectUri, ...verifier });
  if (tokens.kind === 'refused') throw tokens.failure;
  const { accessToken, refreshToken, expiresInSeconds } = tokens;
  if (tokens.idToken === undefined)
    throw new ProviderFailure('misconfigured', 'id_token_missing', 'the provider gave no ID token');
  const idToken = await verify(tokens.idToken, { nonce: nonceRule(ready, nonce), accessToken, isFresh: true }, ready);
  const now = clock();
  const unnamed: Session = {
    id: randomBytes(16).toString('base64url'),
    ...{ user: '', email: '', preferredUsername: '', groups: [] },
    accessToken,
    idToken: idToken.raw,
    refreshToken,
    issuer: idToken.iss,
    subject: idToken.sub,
    sid: idToken.sid,
    authTime: idToken.authTime,
    nonce: idToken.nonce,
    signedInAtMs: startedAtMs,
    createdAtMs: now,
    expiresAtMs: expiresInSeconds === undefined ? undefined : now + expiresInSeconds * 1000,
  };
  const identity = await identify(idToken, accessToken, ready).catch((error: unknown) => {
    throw error instanceof ClaimsProblem ? new ClaimsProblem(error.reason, error.account, unnamed) : error;
  });
  return { ...unnamed, ...identity, roles: flavour.rolesOf(accessToken) };
}

export function refreshParts(ready: Ready, successors: RefreshTokens): RefreshParts {
  const { issuer, options, flavour, clock, requestTokens } = ready;
  return {
    requestTokens: (held) =>
      successors.spend(held, (newest) => requestTokens(issuer, 'refresh_token', { refresh_token: newest })),
    verify: (token, check) => verify(token, check, ready),
    identify: (idToken, accessToken) => identify(idToken, accessToken, ready),
    rolesOf: flavour.rolesOf,
    validate: async (accessToken) => options.validateUrl === '' || isValid(accessToken, ready),
    comparesNonce: !isNonceIgnored(ready),
    now: clock,
  };
}

/** A provider in trouble has just given the token, so its silence is no no. */
async function isValid(accessToken: string, { options, http, logger }: OidcParts): Promise<boolean> {
  try {
    return await takesToken(accessToken, options.validateUrl, http);
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    logger.warn('--validate-url did not answer', { reason: error.reason, error: error.message });
    return true;
  }
}

type Check = Pick<Expectation, 'nonce' | 'accessToken' | 'isFresh'>;

function verify(raw: string, check: Check, { issuer, options, clock }: Ready): Promise<IdToken> {
  return verifyIdToken(raw, issuer, {
    ...check,
    issuer: options.insecureOidcSkipIssuerVerification ? undefined : options.oidcIssuerUrl,
    clientId: options.clientId,
    extraAudiences: options.oidcExtraAudiences,
    audienceClaims: options.oidcAudienceClaims,
    nowMs: clock(),
  });
}

function isNonceIgnored({ options, isSkipNonceGiven }: OidcParts): boolean {
  return isSkipNonceGiven && options.insecureOidcSkipNonce;
}

/** The reference skips the nonce by default. Here one that is there must fit unless the operator said otherwise. */
function nonceRule(parts: OidcParts, value: string): NonceRule {
  if (isNonceIgnored(parts)) return { kind: 'ignored' };
  return { kind: parts.options.insecureOidcSkipNonce ? 'if-present' : 'required', value };
}

function identify(idToken: IdToken, accessToken: string, ready: Ready): Promise<Identity> {
  const { issuer, options, additionalClaims, http } = ready;
  const url = options.skipClaimsFromProfileUrl ? undefined : issuer.metadata.userinfoEndpoint;
  const profile = async () =>
    url === undefined ? {} : userinfo({ url, accessToken, subject: idToken.sub }, { http, keys: issuer.keys });
  return identityOf(idToken.claims, profile, {
    email: emailClaimOf(options),
    groups: options.oidcGroupsClaim,
    additional: additionalClaims,
    allowUnverifiedEmail: options.insecureOidcAllowUnverifiedEmail,
  });
}
