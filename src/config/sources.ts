// What was written where? The common form in which command line, environment and file hand options over.
import type { Raw } from './kinds.ts';
import type { Row } from './options.ts';

/** `forgiven`: a variable whose name is almost right. */
export type Source = 'flag' | 'environment' | 'file' | 'forgiven' | 'secret-file';

/** One option in one source. */
export interface Given {
  readonly row: Row;
  readonly raw: Raw;
  readonly source: Source;
  /** As the user wrote it: `--cookie-name`, `OAUTH2_PROXY_COOKIE_NAME`, `cookie_name in proxy.cfg`. */
  readonly writtenAs: string;
  /** What each of a series was called, where they have names of their own. */
  readonly namesOfEach?: readonly string[];
}

/** How the user knows one of a series. */
export function nameOfOne(given: Given, at: number): string {
  const isOneOfSeveral = Array.isArray(given.raw) && given.raw.length > 1;
  return given.namesOfEach?.[at] ?? (isOneOfSeveral ? `${given.writtenAs} number ${at + 1}` : given.writtenAs);
}

/** Nothing but empty texts. */
export function isEmpty({ raw }: Given): boolean {
  return Array.isArray(raw) ? raw.every((one) => one === '') : raw === '';
}

/** Something that stops the start: one line for the operator. */
export interface ConfigProblem {
  readonly option: string;
  /** Continues the option's name: "must be …", "is unknown". Never holds a secret. */
  readonly what: string;
  /** What to do. */
  readonly remedy?: string | undefined;
  /** A mistake on the command line itself (exit code 2). */
  readonly isUsage?: boolean | undefined;
}

export interface Reading {
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

/** Plain split as the reference does it outside the command line: no quotes, no trimming. */
export function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
