// Which sessions have been ended although a browser may still bring them? Marks for sessions that live in cookies alone.
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import type { Session } from './session.ts';

/** Who is to be signed out. */
export interface SubjectMark {
  readonly issuer: string;
  readonly subject: string;
  /** Sessions that began later are new ones. */
  readonly atMs: number;
}

/** Kept in memory now; a store that replicas share has the same shape. */
export interface SignOutMarks {
  /** This very session, e.g. after the user signed out: a copy of its cookie is worth nothing (security C-4). */
  endSession(session: Pick<Session, 'id'>): Promise<void>;
  /** Every session of this `sid`, whenever it was made (security B16). */
  endSid(issuer: string, sid: string): Promise<void>;
  /** Every session of this `sub` that began until then. */
  endSubject(mark: SubjectMark): Promise<void>;
  /** Synchronous: it is asked for every request. */
  isEnded(session: Session): boolean;
  /** True the first time only: is this logout token new (security B7)? */
  isFirstUse(tokenId: string, expiresAtMs: number): Promise<boolean>;
}

export interface MarksParts {
  readonly clock: Clock;
  /** How long the longest session lives; marks live as long. */
  readonly lifetimeMs: number;
}

/** A million marks are some hundred megabytes; the oldest go first. */
const markLimit = 500_000;
/** For sessions without an end (--cookie-expire=0). */
const endlessMs = 400 * 24 * 3600_000;

export function signOutMarks({ clock, lifetimeMs }: MarksParts): SignOutMarks {
  const ttl = lifetimeMs || endlessMs;
  const perf = { now: clock };
  const ended = new LRUCache<string, true>({ max: markLimit, ttl, perf });
  const subjects = new LRUCache<string, number>({ max: markLimit, ttl, perf });
  const tokens = new LRUCache<string, true>({ max: markLimit, perf });

  return {
    async endSession({ id }) {
      ended.set(`session ${id}`, true);
    },
    async endSid(issuer, sid) {
      ended.set(sidKey(issuer, sid), true);
    },
    async endSubject({ issuer, subject, atMs }) {
      const key = subjectKey(issuer, subject);
      subjects.set(key, Math.max(atMs, subjects.get(key) ?? 0));
    },
    isEnded({ id, issuer = '', subject, sid, authTime, signedInAtMs }) {
      if (ended.size === 0 && subjects.size === 0) return false;
      if (ended.has(`session ${id}`) || (sid !== undefined && ended.has(sidKey(issuer, sid)))) return true;
      const mark = subject === undefined ? undefined : subjects.get(subjectKey(issuer, subject));
      // A refresh does not make a session new; the sign-in at the provider, or the attempt here, is where it began.
      return mark !== undefined && (authTime === undefined ? signedInAtMs : authTime * 1000) <= mark;
    },
    async isFirstUse(tokenId, expiresAtMs) {
      const isFirst = !tokens.has(tokenId);
      tokens.set(tokenId, true, { ttl: Math.max(1, expiresAtMs - clock()) });
      return isFirst;
    },
  };
}

/** Lengths keep `a`+`bc` and `ab`+`c` apart. */
function sidKey(issuer: string, sid: string): string {
  return `sid ${issuer.length} ${issuer} ${sid}`;
}

function subjectKey(issuer: string, subject: string): string {
  return `${issuer.length} ${issuer} ${subject}`;
}
