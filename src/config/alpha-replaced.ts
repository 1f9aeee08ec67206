// Which options cannot be given beside the structured configuration? It has taken their place.
import { alphaPathOf } from './option.ts';
import { rowOfFlag, type Row } from './options.ts';
import type { ConfigProblem, Given } from './sources.ts';

export interface Remaining {
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

export function isReplaced({ alpha, alphaInstead }: Row): boolean {
  return alpha !== undefined || alphaInstead !== undefined;
}

/**
 * Flags and keys of a file are refused, as in the reference: one would count and not count. Variables are not read, as there;
 * those that the YAML itself reads are not even warned about.
 */
export function withoutReplaced(given: readonly Given[], variables: readonly string[]): Remaining {
  const replaced = given.filter(({ row }) => isReplaced(row));
  const isVariable = ({ source }: Given) => source !== 'flag' && source !== 'file';
  const problems = replaced
    .filter((one) => !isVariable(one))
    .map(({ row, source, writtenAs }) => ({
      option: writtenAs,
      what: 'cannot be given together with --alpha-config',
      remedy: `${alphaPathOf(row)} takes its place`,
      isUsage: source === 'flag',
    }));
  const warnings = replaced
    .filter((one) => isVariable(one) && !variables.includes(one.writtenAs))
    .map(({ row, writtenAs }) => `${writtenAs} is not read: ${alphaPathOf(row)} of --alpha-config takes its place`);
  return { given: given.filter((one) => !replaced.includes(one)), problems, warnings };
}

/** `--client-id` in a text about the configuration is known to its author as `providers[0].clientID`. */
export function inAlphaWords(text: string): string {
  return text.replaceAll(/--([a-z][a-z-]*[a-z])/g, (flag, name: string) => {
    const row = rowOfFlag(name);
    return (row && alphaPathOf(row)) ?? flag;
  });
}
