// What does the userinfo endpoint add about a user? (OpenID Connect Core 1.0 §5.3)
import { ProviderFailure } from './failure.ts';
import type { Answer, Http } from './http.ts';
import { place } from './http.ts';
import { asText } from './claims.ts';
import { own, parseObject } from './json.ts';
import type { Claims } from './json.ts';
import type { KeySet } from './key-set.ts';

export interface UserinfoRequest {
  readonly url: string;
  readonly accessToken: string;
  /** Of the ID token; undefined: there is none. */
  readonly subject: string | undefined;
}

/** Everything that can sign with a key of the provider; which one it uses here, discovery need not say. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** @throws ProviderFailure */
export async function userinfo(
  request: UserinfoRequest,
  { http, keys }: { http: Http; keys: KeySet | undefined },
): Promise<Claims> {
  const { url, accessToken, subject } = request;
  // RFC 6750 §2.1; when a redirect leads elsewhere, fetch leaves the header behind.
  const answer = await http.call({ purpose: 'userinfo', url, headers: { authorization: `Bearer ${accessToken}` } });
  const at = place(url);
  if (answer.status !== 200) throw statusFailure(answer, at);
  const claims = parseObject(
    keys !== undefined && answer.contentType === 'application/jwt'
      ? await signedPayload(answer.text, keys)
      : answer.text,
  );
  // M18: an array is no set of claims
  if (claims === undefined)
    throw new ProviderFailure('unreachable', 'userinfo_not_json', `${at} answered no JSON object`);
  // T-2, OpenID Connect Core 1.0 §5.3.2: else claims of another user would be mixed in. Other profile endpoints have no sub.
  const sub = own(claims, 'sub');
  if (subject !== undefined && sub !== undefined && asText(sub) !== subject) {
    throw new ProviderFailure('rejected', 'userinfo_sub', `${at} tells of another user than the ID token`);
  }
  return claims;
}

function statusFailure({ status }: Answer, at: string): ProviderFailure {
  const kind = status >= 500 || status === 429 ? 'unreachable' : 'misconfigured';
  return new ProviderFailure(kind, 'userinfo_status', `${at} answered ${status}`);
}

/** RP-D6. The reference does not look at the signature. */
async function signedPayload(token: string, keys: KeySet): Promise<string> {
  const verdict = await keys.verify(token.trim(), algorithms);
  if (verdict.kind === 'verified') return verdict.payload;
  throw new ProviderFailure(
    'rejected',
    'userinfo_signature',
    `the signed userinfo answer is refused: ${verdict.because}`,
  );
}
