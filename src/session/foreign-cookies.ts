// Which sessions of the reference do the cookies of a request hold? Whole, or in parts; leftovers hide none.
import { joinedValues } from './chunks.ts';
import type { ForeignSessions } from './foreign.ts';
import type { Session } from './session.ts';

/**
 * The reference takes the cookie without a number before all parts, and leaves both in the browser: what is left over of
 * a longer session then breaks a good one. Here everything that may be a value is tried, and the newest counts.
 */
export function foreignIn(
  { looksRight, open }: Pick<ForeignSessions, 'looksRight' | 'open'>,
  name: string,
  cookieHeader: string | undefined,
): readonly Session[] {
  const values = joinedValues(name, cookieHeader, looksRight).filter(looksRight);
  return values.map(open).filter((session) => session !== undefined);
}
