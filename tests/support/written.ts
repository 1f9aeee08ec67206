// Everything that any service of the test run wrote to its log, and every secret it was given (security O-3, U-3).
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { leaksIn } from './leaks.ts';

export const writtenFolder = join(import.meta.dirname, '../../build/logs');
const shortest = 8;

export function keepForSecretSearch(log: string): void {
  keep(`${process.pid}.log`, log);
}

/** Must not be in any log of this run. Short texts are left out: they could be there by chance. */
export function keepSecret(secret: string | null | undefined): void {
  if (secret && secret.length >= shortest) keep(`${process.pid}.secrets`, `${JSON.stringify(secret)}\n`);
}

/** Where in the logs of the run there is a secret, one line each. */
export function leaksOfTheRun(): readonly string[] {
  const secrets = new Set(contentsOf('.secrets').flatMap((text) => text.trim().split('\n')));
  return leaksIn(
    contentsOf('.log').join('\n'),
    [...secrets].map((line) => JSON.parse(line) as string),
  );
}

/** Forgets the runs before. */
export function forgetWritten(): void {
  for (const file of filesOf('')) rmSync(join(writtenFolder, file), { force: true });
}

function keep(file: string, text: string): void {
  mkdirSync(writtenFolder, { recursive: true });
  appendFileSync(join(writtenFolder, file), text);
}

function contentsOf(ending: string): readonly string[] {
  return filesOf(ending).map((file) => readFileSync(join(writtenFolder, file), 'utf8'));
}

function filesOf(ending: string): readonly string[] {
  mkdirSync(writtenFolder, { recursive: true });
  return readdirSync(writtenFolder).filter((file) => file.endsWith(ending));
}
