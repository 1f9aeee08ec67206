// What does the command line say?
import { didYouMean } from './did-you-mean.ts';
import { parseFlagList } from './flag-list.ts';
import { rowOfFlag, rows } from './options.ts';
import type { Row } from './options.ts';
import type { ConfigProblem, Given, Reading } from './sources.ts';

export interface CommandLine extends Reading {
  readonly wantsHelp: boolean;
}

interface Occurrence {
  readonly row: Row;
  readonly writtenAs: string;
  readonly value: string;
}

/** Flags in any order; other words are passed over, as in the reference. `--` ends the flags. */
export function readArgv(argv: readonly string[]): CommandLine {
  const occurrences: Occurrence[] = [];
  const problems: ConfigProblem[] = [];
  let wantsHelp = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (!/^-./.test(word)) continue;
    const { name, value } = splitWord(word);
    const row = rowOfFlag(name);
    if (row) {
      const ownValue = value ?? (row.kind.isSwitch ? 'true' : valueAfter(argv, index));
      if (value === undefined && !row.kind.isSwitch && ownValue !== undefined) index += 1;
      const occurrence = { row, writtenAs: `--${row.flag}`, value: ownValue ?? '' };
      if (ownValue === undefined || (ownValue === '' && row.kind.refusesEmptyFlag))
        problems.push(needsValue(occurrence));
      else occurrences.push(occurrence);
    } else if (name === 'help' || name === 'h') wantsHelp = true;
    else problems.push(unknownFlag(word));
  }
  const given = gather(occurrences, problems);
  return { given, problems, warnings: [], wantsHelp };
}

/** `-flag` is forgiven for `--flag`; the reference takes such words for single letters and refuses them. */
function splitWord(word: string): { readonly name: string; readonly value: string | undefined } {
  const [, name = '', value] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  return { name, value };
}

/** Undefined when there is none: another flag is never meant as a value. */
function valueAfter(argv: readonly string[], index: number): string | undefined {
  const next = argv[index + 1];
  if (next?.startsWith('--') && rowOfFlag(splitWord(next).name)) return undefined;
  return next;
}

/** Of a flag given several times the last counts; a list has all of them. */
function gather(occurrences: readonly Occurrence[], problems: ConfigProblem[]): readonly Given[] {
  const given = new Map<string, Given>();
  for (const { row, writtenAs, value } of occurrences) {
    const elements = row.kind.isList ? parseFlagList(value) : undefined;
    if (row.kind.isList && elements === undefined) {
      const what = row.kind.isSecret ? 'has a quote out of place' : `has a quote out of place (got "${value}")`;
      problems.push({
        option: writtenAs,
        what,
        remedy: 'write "…" around a whole element, "" for a quote',
        isUsage: true,
      });
      continue;
    }
    const before = given.get(row.flag)?.raw;
    const added = row.kind.isSeries ? [value] : elements;
    const raw = added ? [...(Array.isArray(before) ? before : []), ...added] : value;
    given.set(row.flag, { row, raw, source: 'flag', writtenAs });
  }
  return [...given.values()];
}

function needsValue({ row, writtenAs }: Occurrence): ConfigProblem {
  const remedy = `write --${row.flag}=VALUE, where VALUE is ${row.kind.expected}`;
  return { option: writtenAs, what: 'needs a value', remedy, isUsage: true };
}

function unknownFlag(word: string): ConfigProblem {
  // What follows the = may be a secret.
  const [written = ''] = word.split('=');
  const { name } = splitWord(written);
  const negated = rowOfFlag(name.replace(/^no-/, ''));
  const meant = didYouMean(
    name,
    rows.map(({ flag }) => flag),
  );
  const remedy = negated?.kind.isSwitch ? `did you mean --${negated.flag}=false?` : meant && `did you mean --${meant}?`;
  return { option: written, what: 'is not a known flag', remedy: remedy ?? '--help lists all flags', isUsage: true };
}
