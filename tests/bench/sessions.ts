// How do many people get cookies without signing in one by one? The product's own store seals them.
import { readFileSync } from 'node:fs';
import { openShared } from '../../src/surroundings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/logger-winston.ts';
import { sessionParts } from '../../src/parts/session.ts';
import { sessionOf } from './person.ts';

const host = '127.0.0.1';
/** Sealing waits for threads, of which there are several. */
const atOnce = 16;

/**
 * Cookie headers of so many different sessions.
 *
 * @param argv flags of the service whose sessions these are
 */
export async function mintSessions(argv: readonly string[], count: number): Promise<readonly string[]> {
  const outcome = loadConfig({ argv, env: {}, readFile: readFileSync });
  if (outcome.kind !== 'run') throw new Error(`the flags ask for ${outcome.kind}`);
  const { log } = outcome.config;
  const logger = createLogger({ log, streams: { out: process.stderr, err: process.stderr }, clock: systemClock });
  const shared = await openShared({ config: outcome.config, logger, clock: systemClock });
  const { store } = sessionParts({ ...outcome, shared, logger, clock: systemClock, version: 'bench' });
  const cookies: string[] = [];
  while (cookies.length < count) {
    const batch = Array.from({ length: Math.min(atOnce, count - cookies.length) }, (_, i) => cookies.length + i);
    const lines = await Promise.all(batch.map((i) => store.save({ cookieHeader: undefined, host }, sessionOf(i))));
    cookies.push(...lines.map((some) => some.map((line) => line.slice(0, line.indexOf(';'))).join('; ')));
  }
  await shared.close();
  return cookies;
}
