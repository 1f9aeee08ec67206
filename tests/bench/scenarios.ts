// What is measured, and what is asked of it?
import type { HeaderLine } from './load.ts';

/** Ratios to bare node:http: its rate at least, its CPU time per request at most. */
export interface Goal {
  readonly rate: number;
  readonly cpu: number;
}

export interface Scenario {
  readonly name: string;
  readonly status: 202 | 401;
  /** Different sessions that take turns; 0: no cookie. */
  readonly sessions: number;
  readonly workers: number;
  readonly needsRedis: boolean;
  readonly flags: readonly string[];
  /** Beside Host and Cookie. */
  readonly headers: readonly HeaderLine[];
  /** So many e-mail addresses are allowed, instead of all. */
  readonly emails?: number;
  /** No answer may come from a memory: every session has to be opened. */
  readonly isCold: boolean;
  /** Absent: shown for information. */
  readonly goal?: Goal;
  /** What is reached where the goal is not (docs/performance.md): CI holds that. */
  readonly today?: Goal;
}

const quiet = ['--request-logging=false', '--auth-logging=false', '--standard-logging=false'];
/** Memory for the answers of about a thousand sessions. */
const small = [...quiet, '--session-cache-size=2'];

const plain: Omit<Scenario, 'name' | 'goal'> = {
  status: 202,
  sessions: 1,
  workers: 1,
  needsRedis: false,
  flags: quiet,
  headers: [],
  isCold: false,
};

/** Of the session's own goals and those of the list in docs/performance.md. */
export const warm: Scenario = { ...plain, name: 'warm session, no request log', goal: { rate: 0.85, cpu: 1.2 } };
export const stranger: Scenario = {
  ...plain,
  name: 'no cookie (401), no log',
  status: 401,
  sessions: 0,
  goal: { rate: 0.85, cpu: 1.2 },
};

/** What the shipped snippets for nginx send with every question. */
const ofNginx: readonly HeaderLine[] = [
  ['X-Forwarded-Host', 'site.example.com'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Uri', '/reports/2026/overview?sort=name'],
  ['X-Forwarded-Method', 'GET'],
  ['X-Forwarded-For', '203.0.113.7'],
  ['X-Real-IP', '203.0.113.7'],
  ['X-Request-Id', '6a1f0c9be2d84c7f9b3d5e0a17c2f4d8'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['Accept-Language', 'en-GB,en;q=0.5'],
];

// prettier-ignore
export const scenarios: readonly Scenario[] = [
  warm,
  { ...plain, name: 'warm session, request log in JSON', flags: ['--log-format=json'], goal: { rate: 0.6, cpu: 1.7 } },
  { ...plain, name: 'warm session, request log as text', flags: [], goal: { rate: 0.6, cpu: 1.7 } },
  stranger,
  { ...plain, name: 'cold: 20,000 sessions in turn, memory for 1,000', sessions: 20_000, flags: small, isCold: true, goal: { rate: 0.3, cpu: 4 }, today: { rate: 0.05, cpu: 20 } },
  { ...plain, name: 'Redis store, warm', needsRedis: true, goal: { rate: 0.8, cpu: 1.3 } },
  { ...plain, name: 'Redis store, cold', needsRedis: true, sessions: 20_000, flags: small, isCold: true, goal: { rate: 0.25, cpu: 5 }, today: { rate: 0.04, cpu: 30 } },
  { ...plain, name: 'two workers, warm, no log', workers: 2, goal: { rate: 0.85, cpu: 1.2 } },
];

/** Without a goal: a request as nginx sends it, with all its headers, to a service that believes them. */
// prettier-ignore
export const behindNginx: Scenario =
  { ...plain, name: 'warm, with the headers of nginx', flags: [...quiet, '--reverse-proxy'], headers: ofNginx };

const many = (count: number, flag: (i: number) => string) => Array.from({ length: count }, (_, i) => flag(i));

/** Cost must not grow with these: each is compared with the first. */
// prettier-ignore
export const options: readonly Scenario[] = [
  { ...plain, name: 'no further options' },
  { ...plain, name: '500 skip-auth rules', flags: [...quiet, ...many(500, (i) => `--skip-auth-route=GET=^/open/${i}/[a-z]+$`)] },
  { ...plain, name: '1,000 allowed e-mails', emails: 1000 },
  { ...plain, name: '1,000 trusted ranges', flags: [...quiet, ...many(1000, (i) => `--trusted-ip=10.${i >> 8}.${i & 255}.0/24`)] },
  { ...plain, name: '1,000 allowed groups', flags: [...quiet, ...many(1000, (i) => `--allowed-group=group-${i}`), '--allowed-group=staff'] },
];

/** Cost must not grow with how many are signed in, as long as memory holds them. */
// prettier-ignore
export const populations: readonly Scenario[] = [1_000, 10_000, 100_000].map((sessions) => (
  { ...plain, name: `${sessions.toLocaleString('en')} sessions`, sessions, flags: [...quiet, '--session-cache-size=1024'] }
));

/** With the memory that operators get who say nothing about it. */
export const crowd: Scenario = { ...plain, name: '10,000 sessions', sessions: 10_000 };
