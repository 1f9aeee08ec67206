// What do the environment variables say?
import { didYouMean } from './did-you-mean.ts';
import { envOf, envPrefix } from './option.ts';
import { rows } from './options.ts';
import type { Row } from './options.ts';
import { splitList } from './sources.ts';
import type { Given, Reading, Source } from './sources.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a variable's name stands for. */
type Meaning =
  | { readonly kind: 'option'; readonly row: Row }
  | { readonly kind: 'alias'; readonly row: Row }
  /** The singular of a list's name, or the plural where the name has none. */
  | { readonly kind: 'misspelt'; readonly row: Row }
  | { readonly kind: 'secret-file'; readonly row: Row };

/** A misspelt name never outranks a right one, wherever that is written. */
const sourceOf: Readonly<Record<Meaning['kind'], Source>> = {
  option: 'environment',
  alias: 'environment',
  misspelt: 'forgiven',
  'secret-file': 'secret-file',
};

/** An empty variable counts as unset, as in the reference. */
export function readEnvironment(environment: Environment): Reading {
  const given: Given[] = [];
  const warnings: string[] = [];
  const set = Object.entries(environment).filter(([name, value]) => name.startsWith(envPrefix) && value);
  for (const [name, value = ''] of set.toSorted(([a], [b]) => numberOf(a) - numberOf(b))) {
    const meaning = meanings.get(name) ?? numbered(name);
    if (!meaning) {
      if (!isServiceLink(name, value)) warnings.push(unknownVariable(name));
      continue;
    }
    const { kind, row } = meaning;
    if (kind === 'misspelt') {
      warnings.push(misspeltVariable(name, row));
      if (row.opens) continue;
    }
    if (kind === 'alias') warnings.push(`${name} is an old name of ${row.env}; use that`);
    const raw = kind !== 'secret-file' && row.kind.isList ? splitList(value) : value;
    warnings.push(...oddities(name, raw));
    given.push({ row, raw, source: sourceOf[kind], writtenAs: name });
  }
  return { given: aliasesLast(withSeries(given)), problems: [], warnings };
}

/** `X_1`, `X_2`, … continue the series of X; numbers may be left out. */
function numbered(name: string): Meaning | undefined {
  const meaning = meanings.get(name.replace(/_\d{1,4}$/, ''));
  return meaning?.kind === 'option' && meaning.row.kind.isSeries ? meaning : undefined;
}

function numberOf(name: string): number {
  return Number(/_(\d{1,4})$/.exec(name)?.[1] ?? -1);
}

/** All variables of one series, in the order of their numbers, become one. */
function withSeries(given: readonly Given[]): readonly Given[] {
  const series = Map.groupBy(
    given.filter(({ row }) => row.kind.isSeries),
    ({ row }) => row,
  );
  const whole = [...series.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const all = [first, ...more];
    return [{ ...first, raw: all.map(({ raw }) => raw), namesOfEach: all.map(({ writtenAs }) => writtenAs) }];
  });
  return [...given.filter(({ row }) => !row.kind.isSeries), ...whole];
}

const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  // Later entries win: a real name is never taken for a file of a secret or a misspelling.
  ...rows.flatMap(misspellingsOf),
  ...rows.flatMap(secretFileOf),
  ...rows.flatMap(({ aliases = [], ...row }) => aliases.map((key) => [envOf(key), { kind: 'alias', row }] as const)),
  ...rows.flatMap((row) => (row.env === undefined ? [] : [[row.env, { kind: 'option', row }] as const])),
]);

function misspellingsOf(row: Row): readonly (readonly [string, Meaning])[] {
  if (row.env === undefined || !row.kind.isList) return [];
  const other = row.env.endsWith('S') ? row.env.slice(0, -1) : `${row.env}${row.env.endsWith('X') ? 'ES' : 'S'}`;
  return [[other, { kind: 'misspelt', row }]];
}

function secretFileOf(row: Row): readonly (readonly [string, Meaning])[] {
  return row.env !== undefined && row.kind.isSecret ? [[`${row.env}_FILE`, { kind: 'secret-file', row }]] : [];
}

/** The reference lets the old name win; whatever comes last in a source counts. */
function aliasesLast(given: readonly Given[]): readonly Given[] {
  const isAlias = ({ writtenAs }: Given): boolean => meanings.get(writtenAs)?.kind === 'alias';
  return [...given.filter((one) => !isAlias(one)), ...given.filter(isAlias)];
}

/**
 * Kubernetes sets variables for every service of the namespace; a service called oauth2-proxy (or oauth2-proxy-redis)
 * gives OAUTH2_PROXY_SERVICE_HOST, OAUTH2_PROXY_PORT=tcp://…, OAUTH2_PROXY_PORT_4180_TCP_ADDR and so on.
 */
function isServiceLink(name: string, value: string): boolean {
  if (name === `${envPrefix}PORT` || (/_PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\//.test(value))) return true;
  return /_SERVICE_HOST$|_SERVICE_PORT(?:_[A-Z\d_]+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_PROTO|_PORT|_ADDR)?$/.test(name);
}

function unknownVariable(name: string): string {
  const commandLineOnly = rows.find((row) => row.env === undefined && envOf(row.flag.replaceAll('-', '_')) === name);
  if (commandLineOnly) return `${name} is not read: --${commandLineOnly.flag} is given on the command line only`;
  const meant = didYouMean(
    name.slice(envPrefix.length),
    rows.flatMap(({ configKey }) => configKey ?? []),
  );
  return `${name} is not a known variable and is not read${meant ? `; did you mean ${envOf(meant)}?` : ''}`;
}

/** Shells and compose take quotes away, `docker run --env-file` does not; and lists are split at commas and nowhere else. */
function oddities(name: string, raw: string | readonly string[]): readonly string[] {
  const isQuoted = [raw].flat().some((text) => /^"[^]*"$|^'[^]*'$/.test(text));
  const hasBlanks = typeof raw !== 'string' && raw.some((text) => text !== text.trim());
  return [
    isQuoted && `${name} is in quotes, and they belong to the value: docker's --env-file keeps them; leave them out`,
    hasBlanks && `${name} has blanks beside its commas, and they belong to the values: leave them out`,
  ].filter((warning) => warning !== false);
}

function misspeltVariable(name: string, { env, opens }: Row): string {
  return opens ? `${name} is not read; did you mean ${env}?` : `${name} is read for want of ${env}; rename it`;
}
