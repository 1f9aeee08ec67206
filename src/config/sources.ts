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
