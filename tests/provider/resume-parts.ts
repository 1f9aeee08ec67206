// Everything between a request and the provider, with a clock that can be turned, and several processes of it.
import { noMetrics, type Metrics } from '../../src/lib/metrics.ts';
import type { Provider } from '../../src/provider/provider.ts';
import { refreshing, type RefreshingParts } from '../../src/provider/refreshing.ts';
import { resume } from '../../src/provider/resume.ts';
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { cookieStore } from '../../src/session/cookie-store.ts';
import { sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import type { Session } from '../../src/session/session.ts';
import { signOutMarks } from '../../src/session/sign-out-marks.ts';
import type { CookieRequest, SessionStore } from '../../src/session/store.ts';
import type { Turn, Turns } from '../../src/session/turns.ts';
import { cookieOptions } from '../support/cookie-options.ts';
import { linesLogger, type Line } from './make.ts';

/** Any moment that the cookies of the tests count at. */
export const startMs = 1_700_000_000_000;

export interface Clockwork {
  now(): number;
  pass(ms: number): void;
}

export function clockwork(): Clockwork {
  let now = startMs;
  return { now: () => now, pass: (ms) => void (now += ms) };
}

export interface Wish extends Partial<Pick<RefreshingParts, 'turns' | 'refreshAfter' | 'patienceMs' | 'lifetimeMs'>> {
  readonly refresh: Provider['refresh'];
  readonly time?: Clockwork;
  readonly metrics?: Partial<Metrics>;
  /** Stands between the service and its store. */
  save?(save: () => Promise<readonly string[]>): Promise<readonly string[]>;
}

const request: CookieRequest = { cookieHeader: undefined, host: 'app.test' };
const hour = 3600_000;

/** One process: its store, its marks, its memory. Several with the same turns are replicas. */
export function oneProcess({ refresh, time = clockwork(), ...wish }: Wish) {
  const lines: Line[] = [];
  const { refreshAfter = 60_000, lifetimeMs = 24 * hour } = wish;
  const secrets = fixedSecrets('a-cookie-secret-of-the-tests-42');
  const seal = (purpose: string) => sealer({ secrets, purpose, rememberedBytes: 0 });
  const clock = time.now;
  const { save = (through) => through() } = wish;
  const cookies = cookieStore({
    ...{ name: 's', sealer: seal('session'), clock, lifetimeMs, minimal: false },
    scope: cookieScope({ cookie: cookieOptions(), formPost: false, unfitHost: () => undefined }),
  });
  const store: SessionStore = { ...cookies, save: (...of) => save(() => cookies.save(...of)) };
  const marks = signOutMarks({ clock, lifetimeMs, tokenLifetimeMs: 1000 });
  const logger = linesLogger(lines);
  const { renewals, settled } = refreshing({
    ...{ store, marks, provider: { refresh }, logger, clock, refreshAfter, lifetimeMs, random: () => 0.5 },
    metrics: { ...noMetrics, ...wish.metrics },
    noteSealer: seal('renewal'),
    turns: wish.turns,
    ...(wish.patienceMs !== undefined && { patienceMs: wish.patienceMs }),
  });
  const resumed = resume({ store, marks, renewals, logger, clock });
  return {
    time,
    lines,
    marks,
    settled,
    /** What a browser sends that has these lines. */
    cookieOf: (setCookies: readonly string[]) => setCookies.map((line) => line.split(';')[0]).join('; '),
    /** The cookie of a session that has just been made. */
    async cookie(session: Partial<Session> = {}) {
      const made = await store.save(request, { ...jane(time.now()), ...session });
      return made.map((line) => line.split(';')[0]).join('; ');
    },
    ask: (cookieHeader: string) => resumed({ ...request, cookieHeader }),
  };
}

let people = 0;

export function jane(nowMs: number): Session {
  people += 1;
  return {
    id: `session-${people}`,
    ...{ user: 'jane', email: 'jane@example.com', preferredUsername: 'jane', groups: [] },
    accessToken: 'at-0',
    refreshToken: 'rt-0',
    signedInAtMs: nowMs,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + hour,
  };
}

/** A provider that rotates its tokens and ends everything when one is used twice. */
export function rotating(time: Clockwork, lifeMs = hour) {
  const used: string[] = [];
  const refresh: Provider['refresh'] = (session) => {
    const token = session.refreshToken ?? '';
    if (used.includes(token)) return Promise.resolve({ kind: 'revoked', because: 'token_used_twice' });
    used.push(token);
    const next = `${used.length}`;
    const tokens = { accessToken: `at-${next}`, refreshToken: `rt-${next}`, expiresAtMs: time.now() + lifeMs };
    return Promise.resolve({ kind: 'renewed', session: { ...session, ...tokens, createdAtMs: time.now() } });
  };
  return { refresh, used };
}

/** A place that several processes share, such as Redis. */
export function sharedTurns(time: Clockwork): Turns & { readonly taken: readonly string[] } {
  const outcomes = new Map<string, { outcome: string; untilMs: number }>();
  const held = new Map<string, Promise<void>>();
  const taken: string[] = [];
  return {
    taken,
    async take(key): Promise<Turn> {
      for (let holder = held.get(key); holder !== undefined; holder = held.get(key)) await holder;
      const known = outcomes.get(key);
      if (known !== undefined && known.untilMs > time.now()) return { kind: 'done', outcome: known.outcome };
      taken.push(key);
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(key, promise);
      return {
        kind: 'ours',
        finish(outcome, lifeMs) {
          if (outcome !== undefined) outcomes.set(key, { outcome, untilMs: time.now() + lifeMs });
          held.delete(key);
          resolve();
          return Promise.resolve();
        },
      };
    },
  };
}
