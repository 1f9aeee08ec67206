// Which parameters does a query hold that is damaged in places?
import { readParameters } from './parameters.ts';

export interface Query {
  getAll(name: string): readonly string[];
}

const pairLimit = 100;

/**
 * Pair by pair: a damaged pair is passed over and does not take the others along, for a constraint that is lost would
 * let more people in. `;` always separates here, for the same reason.
 */
export function lenientQuery(rawQuery: string): Query {
  const options = { semicolons: true };
  const whole = readParameters(rawQuery, options);
  if (whole.kind === 'ok') return whole;
  const pairs = rawQuery.split(/[&;]/, pairLimit).map((pair) => readParameters(pair, options));
  return { getAll: (name) => pairs.flatMap((pair) => (pair.kind === 'ok' ? pair.getAll(name) : [])) };
}
