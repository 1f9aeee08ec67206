// What does the TOML file say?
import { parse, TomlError } from 'smol-toml';
import type { TomlTable, TomlValue } from 'smol-toml';
import { didYouMean } from './did-you-mean.ts';
import type { Raw } from './kinds.ts';
import { rows } from './options.ts';
import type { Row } from './options.ts';
import { splitList } from './sources.ts';
import type { ConfigProblem, Given, Reading } from './sources.ts';

export interface ConfigFile {
  readonly path: string;
  readonly content: string;
}

/** Keys in any case; tables are unknown keys, as in the reference. */
export function readConfigFile(file: ConfigFile): Reading {
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  const parsed = parseToml(file);
  if (parsed.kind === 'malformed') return { given, problems: [parsed.problem], warnings };

  for (const [key, value] of leavesOf(parsed.table)) {
    const row = rowByKey.get(key.toLowerCase());
    const writtenAs = `${key} in ${file.path}`;
    if (!row) problems.push(unknownKey(key, file));
    else if (given.some((one) => one.row === row && one.writtenAs.toLowerCase() === writtenAs.toLowerCase())) {
      problems.push({ option: writtenAs, what: 'is there twice, in different case', remedy: 'leave one of them' });
    } else given.push({ row, raw: rawOf(row, value), source: 'file', writtenAs });
    if (row?.aliases?.includes(key.toLowerCase()))
      warnings.push(`${writtenAs} is an old name of ${row.configKey}; use that`);
    if (row && isNanoseconds(row, value)) {
      warnings.push(
        `${writtenAs} has no unit and counts nanoseconds, as in the reference; write ${key} = "${value}s" for seconds`,
      );
    }
  }
  return { given: aliasesLast(given), problems, warnings };
}

const rowByKey: ReadonlyMap<string, Row> = new Map(
  rows.flatMap((row) => [row.configKey ?? [], row.aliases ?? []].flat().map((key) => [key, row] as const)),
);

type Parsed =
  | { readonly kind: 'table'; readonly table: TomlTable }
  | { readonly kind: 'malformed'; readonly problem: ConfigProblem };

function parseToml({ path, content }: ConfigFile): Parsed {
  try {
    return { kind: 'table', table: parse(content.replace(/^\ufeff/, ''), { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line of the message: the rest quotes the file, and with it perhaps a secret.
    const [because = ''] = error.message.split('\n');
    const what = `is not valid TOML: line ${error.line}, column ${error.column}: ${because.replace(/^Invalid TOML document: /, '')}`;
    return { kind: 'malformed', problem: { option: `--config ${path}`, what } };
  }
}

/** Tables become dotted names. */
function leavesOf(table: TomlTable, prefix = ''): readonly (readonly [string, TomlValue])[] {
  return Object.entries(table).flatMap(([name, value]) => {
    const key = prefix + name;
    const isEmpty = isTable(value) && Object.keys(value).length === 0;
    return isTable(value) && !isEmpty ? leavesOf(value, `${key}.`) : [[key, value] as const];
  });
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/** A list may be one text with commas; another scalar is a list of one. */
function rawOf(row: Row, value: TomlValue): Raw {
  const raw = value as Raw; // dates and tables are refused by every kind
  if (!row.kind.isList || Array.isArray(value)) return raw;
  return typeof value === 'string' ? splitList(value) : [raw];
}

function isNanoseconds(row: Row, value: TomlValue): boolean {
  return (
    row.kind.label === 'duration' && (typeof value === 'number' || typeof value === 'bigint') && Number(value) !== 0
  );
}

/** The reference lets the old key win; whatever comes last in a source counts. */
function aliasesLast(given: readonly Given[]): readonly Given[] {
  const isAlias = ({ row, writtenAs }: Given): boolean => !writtenAs.toLowerCase().startsWith(`${row.configKey} `);
  return [...given.filter((one) => !isAlias(one)), ...given.filter(isAlias)];
}

function unknownKey(key: string, { path, content }: ConfigFile): ConfigProblem {
  const line = lineOf(key, content);
  const option = line === undefined ? `${key} in ${path}` : `${key} in ${path}, line ${line},`;
  const flagOnly = rows.find(
    (row) => row.configKey === undefined && row.flag === key.toLowerCase().replaceAll('_', '-'),
  );
  if (flagOnly) return { option, what: 'is not a key', remedy: `--${flagOnly.flag} is given on the command line only` };
  const meant = didYouMean(key, rowByKey.keys());
  if (meant) return { option, what: 'is not a known key', remedy: `did you mean ${meant}?` };
  return { option, what: 'is not a known key', remedy: key.includes('.') ? 'the file has no tables' : undefined };
}

/** Where a key or its table is written; the parser does not say. */
function lineOf(key: string, content: string): number | undefined {
  const [table = ''] = key.split('.');
  const lines = content.split('\n').map((line) => line.trim().replaceAll('"', ''));
  const index = lines.findIndex((line) => {
    const [start = ''] = line.split('=');
    return (
      start.trim() === key || line.startsWith(`[${table}]`) || line.startsWith(`[${table}.`) || start.trim() === table
    );
  });
  return index === -1 ? undefined : index + 1;
}
