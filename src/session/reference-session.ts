// Which of our sessions is one of the reference's? (behaviour.md §9.1)
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readMsgpack } from './reference-msgpack.ts';
import type { Session } from './session.ts';

const text = z.string().default('');

/** Short names as on the wire; what is empty was not written. */
const fieldsSchema = z.object({
  ca: z.date().optional(),
  eo: z.date().optional(),
  ...{ at: text, it: text, rt: text, e: text, u: text, pu: text },
  n: z.instanceof(Uint8Array).optional(),
  g: z.array(z.string()).default([]),
  ac: z.record(z.string(), z.unknown()).optional(),
});

/** What the reference takes for no time at all: the beginning of year 1, in milliseconds. */
const noTimeMs = -62_135_596_800_000;
const rolePrefix = 'role:';

export interface Origin {
  /** From what cannot be said of two sessions, so that it stays the same for the same cookie. */
  readonly id: string;
  /** Which creation counts, if the session itself names this one? */
  createdAt(writtenMs: number | undefined): number;
  /** Does the provider have roles? They are kept apart from groups then. */
  readonly hasRoles: boolean;
}

/** Undefined for what is no session. */
export function readSession(bytes: Buffer, { id, createdAt, hasRoles }: Origin): Session | undefined {
  const parsed = fieldsSchema.safeParse(readMsgpack(bytes));
  if (!parsed.success) return undefined;
  const { ca, eo, at, it, rt, e, u, pu, n, g, ac } = parsed.data;
  const createdAtMs = createdAt(ca && Math.floor(ca.getTime()));
  const expiresAtMs = eo?.getTime();
  return {
    id,
    user: u,
    email: e,
    preferredUsername: pu,
    groups: hasRoles ? g.filter((group) => !group.startsWith(rolePrefix)) : g,
    ...(hasRoles && { roles: rolesIn(g) }),
    accessToken: at || undefined,
    idToken: it || undefined,
    refreshToken: rt || undefined,
    ...idTokenFacts(it, u),
    // The reference keeps what it hashed for the provider; the claim is the hash.
    nonce: n && createHash('sha256').update(n).digest('base64url'),
    signedInAtMs: createdAtMs,
    createdAtMs,
    expiresAtMs: expiresAtMs !== undefined && expiresAtMs > noTimeMs ? expiresAtMs : undefined,
    additionalClaims: ac,
  };
}

/** A refresh without a new ID token appended them again (reference: keycloak_oidc.go). */
function rolesIn(groups: readonly string[]): readonly string[] {
  const roles = groups.filter((group) => group.startsWith(rolePrefix)).map((group) => group.slice(rolePrefix.length));
  return [...new Set(roles)];
}

const claimsSchema = z.object({
  iss: z.string().optional().catch(undefined),
  sub: z.string().optional().catch(undefined),
  sid: z.string().optional().catch(undefined),
  auth_time: z.number().optional().catch(undefined),
});

/**
 * The token was verified when the session was made, and the session is signed. The reference's `u` is the `sub` that it
 * goes by, which is not asked of the token again.
 */
function idTokenFacts(idToken: string, user: string): Pick<Session, 'issuer' | 'subject' | 'sid' | 'authTime'> {
  const claims = claimsSchema.safeParse(payloadOf(idToken));
  if (!claims.success) return {};
  const { iss, sub, sid, auth_time } = claims.data;
  return { issuer: iss, subject: user || sub, sid, authTime: auth_time };
}

function payloadOf(token: string): unknown {
  const [, payload = ''] = token.split('.', 2);
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined; // minimal sessions have none, and other providers' need not be JWTs
  }
}
