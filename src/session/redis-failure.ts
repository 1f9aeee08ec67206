// What kind of failure is it that the Redis client reports, and what of it may be written down?
import { isNativeError } from 'node:util/types';
import { StoreFailure } from './redis-link.ts';

/** Answers of a server that is there and cannot serve now: another, or the same a little later, will. */
const passing = new Set(['LOADING', 'CLUSTERDOWN', 'TRYAGAIN', 'MASTERDOWN', 'BUSY', 'MOVED', 'ASK']);
/** Answers of a server that is the master no longer, or stands alone. */
const demoted = new Set(['READONLY', 'NOREPLICAS']);

export type Judgement = 'refused' | 'demoted' | 'passing';

/** Judged by the code that begins each error of Redis, never by the text behind it. */
export function judge(error: unknown): Judgement {
  const code = codeOf(error);
  if (!isReply(error) || passing.has(code)) return 'passing';
  return demoted.has(code) ? 'demoted' : 'refused';
}

/** The text behind the code may repeat what was sent, be it a password: only the code is kept. */
export function failureOf(error: unknown): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const reason = judge(error) === 'refused' || isCertificate(error) ? 'store_refused' : 'store_unreachable';
  return new StoreFailure(reason, new Error(codeOf(error)));
}

/** The server answered, and its answer is an error. */
export function isReply(error: unknown): boolean {
  return isNativeError(error) && error.name === 'ReplyError';
}

function isCertificate(error: unknown): boolean {
  return /CERT|_TLS_|SSL/.test(systemCodeOf(error));
}

function codeOf(error: unknown): string {
  if (!isNativeError(error)) return 'UNKNOWN';
  if (isReply(error)) return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
  return systemCodeOf(error) || (error.name === 'Error' ? 'CONNECTION_LOST' : error.name);
}

function systemCodeOf(error: unknown): string {
  return isNativeError(error) && 'code' in error ? String(error.code) : '';
}
