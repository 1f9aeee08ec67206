// Which sign-in did the reference begin that comes to its end here? (behaviour.md §10)
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { readMsgpack } from './reference-msgpack.ts';
import { decryptedCfb, looksSigned, signedValues } from './reference-signature.ts';
import type { Secrets } from './secrets.ts';

export interface ForeignAttempt {
  readonly nonce: string;
  readonly codeVerifier: string | undefined;
  readonly startedAtMs: number;
}

export interface ForeignAttempts {
  /** The attempt in a cookie, if it is the one whose state begins with this mark. */
  open(cookie: { readonly name: string; readonly value: string }, mark: string): ForeignAttempt | undefined;
}

const schema = z.object({
  s: z.instanceof(Uint8Array),
  n: z.instanceof(Uint8Array),
  cv: z.string().optional(),
});

export function foreignAttempts(secrets: Secrets): ForeignAttempts {
  const signed = signedValues(secrets);
  return {
    open({ name, value }, mark) {
      const box = looksSigned(value) ? signed.open(name, value) : undefined;
      const content = box && decryptedCfb(box.payload, box.key);
      const parsed = schema.safeParse(content && readMsgpack(content));
      if (box === undefined || !parsed.success) return undefined;
      const { s: state, n: nonce, cv } = parsed.data;
      if (!isSame(hash(state), mark)) return undefined;
      return { nonce: hash(nonce), codeVerifier: cv || undefined, startedAtMs: box.signedAtMs };
    },
  };
}

/** What travels of the random bytes, as `state` and as `nonce`. */
function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** Compared in constant time (security C-7). */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
