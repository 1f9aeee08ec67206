// How is a value that is too long for one cookie split over several, and joined again?
import { cookieNames, cookieValues } from '../request/cookies.ts';
import { attributeText, setCookieLine, type CookieAttributes } from './set-cookie.ts';

/** Browsers refuse cookies of more than 4096 bytes; the reference stops at 4000, attributes included. */
export const cookieLimit = 4000;
/** Longest name of a part (reference: splitCookieName). */
const nameLimit = 256;
/** Nobody needs more parts than fit into 64 KiB of request headers. */
const partLimit = 20;
/** Each candidate may cost a decryption: parts in every combination must not add up to many (security V-3). */
const candidateLimit = 6;

/** Set-Cookie lines for a value: one when it fits, else parts `name_0`, `name_1`, … */
export function cookieLines(name: string, value: string, attributes: CookieAttributes): readonly string[] {
  const overhead = attributeText(attributes).length;
  if (name.length + 1 + value.length + overhead <= cookieLimit) return [setCookieLine(name, value, attributes)];
  const lines: string[] = [];
  for (let rest = value; rest !== '';) {
    const part = partName(name, lines.length);
    const room = cookieLimit - overhead - part.length - 1;
    lines.push(setCookieLine(part, rest.slice(0, room), attributes));
    rest = rest.slice(room);
  }
  return lines;
}

/** Parts of a name that is too long keep the number by giving up the end of the name (reference: splitCookieName). */
export function partName(name: string, index: number): string {
  const suffix = `_${index}`;
  return name.slice(0, nameLimit - suffix.length) + suffix;
}

/** Is this cookie the session's, whole or in parts? Compared literally: a dot in the name is a dot. */
export function isCookieOf(name: string, candidate: string): boolean {
  if (candidate === name) return true;
  const at = candidate.lastIndexOf('_');
  const digits = candidate.slice(at + 1);
  if (at < 0 || digits === '' || digits.length > 4 || !/^\d+$/.test(digits)) return false;
  return candidate === partName(name, Number(digits));
}

/** Names of the session's cookies that a request brings. */
export function cookiesOf(name: string, cookieHeader: string | undefined): readonly string[] {
  return cookieNames(cookieHeader).filter((candidate) => isCookieOf(name, candidate));
}

/**
 * Every value that the session's cookies of a request may add up to: each whole one, and the parts joined. Old parts
 * behind the last one must not hide a good session (security C-3), so `ends` tells where a value may end.
 */
export function joinedValues(
  name: string,
  cookieHeader: string | undefined,
  ends: (value: string) => boolean,
): readonly string[] {
  const values = cookieValues(cookieHeader, name).filter((value) => value !== '');
  let joined: readonly string[] = [''];
  for (let index = 0; index < partLimit; index++) {
    const parts = cookieValues(cookieHeader, partName(name, index));
    if (parts.length === 0) break;
    // Two values of one part: both are tried, but no more than a handful of combinations.
    joined = joined.flatMap((start) => parts.slice(0, 2).map((part) => start + part)).slice(0, 8);
    values.push(...joined.filter((value) => value !== '' && ends(value)));
  }
  return [...new Set(values)].slice(0, candidateLimit);
}
