// Everything that any service of the test run wrote to its log, for the search for secrets (security O-3).
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const writtenFolder = join(import.meta.dirname, '../../build/logs');

export function keepForSecretSearch(log: string): void {
  mkdirSync(writtenFolder, { recursive: true });
  appendFileSync(join(writtenFolder, `${process.pid}.log`), log);
}
