// Which of several sources counts for each option, and what is its value?
import { withoutPassword } from './checkup.ts';
import type { Config, Flag, Row } from './options.ts';
import { options, rows } from './options.ts';
import { splitList } from './sources.ts';
import type { ConfigProblem, Given, Source } from './sources.ts';

/** Every option with its value, and where that came from. */
export interface Settled {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
  /** What counted, by flag; absent: the default. */
  readonly counted: ReadonlyMap<Flag, Given>;
  /** Options whose value could not be read; `config` has their default. */
  readonly broken: ReadonlySet<Flag>;
}

/** Reference: viper's order; a secret's own value wins over its file, wherever that is named. */
const precedence: readonly Source[] = ['flag', 'environment', 'file', 'forgiven', 'secret-file'];

export function settle(given: readonly Given[]): Settled {
  const counted = new Map<Flag, Given>();
  for (const source of precedence.toReversed()) {
    for (const one of given) if (one.source === source) counted.set(one.row.flag, one);
  }

  const problems: ConfigProblem[] = [];
  const broken = new Set<Flag>();
  const values = new Map<string, unknown>();
  for (const row of rows) {
    const one = counted.get(row.flag);
    const value = one === undefined ? defaultValueOf(row) : row.kind.schema.safeParse(one.raw).data;
    if (value === undefined && one) {
      problems.push(unreadable(one));
      broken.add(row.flag);
    }
    values.set(row.property, value ?? defaultValueOf(row));
  }
  return { config: configOf((property) => values.get(property)), problems, counted, broken };
}

/** Defaults pass the same parser as everything else. */
export function defaultValueOf({ kind, defaultText }: Row): unknown {
  return kind.schema.parse(kind.isList ? splitList(defaultText) : defaultText);
}

function configOf(valueOf: (property: string) => unknown): Config {
  const groups = Object.entries(options).map(([group, members]) => {
    return [group, Object.fromEntries(Object.keys(members).map((property) => [property, valueOf(property)]))];
  });
  // Built from the very table that the type derives from.
  return Object.fromEntries(groups) as Config;
}

function unreadable({ row, raw, source, writtenAs }: Given): ConfigProblem {
  const { kind } = row;
  const shown = kind.isSecret ? '' : ` (got ${show(raw)})`;
  // Words that are wrong only by meaning are no mistake of the command line (reference: exit code 1).
  const isUsage = source === 'flag' && kind.choices === undefined;
  return { option: writtenAs, what: `must be ${kind.expected}${shown}`, isUsage };
}

function show(raw: unknown): string {
  if (typeof raw === 'string') return `"${withoutPassword(raw)}"`;
  if (raw instanceof Date) return raw.toISOString();
  return typeof raw === 'object' && !Array.isArray(raw)
    ? 'a table'
    : JSON.stringify(raw, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
