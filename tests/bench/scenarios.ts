// What is measured, and what is it measured against?

export interface Scenario {
  readonly name: string;
  readonly status: 202 | 401;
  /** Different sessions that take turns; 0: no cookie. */
  readonly sessions: number;
  readonly workers: number;
  readonly needsRedis: boolean;
  readonly flags: readonly string[];
  /** Rate of bare node:http that is asked for at least, and its CPU time per request at most. Absent: shown for information. */
  readonly goal?: { readonly rate: number; readonly cpu: number };
}

const quiet = ['--request-logging=false', '--auth-logging=false', '--standard-logging=false'];
/** About a thousand sessions of 2.5 KB. */
const smallCache = '--session-cache-size=5';

const plain = { status: 202, sessions: 1, workers: 1, needsRedis: false, flags: quiet } as const;

// prettier-ignore
export const scenarios: readonly Scenario[] = [
  { ...plain, name: 'warm session, no request log', goal: { rate: 0.85, cpu: 1.2 } },
  { ...plain, name: 'warm session, request log in JSON', flags: ['--log-format=json'], goal: { rate: 0.6, cpu: 1.7 } },
  { ...plain, name: 'warm session, request log as text', flags: [], goal: { rate: 0.6, cpu: 1.7 } },
  { ...plain, name: 'no cookie, 401, no log', status: 401, sessions: 0, goal: { rate: 0.85, cpu: 1.2 } },
  { ...plain, name: 'cold: 20,000 sessions in turn, room for 1,000', sessions: 20_000, flags: [...quiet, smallCache], goal: { rate: 0.3, cpu: 4 } },
  { ...plain, name: 'Redis store, warm', needsRedis: true, goal: { rate: 0.8, cpu: 1.3 } },
  { ...plain, name: 'Redis store, cold', needsRedis: true, sessions: 20_000, flags: [...quiet, smallCache], goal: { rate: 0.25, cpu: 5 } },
  { ...plain, name: 'two workers, warm, no log', workers: 2, goal: { rate: 0.85, cpu: 1.2 } },
];

const many = (count: number, flag: (i: number) => string) => Array.from({ length: count }, (_, i) => flag(i));

/** Cost must not grow with these: each is compared with the first. */
// prettier-ignore
export const options: readonly Scenario[] = [
  { ...plain, name: 'no further options' },
  { ...plain, name: '500 skip-auth rules', flags: [...quiet, ...many(500, (i) => `--skip-auth-route=GET=^/open/${i}/[a-z]+$`)] },
  { ...plain, name: '1,000 trusted ranges', flags: [...quiet, ...many(1000, (i) => `--trusted-ip=10.${i >> 8}.${i & 255}.0/24`)] },
  { ...plain, name: '1,000 allowed groups', flags: [...quiet, ...many(1000, (i) => `--allowed-group=group-${i}`), '--allowed-group=staff'] },
];

/** Cost must not grow with how many are signed in, as long as memory holds them. */
// prettier-ignore
export const populations: readonly Scenario[] = [1_000, 10_000, 100_000].map((sessions) => ({
  ...plain, name: `${sessions.toLocaleString('en')} sessions`, sessions, flags: [...quiet, '--session-cache-size=1024'],
}));
