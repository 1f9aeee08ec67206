// Whose session does a token stand for that a program shows in place of a cookie?
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import { ClaimsProblem, ProviderFailure } from './failure.ts';
import type { IdToken } from './id-token.ts';

/** Verifies tokens of one issuer, with the keys of that issuer alone (security T-3). */
export interface BearerIssuer {
  /** Undefined: any issuer (--insecure-oidc-skip-issuer-verification). */
  readonly issuer: string | undefined;
  /** @throws ProviderFailure, ClaimsProblem */
  verify(token: string): Promise<Session>;
}

export type BearerVerdict =
  { readonly kind: 'fine'; readonly session: Session } | { readonly kind: 'refused'; readonly because: string };

export interface BearerTokens {
  verify(token: string): Promise<BearerVerdict>;
}

export interface BearerTokensParts {
  /** The order in which they are asked. */
  readonly issuers: readonly BearerIssuer[];
  readonly clock: Clock;
}

/** A token that was fine is asked for with every request: its signature is verified once in a while only. */
const rememberedMs = 60_000;
const rememberedCharacters = 8 * 1024 * 1024;

export function bearerTokens({ issuers, clock }: BearerTokensParts): BearerTokens {
  const known = new LRUCache<string, { readonly token: string; readonly session: Session }>({
    maxSize: rememberedCharacters,
    sizeCalculation: ({ token }) => 2 * token.length,
    ttl: rememberedMs,
    ttlResolution: 0,
    perf: { now: clock },
  });

  return {
    async verify(token) {
      const key = token.slice(token.lastIndexOf('.') + 1);
      const found = known.get(key);
      if (found?.token === token && isOfNow(found.session, clock)) return { kind: 'fine', session: found.session };
      const verdict = await firstThatKnows(issuers, token);
      if (verdict.kind === 'fine') known.set(key, { token, session: verdict.session });
      return verdict;
    },
  };
}

/** Only issuers that the token names are asked: nobody can make us fetch the keys of others with junk (security M16). */
async function firstThatKnows(issuers: readonly BearerIssuer[], token: string): Promise<BearerVerdict> {
  const claimed = issuerIn(token);
  let because = 'bearer_issuer_unknown';
  for (const { issuer, verify } of issuers) {
    if (issuer !== undefined && issuer !== claimed) continue;
    try {
      return { kind: 'fine', session: await verify(token) };
    } catch (error) {
      if (!(error instanceof ProviderFailure) && !(error instanceof ClaimsProblem)) throw error;
      because = error.reason;
    }
  }
  return { kind: 'refused', because };
}

function issuerIn(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** No leeway, as at the verification itself (reference). */
function isOfNow({ expiresAtMs }: Session, clock: Clock): boolean {
  return expiresAtMs !== undefined && expiresAtMs > clock();
}

/** All of a session that the token itself says. */
export function bearerFacts(token: IdToken, nowMs: number) {
  const { raw, iss, sub, sid, authTime, issuedAtMs, expiresAtMs } = token;
  return {
    id: createHash('sha256').update(raw).digest('base64url'), // the same token is the same session
    accessToken: raw,
    idToken: raw,
    issuer: iss,
    subject: sub,
    sid,
    authTime,
    signedInAtMs: issuedAtMs,
    createdAtMs: nowMs,
    expiresAtMs,
  };
}
