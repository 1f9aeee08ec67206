// Cookies of people who are signed in: the first by a real sign-in, the others sealed by the product's own store.
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { sessionParts } from '../../src/parts/session.ts';
import type { Shared } from '../../src/session/shared.ts';
import type { Session } from '../../src/session/session.ts';

export interface Minting {
  /** Flags of the service whose sessions these are. */
  readonly argv: readonly string[];
  readonly shared: Shared;
  readonly logger: Logger;
  readonly count: number;
  /** Bytes of the Cookie header at least; 0: as they come. */
  readonly size: number;
}

const host = '127.0.0.1';

/** Cookie headers of so many different sessions. */
export async function mintSessions({ argv, shared, logger, count, size }: Minting): Promise<readonly string[]> {
  const outcome = loadConfig({ argv, env: {}, readFile: readFileSync });
  if (outcome.kind !== 'run') throw new Error(`the flags ask for ${outcome.kind}`);
  const { store } = sessionParts({ ...outcome, shared, logger, clock: systemClock, version: 'bench' });
  const cookies: string[] = [];
  for (let i = 0; i < count; i++) {
    const lines = await store.save({ cookieHeader: undefined, host }, person(i, size));
    cookies.push(lines.map((line) => line.slice(0, line.indexOf(';'))).join('; '));
  }
  return cookies;
}

function person(i: number, size: number): Session {
  const now = Date.now();
  return {
    id: `bench-session-${i}`,
    user: `0b5c1a7e-2f4d-4c8e-9a61-${String(i).padStart(12, '0')}`,
    email: `user-${i}@example.com`,
    preferredUsername: `user-${i}`,
    groups: ['staff', 'wiki-editors', 'vpn'],
    accessToken: noise(Math.floor(size * 0.45), i),
    refreshToken: noise(Math.floor(size * 0.25), i + 1),
    issuer: 'http://127.0.0.1:9',
    subject: `subject-${i}`,
    signedInAtMs: now,
    createdAtMs: now,
    expiresAtMs: now + 24 * 3600_000,
  };
}

/** Text that does not compress, as signatures do not, and that is the same in every run. */
function noise(length: number, seed: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let state = (seed + 1) * 2654435761;
  let text = '';
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += alphabet[state >>> 26];
  }
  return text;
}
