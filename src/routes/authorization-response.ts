// What does the provider's answer in a callback say? RFC 6749 §4.1.2, RFC 9207 §2.
import { Problem } from '../lib/problem.ts';
import type { Parameters } from '../request/parameters.ts';

export interface AuthorizationResponse {
  readonly state: string | undefined;
  readonly code: string | undefined;
  readonly error: string | undefined;
  readonly iss: string | undefined;
}

const names = ['state', 'code', 'error', 'iss'] as const;

/** @throws Problem 400 when a parameter is there twice: nobody could say which one counts (security F-6, RFC 6749 §3.1) */
export function readAuthorizationResponse(parameters: Parameters): AuthorizationResponse {
  const twice = names.find((name) => parameters.getAll(name).length > 1);
  if (twice !== undefined) {
    throw new Problem({
      status: 400,
      reason: 'duplicate_parameter',
      message: 'This sign-in address is damaged. Please start again.',
      debug: `parameter "${twice}" is there twice`,
    });
  }
  const value = (name: (typeof names)[number]) => parameters.get(name) || undefined; // empty counts as absent
  return { state: value('state'), code: value('code'), error: value('error'), iss: value('iss') };
}
