// sessions: who is signed in under a name, and out with them? For operators, where sessions are kept in Redis.
import { StoreFailure } from '../session/redis-link.ts';
import type { Desk, ListedSession } from '../session/session-desk.ts';

const usage = `usage: oauth2-sidecar sessions list|end --user NAME [--json] [options of the service]

Lists or ends the sessions of a user, whom any of user, e-mail address or preferred user name tells. It reads the same
flags, variables and files as the service, so that it finds the same Redis: inside the service's container none are needed.

  list         shows them, the latest sign-in first
  end          ends them all: in Redis at once, and within a second wherever they are remembered
  --user NAME  whatever its case
  --json       for programs

Ends with 0 when all is well, 1 when the store cannot be asked, 2 when the command line is wrong.
`;

interface Wish {
  readonly action: 'list' | 'end';
  readonly user: string;
  readonly json: boolean;
  /** For the service's own reader of options. */
  readonly rest: readonly string[];
}

/** A text: what is wrong; empty when only help is wanted. */
function readWish(argv: readonly string[]): Wish | string {
  const [action, ...words] = argv;
  if (argv.includes('--help')) return '';
  if (action !== 'list' && action !== 'end') return `list or end must come first (got "${action ?? ''}")`;
  const rest: string[] = [];
  let user = '';
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--user') user = words[++i] ?? '';
    else if (word.startsWith('--user=')) user = word.slice('--user='.length);
    else if (word !== '--json') rest.push(word);
  }
  if (user.trim() === '') return '--user is required, e.g. --user=jane@example.com';
  return { action, user, json: words.includes('--json'), rest };
}

export interface SessionsParts {
  /** With these options of the service; undefined: there is no such desk. */
  atDesk<T>(flags: readonly string[], work: (desk: Desk) => Promise<T>): Promise<T | undefined>;
  print(line: string): void;
}

const exitCode = { fine: 0, failed: 1, usage: 2 } as const;

/** @returns the exit code */
export async function runSessions(argv: readonly string[], { atDesk, print }: SessionsParts): Promise<number> {
  const wish = readWish(argv);
  if (typeof wish === 'string') {
    if (wish !== '') print(wish);
    print(usage);
    return wish === '' ? exitCode.fine : exitCode.usage;
  }
  const code = await atDesk(wish.rest, (desk) => carryOut(wish, desk, print));
  if (code === undefined) print('sessions are listed only where they are kept in Redis: --session-store-type=redis');
  return code ?? exitCode.usage;
}

async function carryOut(
  { action, user, json }: Wish,
  { desk, marks }: Desk,
  print: SessionsParts['print'],
): Promise<number> {
  try {
    const sessions = await (action === 'end' ? desk.end(user) : desk.list(user));
    // For replicas that remember a session because Redis is out for them.
    if (action === 'end') for (const session of sessions) await marks.endSession(session);
    if (json) print(JSON.stringify(sessions.map(asJson), undefined, 2));
    else for (const line of inWords(action, user, sessions)) print(line);
    return exitCode.fine;
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    print(`the session store cannot be asked (${error.reason}${cause}); nothing is known of the sessions`);
    return exitCode.failed;
  }
}

function inWords(action: Wish['action'], user: string, sessions: readonly ListedSession[]): readonly string[] {
  const count = `${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'} of ${printable(user)}`;
  const rows = sessions.length === 0 ? [] : [heads, ...sessions.map(row)];
  return [...table(rows), action === 'end' ? `ended ${count}` : count];
}

const heads = ['USER', 'E-MAIL', 'SIGNED IN', 'MADE OR REFRESHED', 'ENDS', 'SESSION'];

function row(session: ListedSession): readonly string[] {
  const { user, email, signedInAt, refreshedAt, endsAt, session: key } = asJson(session);
  return [printable(user) || '-', printable(email) || '-', signedInAt, refreshedAt, endsAt ?? 'never', key];
}

function asJson({ user, email, signedInAtMs, refreshedAtMs, endsAtMs, key }: ListedSession) {
  return {
    user,
    email,
    signedInAt: timeOf(signedInAtMs),
    refreshedAt: timeOf(refreshedAtMs),
    endsAt: endsAtMs === undefined ? null : timeOf(endsAtMs),
    session: `${key.slice(0, -24)}…`,
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Users choose their names; they must not choose what a terminal does (security O-3). */
function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = heads.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
