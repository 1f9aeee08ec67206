// Which sessions have been ended although a browser may still bring them? Marks for sessions that live in cookies alone.
import type { Clock } from '../lib/clock.ts';
import { expiringMap } from './expiring-map.ts';
import type { MarkBoard } from './mark-board.ts';
import { readMark, writeMark, type Mark } from './mark-text.ts';
import { StoreFailure } from './redis-link.ts';
import type { Sealer } from './seal.ts';
import type { Session } from './session.ts';

/** Which sessions are to end, by what the provider calls them. */
export interface SidMark {
  readonly issuer: string;
  readonly sid: string;
  /** False: anybody may have asked for it, as in the front channel. */
  readonly isProven: boolean;
}

/** Who is to be signed out everywhere. */
export interface SubjectMark {
  readonly issuer: string;
  readonly subject: string;
  /** Sessions that began later are new ones. */
  readonly atMs: number;
}

/** What of a session says whether it has ended. */
export type EndedBy = Pick<Session, 'id' | 'issuer' | 'subject' | 'sid' | 'authTime' | 'signedInAtMs'>;

/** Known in memory, so that requests wait for nothing; through a board others know them too (security B15). */
export interface SignOutMarks {
  /** This very session, e.g. after the user signed out: a copy of its cookie is worth nothing (security C-4). */
  endSession(session: Pick<Session, 'id'>): Promise<void>;
  /** Every session of this `sid`, whenever it was made (security B16). */
  endSid(mark: SidMark): Promise<void>;
  /** Every session of this `sub` that began until then. */
  endSubject(mark: SubjectMark): Promise<void>;
  /** Synchronous: it is asked for every request. */
  isEnded(session: EndedBy): boolean;
  /** Another one whenever sessions have ended; until then nobody has to ask again. */
  version(): number;
  /** True the first time only: is this logout token new (security B7)? */
  isFirstUse(tokenId: string): Promise<boolean>;
}

export interface MarksParts {
  readonly clock: Clock;
  /** How long the longest session lives; 0: for ever. */
  readonly lifetimeMs: number;
  /** How long a logout token may be used after its first use. */
  readonly tokenLifetimeMs: number;
  /** Absent: no other process is told. */
  readonly shared?: { readonly board: MarkBoard; readonly sealer: Pick<Sealer, 'seal' | 'openNow'> } | undefined;
}

/** A million marks are some hundred megabytes; the oldest go first. */
const markLimit = 500_000;
/** Whoever floods the front channel pushes out marks of the front channel, and no others. */
const hearsayLimit = 50_000;
/** For sessions without an end (--cookie-expire=0). */
const endlessMs = 400 * 24 * 3600_000;
/** A sign-in that was under way when its `sid` ended makes a session that outlives the mark by as much; clocks differ, too. */
const lateMs = 3600_000;

export function signOutMarks({ clock, lifetimeMs: longestMs, tokenLifetimeMs, shared }: MarksParts): SignOutMarks {
  const lifetimeMs = longestMs === 0 ? endlessMs : longestMs + lateMs;
  const marks = { clock, lifetimeMs, limit: markLimit };
  const sessions = expiringMap<true>(marks);
  const sids = expiringMap<true>(marks);
  const hearsay = expiringMap<number>({ ...marks, limit: hearsayLimit });
  const subjects = expiringMap<number>(marks);
  const tokens = expiringMap<true>({ clock, lifetimeMs: tokenLifetimeMs, limit: markLimit });
  let version = 0;

  /** Nobody knows who asked in the front channel, so it ends what there is and locks nobody out of signing in again. */
  const isSidEnded = (key: string, signedInAtMs: number) =>
    sids.get(key) === true || signedInAtMs <= (hearsay.get(key) ?? Number.NEGATIVE_INFINITY);

  function apply(mark: Mark): void {
    const { kind, key } = mark;
    version += 1;
    if (kind === 'session') sessions.set(key, true);
    else if (kind === 'sid') sids.set(key, true);
    else {
      // An older mark that comes late takes nothing back.
      const map = kind === 'hearsay' ? hearsay : subjects;
      map.set(key, Math.max(mark.atMs, map.get(key) ?? 0));
    }
  }

  /** Here first: whatever becomes of the others, it counts here. */
  async function end(mark: Mark): Promise<void> {
    apply(mark);
    if (shared === undefined) return;
    const text = await writeMark(shared.sealer, mark);
    await shared.board.post(text, lifetimeMs, mark.kind === 'hearsay' ? 'hearsay' : 'proven');
  }

  async function isFirstOfAll(tokenId: string): Promise<boolean> {
    try {
      return shared === undefined || (await shared.board.claim(tokenId, tokenLifetimeMs));
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      // A sign-out must not wait for Redis, and a second use ends only what the first has ended.
      return true;
    }
  }

  shared?.board.watch((text) => {
    const mark = readMark(shared.sealer, text);
    if (mark !== undefined) apply(mark);
  });

  return {
    endSession: ({ id }) => end({ kind: 'session', key: id }),
    endSid({ issuer, sid, isProven }) {
      const key = nameOf(issuer, sid);
      return end(isProven ? { kind: 'sid', key } : { kind: 'hearsay', key, atMs: clock() });
    },
    endSubject: ({ issuer, subject, atMs }) => end({ kind: 'subject', key: nameOf(issuer, subject), atMs }),
    version: () => version,
    isEnded({ id, issuer = '', subject, sid, authTime, signedInAtMs }) {
      if (sessions.get(id)) return true;
      if (sid !== undefined && isSidEnded(nameOf(issuer, sid), signedInAtMs)) return true;
      const atMs = subject === undefined ? undefined : subjects.get(nameOf(issuer, subject));
      // A refresh does not make a session new; the sign-in at the provider, or the attempt here, is where it began.
      return atMs !== undefined && (authTime === undefined ? signedInAtMs : authTime * 1000) <= atMs;
    },
    async isFirstUse(tokenId) {
      if (tokens.get(tokenId)) return false;
      tokens.set(tokenId, true);
      return isFirstOfAll(tokenId);
    },
  };
}

/** Lengths keep `a`+`bc` and `ab`+`c` apart. */
function nameOf(issuer: string, name: string): string {
  return `${issuer.length} ${issuer} ${name}`;
}
