// Which keys sign for the provider?
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compactVerify, createLocalJWKSet, errors } from 'jose';
import type { CompactJWSHeaderParameters, FlattenedJWSInput } from 'jose';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import { place } from './http.ts';
import { parseObject } from './json.ts';

export type Verdict =
  | { readonly kind: 'verified'; readonly header: CompactJWSHeaderParameters; readonly payload: string }
  | { readonly kind: 'refused'; readonly because: 'algorithm' | 'unknown_key' | 'signature' | 'malformed' };

/** `provider`: the token came from the provider itself. `anybody`: it came in a request that anybody could have made. */
export type TokenSource = 'provider' | 'anybody';

export interface KeySet {
  /** Only these algorithms, whatever the token says of itself (RFC 8725 §3.1). @throws ProviderFailure when keys cannot be had */
  verify(token: string, algorithms: readonly string[], from?: TokenSource): Promise<Verdict>;
}

type LocalSet = (header?: { readonly alg?: string }, token?: FlattenedJWSInput) => Promise<CryptoKey>;

/** After a fruitless look for an unknown key no further one for this long (security M16, V-4). */
const quietMs = 60_000;
/** After a failed fetch none for this long. */
const pauseMs = 1000;
/** Keys that the provider withdrew are trusted no longer than this. */
const maxAgeMs = 3600_000;

export function remoteKeys({ url, http, clock }: { url: string; http: Http; clock: Clock }): KeySet {
  let keys: { readonly set: LocalSet; readonly fetchedAtMs: number } | undefined;
  let pending: Promise<LocalSet> | undefined;
  // One for each source: with junk strangers quiet only one another, never the sign-ins after a rotation (security M16).
  const quietUntilMs: Record<TokenSource, number> = { provider: 0, anybody: 0 };
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;

  async function load(): Promise<LocalSet> {
    if (failed !== undefined && clock() - failed.atMs < pauseMs) throw failed.error;
    try {
      const set = await fetchKeys(url, http);
      keys = { set, fetchedAtMs: clock() };
      failed = undefined;
      return set;
    } catch (error) {
      failed = { error, atMs: clock() };
      throw error;
    }
  }

  /** One fetch at a time, shared by all who wait. */
  function reload(): Promise<LocalSet> {
    pending ??= load().finally(() => (pending = undefined));
    return pending;
  }

  async function known(): Promise<{ set: LocalSet; isNew: boolean }> {
    if (keys === undefined) return { set: await reload(), isNew: true };
    if (clock() - keys.fetchedAtMs < maxAgeMs) return { set: keys.set, isNew: false };
    const { set } = keys;
    return reload().then(
      (fresh) => ({ set: fresh, isNew: true }),
      () => ({ set, isNew: false }), // old keys serve until the provider answers again
    );
  }

  return {
    async verify(token, algorithms, from = 'provider') {
      const { set, isNew } = await known();
      const first = await verifyWith(set, token, algorithms);
      if (!mayBeNewKey(first)) return first;
      if (isNew || (pending === undefined && clock() < quietUntilMs[from])) {
        quietUntilMs[from] = Math.max(quietUntilMs[from], isNew ? clock() + quietMs : 0);
        return first;
      }
      // RP-D5: a key rotated just before signing is looked for once; quiet from now on unless it is found.
      quietUntilMs[from] = clock() + quietMs;
      const fresh = await reload().catch((error: unknown) => {
        quietUntilMs[from] = clock() + 5 * pauseMs;
        throw error;
      });
      const second = await verifyWith(fresh, token, algorithms);
      if (second.kind === 'verified') quietUntilMs[from] = 0;
      return second;
    },
  };
}

/** Keys of --oidc-public-key-file: they carry no key id, so every one that fits the algorithm is tried. */
export function fileKeys(files: readonly string[]): KeySet {
  const keys = files.map((file) => createPublicKey(readFileSync(file)).export({ format: 'jwk' }));
  const set = createLocalJWKSet(keySetSchema.parse({ keys }));
  return { verify: (token, algorithms) => verifyWith(({ alg } = {}) => set({ alg: alg ?? '' }), token, algorithms) };
}

/** The same key id may hide a new key, so a wrong signature is a reason to look again, too (reference). */
function mayBeNewKey(verdict: Verdict): boolean {
  return verdict.kind === 'refused' && (verdict.because === 'unknown_key' || verdict.because === 'signature');
}

/** N13: what is no usable signing key (unknown kty, use: enc) is passed over, never an error; jose skips them by kty and use. */
const keySetSchema = z.object({
  keys: z.array(z.unknown()).transform((keys) => keys.flatMap((key) => keySchema.safeParse(key).data ?? [])),
});
const keySchema = z.looseObject({ kty: z.string() });

async function fetchKeys(url: string, http: Http): Promise<LocalSet> {
  const { status, text } = await http.call({ purpose: 'jwks', url });
  if (status !== 200) throw new ProviderFailure('unreachable', 'jwks_status', `${place(url)} answered ${status}`);
  const parsed = keySetSchema.safeParse(parseObject(text));
  if (!parsed.success) throw new ProviderFailure('unreachable', 'jwks_not_json', `${place(url)} answered no key set`);
  return createLocalJWKSet(parsed.data);
}

async function verifyWith(set: LocalSet, token: string, algorithms: readonly string[]): Promise<Verdict> {
  const options = { algorithms: [...algorithms] };
  try {
    return verified(await compactVerify(token, set, options));
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return refused(error);
    // RP-B7: without a key id every key of the right kind gets its try.
    for await (const key of error) {
      const result = await compactVerify(token, key, options).then(verified, refused);
      if (result.kind === 'verified' || result.because !== 'signature') return result;
    }
    return { kind: 'refused', because: 'signature' };
  }
}

function verified({
  payload,
  protectedHeader,
}: {
  payload: Uint8Array;
  protectedHeader: CompactJWSHeaderParameters;
}): Verdict {
  return { kind: 'verified', header: protectedHeader, payload: Buffer.from(payload).toString('utf8') };
}

function refused(error: unknown): Extract<Verdict, { kind: 'refused' }> {
  const is = (because: 'algorithm' | 'unknown_key' | 'signature' | 'malformed') =>
    ({ kind: 'refused', because }) as const;
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return is('algorithm');
  if (error instanceof errors.JWKSNoMatchingKey) return is('unknown_key');
  if (error instanceof errors.JWSSignatureVerificationFailed) return is('signature');
  return is('malformed');
}
