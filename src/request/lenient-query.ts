// Which parameters does a query hold that is damaged in places?
import { readParameters } from './parameters.ts';

export interface Query {
  getAll(name: string): readonly string[];
}

/**
 * Pair by pair: a damaged pair is passed over and does not take the others along, for a constraint that is lost would
 * let more people in. For the same reason `;` always separates here, and a hundred pairs in front hide nothing: only
 * those are decoded whose name may be the one that is asked for (security L16).
 */
export function lenientQuery(rawQuery: string): Query {
  const options = { semicolons: true };
  const whole = readParameters(rawQuery, options);
  if (whole.kind === 'ok') return whole;
  const pairs = rawQuery.split(/[&;]/);
  return {
    getAll: (name) =>
      pairs
        .filter((pair) => mayBeNamed(pair, name))
        .map((pair) => readParameters(pair, options))
        .flatMap((pair) => (pair.kind === 'ok' ? pair.getAll(name) : [])),
  };
}

/** As it is, or with escapes; an escaped letter has three characters. */
function mayBeNamed(pair: string, name: string): boolean {
  const equals = pair.indexOf('=');
  const length = equals < 0 ? pair.length : equals;
  return length === name.length ? pair.startsWith(name) : length > name.length && length <= 3 * name.length;
}
