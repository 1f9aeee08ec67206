// Does the provider really say that somebody has signed out? OpenID Connect Back-Channel Logout 1.0 §2.4–2.6.
import { decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { ProviderFailure } from './failure.ts';
import type { TrustedKeys } from './id-token.ts';
import { own, parseObject } from './json.ts';
import { jsonProblem } from './strict-json.ts';

export interface LogoutToken {
  readonly issuer: string;
  /** One of them at least. */
  readonly subject: string | undefined;
  readonly sid: string | undefined;
  readonly tokenId: string;
  readonly issuedAtMs: number;
}

export interface LogoutExpectation {
  readonly issuer: string;
  readonly clientId: string;
  readonly nowMs: number;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';
const maxLength = 16 * 1024;
/** How old a token may be, whatever its `exp` says (Keycloak gives two minutes). */
const lifetimeMs = 5 * 60_000;
/** Clocks of provider and sidecar may differ (security B6). */
const leewayMs = 60_000;
/** How long one token can be used: from an `iat` in the future to the end of its life by a slow clock. */
export const logoutTokenLifetimeMs = lifetimeMs + 2 * leewayMs;

const seconds = z.number().min(0).max(8.64e12);
const schema = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: seconds,
  exp: seconds.optional(),
  jti: z.string().min(1).max(255),
  sub: z.string().min(1).max(255).optional(),
  sid: z.string().min(1).max(255).optional(),
  typ: z.literal('Logout').optional(), // Keycloak tells its kinds of token apart by this
  events: z.record(z.string(), z.unknown()),
});
type Claims = z.infer<typeof schema>;

interface Case {
  readonly claims: Claims;
  readonly expected: LogoutExpectation;
}

/** Reason code and rule, in the order of checking. */
const rules: readonly (readonly [because: string, holds: (token: Case) => boolean])[] = [
  ['iss', ({ claims, expected }) => claims.iss === expected.issuer],
  ['aud', ({ claims, expected }) => [claims.aud].flat().includes(expected.clientId)],
  ['iat', ({ claims, expected }) => isRecent(claims.iat * 1000, expected.nowMs)],
  ['exp', ({ claims, expected }) => claims.exp === undefined || claims.exp * 1000 > expected.nowMs - leewayMs],
  ['events', ({ claims }) => isObject(own(claims.events, event))],
  ['subject', ({ claims }) => claims.sub !== undefined || claims.sid !== undefined],
];

/** @throws ProviderFailure `rejected` with reason `logout_token_…`, or that of the key set when keys cannot be had */
export async function verifyLogoutToken(
  raw: string,
  { keys, algorithms }: TrustedKeys,
  expected: LogoutExpectation,
): Promise<LogoutToken> {
  checkForm(raw, algorithms);
  const verdict = await keys.verify(raw, algorithms, 'anybody');
  if (verdict.kind === 'refused') throw refusal(verdict.because);
  const payload = parseObject(verdict.payload);
  const odd = payload === undefined ? 'malformed' : jsonProblem(verdict.payload);
  if (payload === undefined || odd !== undefined) throw refusal(odd ?? 'malformed');
  // §2.4: a nonce is prohibited, so that an ID token can never pass for a logout token.
  if (own(payload, 'nonce') !== undefined) throw refusal('nonce');
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw refusal(String(parsed.error.issues[0]?.path[0] ?? 'malformed'));
  const claims = parsed.data;
  const broken = rules.find(([, holds]) => !holds({ claims, expected }));
  if (broken !== undefined) throw refusal(broken[0]);
  const { iss: issuer, sub: subject, sid, jti: tokenId, iat } = claims;
  return { issuer, subject, sid, tokenId, issuedAtMs: iat * 1000 };
}

/** What can be told without a key: no call goes out because of junk (security B18). */
function checkForm(raw: string, algorithms: readonly string[]): void {
  const { length } = raw.split('.');
  if (length === 5) throw refusal('encrypted'); // no key of ours could open it (security B3)
  if (raw.length > maxLength || length !== 3) throw refusal('malformed');
  let header;
  try {
    header = decodeProtectedHeader(raw);
  } catch {
    throw refusal('malformed');
  }
  if (!algorithms.includes(header.alg ?? '')) throw refusal('algorithm');
  if ('crit' in header) throw refusal('crit');
  // B4: `logout+jwt` as the specification recommends, `JWT` or nothing as older providers send.
  const type = String(header.typ ?? 'jwt').toLowerCase();
  if (type !== 'jwt' && type !== 'logout+jwt') throw refusal('type');
}

function isRecent(issuedAtMs: number, nowMs: number): boolean {
  return issuedAtMs <= nowMs + leewayMs && issuedAtMs > nowMs - lifetimeMs - leewayMs;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(because: string): ProviderFailure {
  return new ProviderFailure('rejected', `logout_token_${because}`, `the logout token is refused: ${because}`);
}
