// Is a program here that a test needs? If not, the test is skipped in plain sight; under CI=true that fails the run.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { hasKeycloak } from './keycloak.ts';

const programs = {
  nginx: ['nginx'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  'redis-server': ['redis-server'],
  openssl: ['openssl'],
} as const;

export type Program = keyof typeof programs;
export type Part = Program | 'keycloak';

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** Where the program is; undefined when it is not installed. */
export function pathOf(program: Program): string | undefined {
  return programs[program].flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

export function has(part: Part): boolean {
  return part === 'keycloak' ? hasKeycloak() : pathOf(part) !== undefined;
}

/** `needs('nginx')('title', () => { … })` in place of `describe`. The reason of a skip stands in the title. */
export function needs(...parts: readonly Part[]): (title: string, body: () => void) => void {
  const because = reasonToSkip(parts);
  return (title, body) => {
    if (because === undefined) return describe(title, body);
    describe.skip(`${title} (SKIPPED: ${because})`, body);
  };
}

function reasonToSkip(parts: readonly Part[]): string | undefined {
  const missing = parts.filter((part) => !has(part));
  if (missing.length > 0) return `${missing.join(', ')} is missing, "npm run setup" installs it`;
  // Keycloak takes minutes and half a gigabyte: not in every run on a developer's machine.
  const isWanted = process.env['CI'] === 'true' || process.env['KEYCLOAK'] === '1';
  return parts.includes('keycloak') && !isWanted ? 'Keycloak runs in CI and by "npm run test:keycloak"' : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
