// Is this ID token from our provider, for us, and of now? (security T-1, T-8; OpenID Connect Core 1.0 §3.1.3.7)
import type { CompactJWSHeaderParameters } from 'jose';
import { decodeProtectedHeader } from 'jose';
import { ProviderFailure } from './failure.ts';
import { checkClaims } from './id-token-claims.ts';
import type { Expectation, IdClaims } from './id-token-claims.ts';
import { parseObject } from './json.ts';
import type { Claims } from './json.ts';
import type { KeySet } from './key-set.ts';
import { jsonProblem } from './strict-json.ts';

export interface IdToken extends IdClaims {
  readonly raw: string;
  /** All claims, for claims.ts. */
  readonly claims: Claims;
}

export interface TrustedKeys {
  readonly keys: KeySet;
  readonly algorithms: readonly string[];
}

/** Far more than any real token, far less than what would keep a process busy. */
const maxLength = 256 * 1024;

/** @throws ProviderFailure `rejected` with reason `id_token_…`, or that of the key set when keys cannot be had */
export async function verifyIdToken(
  raw: string,
  { keys, algorithms }: TrustedKeys,
  expected: Expectation,
): Promise<IdToken> {
  checkForm(raw, expected);
  const verdict = await keys.verify(raw, algorithms, expected.isBearer ? 'anybody' : 'provider');
  if (verdict.kind === 'refused') throw refusal(verdict.because);
  const claims = parseObject(verdict.payload);
  if (claims === undefined) throw refusal('malformed');
  const odd = jsonProblem(verdict.payload);
  if (odd !== undefined) throw refusal(odd);
  const checked = checkClaims(claims, verdict.header.alg, expected);
  if (typeof checked === 'string') throw refusal(checked);
  return { ...checked, raw, claims };
}

/** What can be told without a key, before any key is fetched. */
function checkForm(raw: string, { isBearer }: Expectation): void {
  if (raw.length > maxLength) throw refusal('too_long');
  const parts = raw.split('.');
  if (parts.length === 5) throw refusal('encrypted');
  const header = headerOf(raw);
  if (parts.length !== 3 || header === undefined) throw refusal('malformed');
  // RFC 7515 §4.1.11: we understand no extension at all.
  if ('crit' in header) throw refusal('crit');
  // RFC 8725 §3.11: at+jwt, logout+jwt and their like say that they are no ID token.
  const isAccessToken = /^(?:application\/)?at\+jwt$/i.test(String(header.typ)); // RFC 9068 §4
  if (/\+jwt$/i.test(String(header.typ)) && !(isBearer && isAccessToken)) throw refusal('type');
}

function headerOf(raw: string): CompactJWSHeaderParameters | undefined {
  try {
    // The key resolver checks `alg`; here it may still be anything.
    return decodeProtectedHeader(raw) as CompactJWSHeaderParameters;
  } catch {
    return undefined;
  }
}

function refusal(because: string): ProviderFailure {
  const hint = hints[because];
  const message = `the ID token is refused: ${because}${hint === undefined ? '' : ` (${hint})`}`;
  return new ProviderFailure('rejected', `id_token_${because}`, message);
}

const clocks = 'do the clocks of provider and sidecar agree?';

/** What an operator should look at, where the fault is likely to be theirs. */
const hints: Readonly<Record<string, string>> = {
  exp: `missing or past; ${clocks}`,
  nbf: `not valid yet; ${clocks}`,
  iat: `missing, or not of now; ${clocks}`,
  aud: 'it is for another client; see --client-id, --oidc-extra-audience, --oidc-audience-claim',
  azp: 'it was asked for by another client; see --client-id, --oidc-extra-audience',
  iss: 'it is from another issuer; see --oidc-issuer-url',
  algorithm: 'see --oidc-enabled-signing-alg',
  unknown_key: 'the key set of the provider does not have its key',
};

const asymmetric = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;

/**
 * --oidc-enabled-signing-alg ∩ discovery; RS256 where neither says anything. `none` and HMAC never: a public key must not
 * serve as a shared secret.
 */
export function idTokenAlgorithms(
  enabled: readonly string[],
  discovered: readonly string[] | undefined,
): readonly string[] {
  const offered = discovered?.filter((algorithm) => asymmetric.test(algorithm));
  if (enabled.length === 0) return offered?.length ? offered : ['RS256'];
  const wanted = enabled.filter((algorithm) => asymmetric.test(algorithm));
  return offered === undefined ? wanted : wanted.filter((algorithm) => offered.includes(algorithm));
}
