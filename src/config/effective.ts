// With what configuration does the service run? Lines for the log, secrets masked.
import { withoutPassword } from './checkup.ts';
import { formatDuration } from './duration.ts';
import { valueOf } from './invariants.ts';
import type { Config, Flag, Row } from './options.ts';
import { rows } from './options.ts';

/** One line per option: `cookie-expire = 168h (default)`. */
export function describeEffective(config: Config, sourceOf: (flag: Flag) => string): readonly string[] {
  // The structured configuration says at length what these options would say; their defaults mean nothing beside it.
  const counts = ({ alphaInstead }: Row) => config.general.alphaConfig === '' || alphaInstead === undefined;
  return rows.filter(counts).map((row) => `${row.flag} = ${shown(row, valueOf(config, row))} (${sourceOf(row.flag)})`);
}

function shown({ kind }: Row, value: unknown): string {
  const text = typeof value === 'number' && kind.label === 'duration' ? formatDuration(value) : JSON.stringify(value);
  const isEmpty = text === '""' || text === '[]';
  // A certificate and its key may be written in place.
  return (kind.isSecret && !isEmpty) || text.includes('-----BEGIN ') ? '***' : withoutPassword(text);
}
