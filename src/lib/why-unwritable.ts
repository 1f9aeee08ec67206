// Can a file be appended to?
import { closeSync, openSync } from 'node:fs';

/** Undefined when it can. Creates it, as the reference does with its log file. */
export function whyUnwritable(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
