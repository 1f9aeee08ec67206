// How is a session written down? Short names, because every byte of it travels with every request.
import { z } from 'zod';
import type { Session } from './session.ts';

const text = z.string();
const instant = z.number().int();

const wireSchema = z.object({
  v: z.literal(1),
  i: text,
  u: text,
  e: text,
  pu: text,
  g: z.array(text),
  r: z.array(text).optional(),
  at: text.optional(),
  it: text.optional(),
  rt: text.optional(),
  is: text.optional(),
  s: text.optional(),
  sid: text.optional(),
  ta: z.number().optional(),
  n: text.optional(),
  si: instant,
  ca: instant,
  eo: instant.optional(),
  ac: z.record(text, z.unknown()).optional(),
});

export type WireSession = z.infer<typeof wireSchema>;

export function toWire(session: Session): WireSession {
  return {
    v: 1,
    i: session.id,
    u: session.user,
    e: session.email,
    pu: session.preferredUsername,
    g: [...session.groups],
    r: session.roles && [...session.roles],
    at: session.accessToken,
    it: session.idToken,
    rt: session.refreshToken,
    is: session.issuer,
    s: session.subject,
    sid: session.sid,
    ta: session.authTime,
    n: session.nonce,
    si: session.signedInAtMs,
    ca: session.createdAtMs,
    eo: session.expiresAtMs,
    ac: session.additionalClaims,
  };
}

/** Undefined when it is no session of this version. */
export function fromWire(data: unknown): Session | undefined {
  const parsed = wireSchema.safeParse(data);
  if (!parsed.success) return undefined;
  const wire = parsed.data;
  return {
    id: wire.i,
    user: wire.u,
    email: wire.e,
    preferredUsername: wire.pu,
    groups: wire.g,
    roles: wire.r,
    accessToken: wire.at,
    idToken: wire.it,
    refreshToken: wire.rt,
    issuer: wire.is,
    subject: wire.s,
    sid: wire.sid,
    authTime: wire.ta,
    nonce: wire.n,
    signedInAtMs: wire.si,
    createdAtMs: wire.ca,
    expiresAtMs: wire.eo,
    additionalClaims: wire.ac,
  };
}
