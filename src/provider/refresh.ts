// Does the provider still stand by a session, and what has changed since?
import { decodeJwt } from 'jose';
import type { Session } from '../session/session.ts';
import { ClaimsProblem, ProviderFailure } from './failure.ts';
import type { IdToken } from './id-token.ts';
import type { NonceRule } from './id-token-claims.ts';
import type { Identity } from './claims.ts';
import type { Renewal, Unavailable } from './provider.ts';
import type { Held } from './refresh-tokens.ts';
import type { Refusal, Tokens } from './token-answer.ts';

/** What a refresh asks of the provider; oidc.ts knows how. Each throws ProviderFailure or ClaimsProblem. */
export interface RefreshParts {
  requestTokens(held: Held): Promise<Tokens | Refusal>;
  verify(
    token: string,
    check: { nonce: NonceRule; accessToken: string | undefined; isFresh: boolean },
  ): Promise<IdToken>;
  identify(idToken: IdToken, accessToken: string): Promise<Identity>;
  rolesOf(accessToken: string): readonly string[] | undefined;
  /** False: the provider does not take the token. */
  validate(accessToken: string): Promise<boolean>;
  readonly comparesNonce: boolean;
  now(): number;
}

export async function refresh(session: Session, parts: RefreshParts): Promise<Renewal> {
  try {
    return session.refreshToken ? await renew(session, session.refreshToken, parts) : await lookAgain(session, parts);
  } catch (error) {
    // RFC 6749 §5.2 and security T-10: everything but a dead grant leaves the session to its own end.
    if (error instanceof ClaimsProblem) return { kind: 'revoked', because: error.reason };
    if (error instanceof ProviderFailure) return unavailableBy(error);
    throw error;
  }
}

/** Without a refresh token the ID token is all the provider ever said: the session goes on while that holds (reference). */
async function lookAgain(session: Session, { verify, comparesNonce }: RefreshParts): Promise<Renewal> {
  const unavailable: Renewal = { kind: 'unavailable', because: 'no_refresh_token' };
  if (!session.idToken) return { kind: 'revoked', because: 'no_refresh_token' };
  try {
    const nonce = nonceRule(comparesNonce, session);
    await verify(session.idToken, { nonce, accessToken: undefined, isFresh: false });
    return unavailable;
  } catch (error) {
    const isOver = error instanceof ProviderFailure && error.kind === 'rejected';
    return isOver ? { kind: 'revoked', because: error.reason } : unavailable;
  }
}

async function renew(session: Session, refreshToken: string, parts: RefreshParts): Promise<Renewal> {
  const tokens = await parts.requestTokens({ sessionId: session.id, token: refreshToken });
  if (tokens.kind === 'refused') return refusedRenewal(tokens);
  const identity =
    tokens.idToken === undefined ? {} : await newIdentity(session, { ...tokens, idToken: tokens.idToken }, parts);
  if ('kind' in identity) return identity;
  if (!(await parts.validate(tokens.accessToken))) return { kind: 'revoked', because: 'validate_url_rejected' };
  const now = parts.now();
  const { expiresInSeconds } = tokens;
  return {
    kind: 'renewed',
    session: {
      ...session,
      ...identity,
      roles: parts.rolesOf(tokens.accessToken),
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken ?? refreshToken,
      createdAtMs: now,
      expiresAtMs: expiresInSeconds === undefined ? undefined : now + expiresInSeconds * 1000,
    },
  };
}

export function unavailableBy({ reason, kind, message }: ProviderFailure): Unavailable {
  return { kind: 'unavailable', because: reason, fault: kind, detail: message };
}

function refusedRenewal({ failure, error, retryAfterMs }: Refusal): Renewal {
  const { reason } = failure;
  const isDead = error === 'invalid_grant' && failure.kind === 'rejected';
  return isDead ? { kind: 'revoked', because: reason } : { ...unavailableBy(failure), retryAfterMs };
}

type Part = Partial<Session>;

async function newIdentity(
  session: Session,
  tokens: Tokens & { readonly idToken: string },
  { verify, identify, comparesNonce }: RefreshParts,
): Promise<Part | Renewal> {
  const { idToken: raw, accessToken } = tokens;
  const token = await verify(raw, { nonce: nonceRule(comparesNonce, session), accessToken, isFresh: true });
  // OpenID Connect Core 1.0 §12.2, security T-8: it must be the same person's, of the same sign-in.
  const subject = session.subject ?? subjectOf(session.idToken);
  if (subject !== undefined && token.sub !== subject) return { kind: 'revoked', because: 'subject_changed' };
  if (differs(session.issuer, token.iss)) throw new ProviderFailure('rejected', 'id_token_iss', 'the issuer changed');
  if (differs(session.authTime, token.authTime))
    throw new ProviderFailure('rejected', 'id_token_auth_time', 'auth_time changed');
  const identity = await identify(token, accessToken);
  return {
    ...identity,
    idToken: raw,
    issuer: token.iss ?? session.issuer,
    subject: token.sub,
    sid: token.sid ?? session.sid,
    authTime: token.authTime ?? session.authTime,
  };
}

/** A refreshed ID token needs no nonce (Keycloak sends none), but one that is there must be the session's. */
function nonceRule(comparesNonce: boolean, { nonce }: Session): NonceRule {
  return comparesNonce ? { kind: 'if-present', value: nonce } : { kind: 'ignored' };
}

function differs<T>(before: T | undefined, after: T | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}

/** Of a session that was made elsewhere: the token was verified then, and the session is sealed. */
function subjectOf(idToken: string | undefined): string | undefined {
  try {
    return idToken ? decodeJwt(idToken).sub : undefined;
  } catch {
    return undefined;
  }
}
