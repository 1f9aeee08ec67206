// Which sign-in did the reference begin that comes to its end here? (behaviour.md §10)
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readMsgpack } from './reference-msgpack.ts';
import { decryptedCfb, looksSigned, signedValues } from './reference-signature.ts';
import type { Secrets } from './secrets.ts';

export interface ForeignAttempt {
  /** What its state begins with. */
  readonly mark: string;
  readonly nonce: string;
  readonly codeVerifier: string | undefined;
  readonly startedAtMs: number;
}

export interface ForeignAttempts {
  /** Undefined for what is none. Of its age the caller judges. */
  open(name: string, value: string): ForeignAttempt | undefined;
}

const schema = z.object({
  s: z.instanceof(Uint8Array),
  n: z.instanceof(Uint8Array),
  cv: z.string().optional(),
});

export function foreignAttempts(secrets: Secrets): ForeignAttempts {
  const signed = signedValues(secrets);
  return {
    open(name, value) {
      const box = looksSigned(value) ? signed.open(name, value) : undefined;
      const content = box && decryptedCfb(box.payload, box.key);
      const parsed = schema.safeParse(content && readMsgpack(content));
      if (box === undefined || !parsed.success) return undefined;
      const { s: state, n: nonce, cv } = parsed.data;
      return { mark: hash(state), nonce: hash(nonce), codeVerifier: cv || undefined, startedAtMs: box.signedAtMs };
    },
  };
}

/** What travels of the random bytes, as `state` and as `nonce`. */
function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
