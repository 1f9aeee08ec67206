// The store over a real Redis, with a clock to turn, and every question to Redis counted.
import { settle } from '../../src/config/settle.ts';
import { createLogger } from '../../src/lib/logger-winston.ts';
import type { Metrics } from '../../src/lib/metrics.ts';
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { openRedisLink } from '../../src/session/redis-shared.ts';
import { redisSessions, type RedisSessions } from '../../src/session/redis-sessions.ts';
import { foreignSessions } from '../../src/session/reference-store.ts';
import { sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import type { Session } from '../../src/session/session.ts';
import type { CookieRequest, Loaded } from '../../src/session/store.ts';
import { collector, defaults } from '../lib/logged.ts';
import { cookieOptions } from './cookie-options.ts';

export const cookieName = '_oauth2_proxy';

export interface Replica extends RedisSessions {
  /** Of questions to Redis, by name. */
  readonly asked: Map<string, number>;
  readonly counted: { failed: number; out: boolean; fromMemory: number };
  log(): string;
  pass(ms: number): void;
  stop(): Promise<void>;
}

export interface ReplicaSpec {
  readonly url: string;
  readonly secrets?: readonly string[];
  readonly lifetimeMs?: number;
  readonly graceMs?: number;
  readonly name?: string;
}

const hour = 3600_000;

export async function replica(spec: ReplicaSpec): Promise<Replica> {
  const { url, secrets: texts = ['a-cookie-secret-of-the-tests-42'], lifetimeMs = 2 * hour, graceMs = 300_000 } = spec;
  const { name = cookieName } = spec;
  let shift = 0;
  const clock = () => Date.now() + shift;
  const written = collector();
  const streams = { out: written.stream, err: written.stream };
  const logger = createLogger({ log: defaults, streams, clock });
  const asked = new Map<string, number>();
  const counted = { failed: 0, out: false, fromMemory: 0 };
  const metrics: Pick<Metrics, 'storeFailed' | 'storeOut' | 'servedFromMemory'> = {
    storeFailed: () => void counted.failed++,
    storeOut: (isOut) => void (counted.out = isOut),
    servedFromMemory: () => void counted.fromMemory++,
  };
  const bare = openRedisLink({ ...settle([]).config.session, redisConnectionUrl: url }, logger);
  const link = new Proxy(bare, {
    get(target, property, receiver) {
      asked.set(String(property), (asked.get(String(property)) ?? 0) + 1);
      return Reflect.get(target, property, receiver) as unknown;
    },
  });
  await connected(() => bare.ping());
  const secrets = fixedSecrets(...texts);
  const scope = cookieScope({ cookie: cookieOptions(), formPost: false, unfitHost: () => {} });
  const foreign = foreignSessions({ cookieName: name, secrets, hasRoles: false, rememberedBytes: 1_000_000 });
  const box = sealer({ secrets, purpose: `ticket ${name}`, rememberedBytes: 1_000_000 });
  const sessions = redisSessions({
    ...{
      name,
      link,
      secrets,
      sealer: box,
      foreign,
      scope,
      logger,
      metrics,
      clock,
      lifetimeMs,
      graceMs,
      rememberedBytes: 1_000_000,
    },
  });
  return {
    ...sessions,
    asked,
    counted,
    log: () => written.lines().join('\n'),
    pass: (ms) => void (shift += ms),
    async stop() {
      sessions.close();
      await bare.close();
    },
  };
}

/** The first connection is on its way. */
async function connected(ping: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      return await ping();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error('no connection to Redis');
}

let made = 0;
export function someone(over: Partial<Session> = {}): Session {
  const id = Buffer.from(`session-${String(made++).padStart(8, '0')}`).toString('base64url');
  const now = Date.now();
  return {
    id,
    user: 'user-4711',
    email: 'Jane.Doe@example.com',
    preferredUsername: 'jane',
    groups: ['secret-group'],
    accessToken: 'the-access-token',
    refreshToken: 'the-refresh-token',
    issuer: 'https://idp.example',
    subject: 'user-4711',
    signedInAtMs: now,
    createdAtMs: now,
    ...over,
  };
}

/** A request with these values of the session cookie. */
export function bringing(...values: readonly string[]): CookieRequest {
  const cookieHeader = values.length === 0 ? undefined : values.map((value) => `${cookieName}=${value}`).join('; ');
  return { cookieHeader, host: 'app.example.com' };
}

/** The value that Set-Cookie lines leave in a browser; undefined: the cookie is gone. */
export function left(lines: readonly string[], name = cookieName): string | undefined {
  const line = lines.findLast((one) => one.startsWith(`${name}=`)) ?? '';
  const value = line.slice(name.length + 1, line.indexOf(';'));
  return value === '' ? undefined : value;
}

/** The value of the cookie after a sign-in. */
export async function signedIn(at: Replica, session: Session, request = bringing()): Promise<string> {
  return left(await at.store.replace(request, session)) ?? '';
}

export function verdict(loaded: Loaded): string {
  return loaded.kind === 'none' || loaded.kind === 'unavailable' ? `${loaded.kind} ${loaded.because}` : loaded.kind;
}
