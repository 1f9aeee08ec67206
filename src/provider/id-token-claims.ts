// Do the claims of a signed ID token say what they must? Pure: no key, no network.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isSameText } from '../lib/same-text.ts';
import { own } from './json.ts';
import type { Claims } from './json.ts';

/** The claims that every ID token has, checked. */
export interface IdClaims {
  readonly iss: string | undefined;
  readonly sub: string;
  readonly sid: string | undefined;
  readonly authTime: number | undefined;
  readonly nonce: string | undefined;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface Expectation {
  /** Undefined: any (--insecure-oidc-skip-issuer-verification). */
  readonly issuer: string | undefined;
  readonly clientId: string;
  /** --oidc-extra-audience */
  readonly extraAudiences: readonly string[];
  /** --oidc-audience-claim: the first that the token has decides. */
  readonly audienceClaims: readonly string[];
  readonly nonce: NonceRule;
  /** For at_hash. */
  readonly accessToken: string | undefined;
  /** It is shown by a program as its credential: access tokens count too, whoever asked for them (security T-4). */
  readonly isBearer?: true;
  /** It was made just now, so an old `iat` is wrong. */
  readonly isFresh: boolean;
  readonly nowMs: number;
}

/** `ignored`: --insecure-oidc-skip-nonce=true was given. */
export type NonceRule =
  { readonly kind: 'ignored' } | { readonly kind: 'if-present' | 'required'; readonly value: string | undefined };

const maxIatAgeMs = 24 * 3600_000;
/** Clocks of provider and sidecar may differ (go-oidc allows as much for `nbf`). `exp` gets no leeway (reference). */
const leewayMs = 5 * 60_000;
/** The last moment that a Date can hold: `exp: 1e300` is no time (security M17). */
const maxSeconds = 8.64e12;

const seconds = z.number().min(0).max(maxSeconds);
/** Zod names the claim that is wrong; the first one becomes the reason. Own properties only: see `pick`. */
const schema = z.object({
  iss: z.string().optional(),
  sub: z.string().min(1).max(255), // OpenID Connect Core 1.0 §2
  exp: seconds,
  iat: seconds,
  nbf: seconds.optional(),
  nonce: z.string().optional(),
  azp: z.string().optional(),
  at_hash: z.string().optional(),
  auth_time: z.number().optional().catch(undefined),
  sid: z.string().optional().catch(undefined),
  typ: z.string().optional().catch(undefined),
});
type Known = z.infer<typeof schema>;

interface Case {
  readonly known: Known;
  readonly claims: Claims;
  readonly algorithm: string;
  readonly expected: Expectation;
}

/** Reason code and rule, in the order of checking. */
const rules: readonly (readonly [because: string, holds: (token: Case) => boolean])[] = [
  // Keycloak signs all its tokens with the same keys; only the payload tells them apart (security T-4, keycloak.md KC-10).
  ['kind', ({ known, claims, expected }) => isRightKind(known.typ, expected) && own(claims, 'events') === undefined],
  // RFC 7800: bound to a key, and nothing here proves that whoever shows it has that key.
  ['cnf', ({ claims, expected }) => !expected.isBearer || own(claims, 'cnf') === undefined],
  ['iss', ({ known, expected }) => expected.issuer === undefined || sameIssuer(known.iss, expected.issuer)],
  ['aud', ({ claims, expected }) => isForUs(claims, expected)],
  ['azp', ({ known, claims, expected }) => isOurParty(known.azp, own(claims, 'aud'), expected)],
  ['exp', ({ known, expected }) => known.exp * 1000 > expected.nowMs],
  ['nbf', ({ known, expected }) => (known.nbf ?? 0) * 1000 <= expected.nowMs + leewayMs],
  ['iat', ({ known, expected }) => isPlausible(known.iat * 1000, expected)],
  ['nonce', ({ known, expected }) => nonceHolds(known.nonce, expected.nonce)],
  ['at_hash', ({ known, algorithm, expected }) => hashHolds(known.at_hash, algorithm, expected.accessToken)],
];

/** The checked claims, or the name of what is wrong. */
export function checkClaims(claims: Claims, algorithm: string, expected: Expectation): IdClaims | string {
  const picked = pick(claims);
  // The reference asks no bearer token when it was made.
  if (expected.isBearer) picked['iat'] ??= Math.floor(expected.nowMs / 1000);
  const parsed = schema.safeParse(picked);
  if (!parsed.success) return String(parsed.error.issues[0]?.path[0] ?? 'malformed');
  const token: Case = { known: parsed.data, claims, algorithm, expected };
  const broken = rules.find(([, holds]) => !holds(token));
  if (broken !== undefined) return broken[0];
  const { iss, sub, sid, auth_time: authTime, nonce, iat, exp } = parsed.data;
  return { iss, sub, sid, authTime, nonce, issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 };
}

/** Keycloak's names in the payload; refresh, logout and offline tokens are for the provider alone. */
function isRightKind(typ: string | undefined, { isBearer }: Expectation): boolean {
  return [undefined, 'ID', 'JWT'].includes(typ) || (isBearer === true && typ === 'Bearer');
}

/** JSON null counts as missing (reference). */
function pick(claims: Claims): Record<string, unknown> {
  return Object.fromEntries(Object.keys(schema.shape).map((name) => [name, own(claims, name) ?? undefined]));
}

/** Byte by byte, save for Google, whose tokens may leave the scheme out (reference: go-oidc). */
export function sameIssuer(got: string | undefined, expected: string): boolean {
  return got === expected || (expected === 'https://accounts.google.com' && got === 'accounts.google.com');
}

/** The first audience claim that exists decides, even if a later one would fit (reference: verifier.go). */
function isForUs(claims: Claims, { audienceClaims, clientId, extraAudiences }: Expectation): boolean {
  const found = audienceClaims.map((name) => own(claims, name)).find((value) => value !== undefined && value !== null);
  const audience: unknown[] = Array.isArray(found) ? found : [found];
  return [clientId, ...extraAudiences].some((name) => audience.includes(name));
}

/** OpenID Connect Core 1.0 §3.1.3.7, 4 and 5. A missing azp passes, as in the reference. */
function isOurParty(azp: string | undefined, audience: unknown, expected: Expectation): boolean {
  const { clientId, extraAudiences, isBearer } = expected;
  const isForSeveral = Array.isArray(audience) && audience.length > 1;
  if (isBearer) return true;
  return azp === undefined || !isForSeveral || [clientId, ...extraAudiences].includes(azp);
}

function isPlausible(issuedAtMs: number, { nowMs, isFresh }: Expectation): boolean {
  return issuedAtMs <= nowMs + leewayMs && (!isFresh || issuedAtMs >= nowMs - maxIatAgeMs);
}

function nonceHolds(nonce: string | undefined, rule: NonceRule): boolean {
  if (rule.kind === 'ignored') return true;
  if (nonce === undefined) return rule.kind === 'if-present';
  return rule.value === undefined ? rule.kind === 'if-present' : isSameText(nonce, rule.value);
}

/** OpenID Connect Core 1.0 §3.1.3.6: the left half of the hash that belongs to the signature algorithm. */
function hashHolds(hash: string | undefined, algorithm: string, accessToken: string | undefined): boolean {
  if (hash === undefined || accessToken === undefined) return true;
  const bits = /256$|384$|512$/.exec(algorithm)?.[0];
  // Ed25519 signs with SHA-512 inside.
  const name = algorithm === 'EdDSA' || algorithm === 'Ed25519' ? 'sha512' : `sha${bits}`;
  const digest = createHash(name).update(accessToken).digest();
  return isSameText(hash, digest.subarray(0, digest.length / 2).toString('base64url'));
}
