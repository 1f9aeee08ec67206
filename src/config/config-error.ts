// Why can the service not start with this configuration? All reasons at once.
import type { ConfigProblem } from './sources.ts';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  /** Often they tell what the problems come from: a misspelt variable, say. */
  readonly warnings: readonly string[];
  /** 2 for mistakes on the command line itself, else 1 (reference: exit codes). */
  readonly exitCode: 1 | 2;

  constructor(problems: readonly ConfigProblem[], warnings: readonly string[] = []) {
    super(['invalid configuration:', ...problems.map((problem) => `  ${lineOf(problem)}`)].join('\n'));
    this.problems = problems;
    this.warnings = warnings;
    this.exitCode = problems.some(({ isUsage }) => isUsage) ? 2 : 1;
  }
}

function lineOf({ option, what, remedy }: ConfigProblem): string {
  const line = remedy === undefined ? `${option} ${what}` : `${option} ${what}; hint: ${remedy}`;
  return oneLine(line);
}

/** An operator's text may hold line breaks or terminal codes; a problem stays one line. */
function oneLine(line: string): string {
  return line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1));
}
