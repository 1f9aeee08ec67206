// What did the token endpoint answer? Read as leniently as the reference reads it.
import { z } from 'zod';
import { mask } from '../lib/log-mask.ts';
import { ProviderFailure } from './failure.ts';
import type { FailureKind } from './failure.ts';
import type { Answer } from './http.ts';
import { parseObject } from './json.ts';
import type { Claims } from './json.ts';

export interface Tokens {
  readonly kind: 'tokens';
  readonly accessToken: string;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** Undefined: the provider did not say. */
  readonly expiresInSeconds: number | undefined;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly failure: ProviderFailure;
  /** RFC 6749 §5.2; only this code decides, never a text. */
  readonly error: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Whose fault an error code is. Unknown codes are the operator's: the request was made from the options. */
const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['invalid_grant', 'rejected'],
  ['invalid_client', 'misconfigured'],
  ['unauthorized_client', 'misconfigured'],
  ['invalid_request', 'misconfigured'],
  ['invalid_scope', 'misconfigured'],
  ['invalid_target', 'misconfigured'],
  ['unsupported_grant_type', 'misconfigured'],
  ['temporarily_unavailable', 'unreachable'],
  ['server_error', 'unreachable'],
]);

const text = z.string().min(1).optional().catch(undefined);

const schema = z.object({
  access_token: z.string().min(1),
  id_token: text,
  refresh_token: text,
  // reference: a number or a numeric text; 0 means that nothing was said
  expires_in: z.coerce.number().positive().max(1e10).optional().catch(undefined),
});

export function readTokenAnswer(answer: Answer, at: string): Tokens | Refusal {
  const { status, retryAfterMs } = answer;
  const refused = (kind: FailureKind, reason: string, message: string, error?: string): Refusal => {
    const failure = new ProviderFailure(kind, `token_endpoint_${reason}`, `${at} ${message}`);
    return { kind: 'refused', failure, error, retryAfterMs };
  };
  if (status >= 500 || status === 429)
    return refused('unreachable', 'unavailable', `answered ${status}${excerpt(answer)}`);
  const body = bodyOf(answer);
  const error = body?.error;
  if (typeof error === 'string') {
    // Codes of strangers stay out of reasons and messages (security O-2).
    const kind = kinds.get(error);
    return refused(
      kind ?? 'misconfigured',
      kind ? error : 'error',
      kind ? `answered ${error}` : 'answered an error',
      error,
    );
  }
  if (status < 200 || status > 299) return refused('misconfigured', 'status', `answered ${status}${excerpt(answer)}`);
  if (body === undefined) return refused('unreachable', 'not_json', 'answered no JSON object');
  const parsed = schema.safeParse(body);
  if (!parsed.success) return refused('misconfigured', 'no_access_token', 'answered without an access token');
  const { access_token, id_token, refresh_token, expires_in } = parsed.data;
  return {
    kind: 'tokens',
    accessToken: access_token,
    idToken: id_token,
    refreshToken: refresh_token,
    expiresInSeconds: expires_in,
  };
}

const excerptLength = 160;

/** What a provider in trouble says, for the operator who looks for the cause; an answer of this kind holds no tokens, and is masked all the same. */
function excerpt({ text }: Answer): string {
  const said = mask(text.slice(0, 4 * excerptLength))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, excerptLength);
  return said === '' ? '' : `: ${said}`;
}

/** reference (x/oauth2): form data where the content type says so, else JSON. */
function bodyOf({ contentType, text }: Answer): Claims | undefined {
  const isForm = contentType === 'application/x-www-form-urlencoded' || contentType === 'text/plain';
  const object = parseObject(text);
  if (object !== undefined || !isForm) return object;
  const form = new URLSearchParams(text);
  return form.has('access_token') || form.has('error') ? Object.fromEntries(form) : undefined;
}
