// What every measurement needs: a provider, perhaps Redis, a folder, and candidates that give the same answer.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShared } from '../../src/app.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/logger-winston.ts';
import { loadConfig } from '../../src/config/load.ts';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import type { Candidate } from './measure.ts';
import { launch, type Server } from './processes.ts';
import type { Scenario } from './scenarios.ts';
import { mintSessions } from './sessions.ts';
import { flagsFor, launchSidecar, launchYardstick } from './sidecar.ts';

export interface Stage {
  readonly folder: string;
  readonly issuer: string;
  /** Undefined where redis-server is not installed. */
  readonly redis: RedisServer | undefined;
  close(): Promise<void>;
}

export async function openStage(hasRedis: boolean): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-bench-'));
  const idp = await bendableIdp();
  const redis = hasRedis ? await startRedis() : undefined;
  return {
    folder,
    issuer: idp.issuer,
    redis,
    async close() {
      await redis?.close();
      await idp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Side {
  readonly candidates: readonly Candidate[];
  close(): Promise<void>;
}

const path = '/oauth2/auth';
/** As in the measurements that the goals come from. */
const cookieBytes = 2500;

export interface Extras {
  readonly express?: boolean;
  /** Another server, as a command; `{port}` stands for where it is to listen. */
  readonly against?: string | undefined;
}

/** The yardstick first; it gives the very answer that the service gave. */
export async function sideBySide(stage: Stage, scenario: Scenario, extras: Extras = {}): Promise<Side> {
  const { status, workers } = scenario;
  const place = {
    port: await freePort(),
    issuer: stage.issuer,
    redisUrl: scenario.needsRedis ? stage.redis?.url : undefined,
  };
  const flags = [...scenario.flags, ...(workers > 1 ? [`--workers=${workers}`] : [])];
  const cookies = await cookiesFor(flagsFor(place, flags), scenario.sessions);
  const sidecar = await launchSidecar(place, flags);
  const servers: Server[] = [sidecar];
  const answer = await answerOf(sidecar, cookies[0]);
  if (answer.status !== status) throw new Error(`${scenario.name}: the service answers ${answer.status}`);
  const bare = await launchYardstick('bare', { ...answer, port: await freePort(), workers });
  servers.push(bare);
  const common = { cookies, path, status };
  const candidates: Candidate[] = [
    { ...common, name: 'bare node:http', server: bare },
    { ...common, name: 'oauth2-sidecar', server: sidecar },
  ];
  if (extras.express) {
    const express = await launchYardstick('express', { ...answer, port: await freePort() });
    servers.push(express);
    candidates.push({ ...common, name: 'Express alone', server: express });
  }
  if (extras.against !== undefined) {
    const other = await launchOther(extras.against);
    servers.push(other);
    candidates.push({ ...common, name: 'the other server', server: other, ...(await rightful(other, common)) });
  }
  return { candidates, close: async () => void (await Promise.all(servers.map((server) => server.stop()))) };
}

async function cookiesFor(argv: readonly string[], count: number): Promise<readonly string[]> {
  if (count === 0) return [];
  const outcome = loadConfig({ argv, env: {}, readFile: readFileSync });
  if (outcome.kind !== 'run') throw new Error(`the flags ask for ${outcome.kind}`);
  const { config } = outcome;
  const logger = createLogger({
    log: config.log,
    streams: { out: process.stderr, err: process.stderr },
    clock: systemClock,
  });
  const shared = await openShared({ config, logger, clock: systemClock });
  const cookies = await mintSessions({ argv, shared, logger, count, size: cookieBytes });
  await shared.close();
  return cookies;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

async function answerOf(server: Server, cookie: string | undefined): Promise<Answer> {
  const response = await fetch(server.origin + path, { headers: cookie === undefined ? {} : { cookie } });
  // What node:http adds by itself, it adds to the yardstick's answer too.
  const own = new Set(['date', 'connection', 'keep-alive']);
  const headers = [...response.headers].filter(([name]) => !own.has(name)).flat();
  return { status: response.status, headers, body: await response.text() };
}

async function launchOther(command: string): Promise<Server> {
  const port = await freePort();
  return launch({ command: command.replaceAll('{port}', String(port)).split(/\s+/), port });
}

/** A server of another kind knows nothing of our sessions: it is measured with what it says itself. */
async function rightful(server: Server, { cookies }: { readonly cookies: readonly string[] }) {
  return { status: (await answerOf(server, cookies[0])).status };
}
