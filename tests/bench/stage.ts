// What every measurement needs: a provider, perhaps Redis, a folder, and cookies that are made only once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bendableIdp } from '../support/bendable-idp.ts';
import { has } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { emailOf, introduce } from './person.ts';
import type { Scenario } from './scenarios.ts';
import { mintSessions } from './sessions.ts';
import { flagsFor } from './sidecar.ts';

export interface Stage {
  readonly folder: string;
  readonly issuer: string;
  readonly program: string;
  /** Undefined where redis-server is not installed. */
  readonly redis: RedisServer | undefined;
  /** What a scenario says on the command line. */
  flagsOf(scenario: Scenario): readonly string[];
  /** Cookie headers of people who have not signed in here, but might have. */
  cookies(scenario: Scenario): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openStage(program: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-bench-'));
  const idp = await bendableIdp();
  introduce(idp);
  const redis = has('redis-server') ? await startRedis() : undefined;
  const made = { cookie: [] as readonly string[], redis: [] as readonly string[] };

  return {
    folder,
    issuer: idp.issuer,
    program,
    redis,
    flagsOf({ flags, workers, emails }) {
      return [
        ...flags,
        ...(workers > 1 ? [`--workers=${workers}`] : []),
        emails === undefined ? '--email-domain=*' : `--authenticated-emails-file=${emailsIn(folder, emails)}`,
      ];
    },
    async cookies({ sessions, needsRedis }) {
      const store = needsRedis ? 'redis' : 'cookie';
      if (made[store].length < sessions) {
        const place = { issuer: idp.issuer, program, redisUrl: needsRedis ? redis?.url : undefined };
        made[store] = await mintSessions(flagsFor(place, ['--email-domain=*', '--standard-logging=false']), sessions);
      }
      return made[store].slice(0, sessions);
    },
    async close() {
      await redis?.close();
      await idp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function emailsIn(folder: string, count: number): string {
  const path = join(folder, `emails-${count}.txt`);
  writeFileSync(path, Array.from({ length: count }, (_, i) => `${emailOf(i)}\n`).join(''));
  return path;
}
