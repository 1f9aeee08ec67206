// Is a program here that a test needs? If not, the test is skipped in plain sight; under CI=true that fails the run.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

const programs = {
  nginx: ['nginx'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  'redis-server': ['redis-server'],
  openssl: ['openssl'],
} as const;

export type Part = keyof typeof programs;

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** Where the program is; undefined when it is not installed. */
export function pathOf(part: Part): string | undefined {
  return programs[part].flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable);
}

export function has(part: Part): boolean {
  return pathOf(part) !== undefined;
}

/** `needs('nginx')('title', () => { … })` in place of `describe`. The reason of a skip stands in the title. */
export function needs(...parts: readonly Part[]): (title: string, body: () => void) => void {
  const missing = parts.filter((part) => !has(part));
  return (title, body) => {
    if (missing.length === 0) return describe(title, body);
    describe.skip(`${title} (SKIPPED: ${missing.join(', ')} is missing, "npm run setup" installs it)`, body);
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
