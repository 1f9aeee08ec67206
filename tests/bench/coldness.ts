// Is a cold scenario really cold? A second service of the same kind counts how often it opens a session.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { askInTurn } from './ask-in-turn.ts';
import { openSidecar } from './candidates.ts';
import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';

export interface Coldness {
  readonly requests: number;
  readonly openings: number;
}

/** Each of so many cookies, twice: the second time it must have been forgotten, or must not, as the scenario has it. */
export async function coldness(stage: Stage, scenario: Scenario, limit = 4_000): Promise<Coldness> {
  const to = join(stage.folder, 'openings');
  const counter = pathToFileURL(join(import.meta.dirname, 'count-openings.ts'));
  counter.searchParams.set('to', to);
  const sessions = Math.min(limit, scenario.sessions);
  const candidate = await openSidecar(stage, { ...scenario, sessions }, ['--import', counter.href]);
  try {
    await askInTurn(candidate, 2);
  } finally {
    await candidate.server.stop();
  }
  return { requests: 2 * sessions, openings: Number(readFileSync(to, 'utf8')) };
}
