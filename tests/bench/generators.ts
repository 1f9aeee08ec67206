// Many requests at once, as fast as they are answered: by wrk where it is installed, else by autocannon.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { byAutocannon } from './load-autocannon.ts';
import { byWrk } from './load-wrk.ts';

export const generators = { wrk: byWrk, autocannon: byAutocannon };
export type Generator = keyof typeof generators;

export function isGenerator(name: string): name is Generator {
  return Object.hasOwn(generators, name);
}

/** autocannon is slower than a fast server, so that rates come out alike; the CPU time of the server is right with both. */
export function generatorHere(): Generator {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.some((folder) => isExecutable(join(folder, 'wrk'))) ? 'wrk' : 'autocannon';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
