// Which sessions has a user, and how does an operator end them? Without any ticket: only what the store lets operators see.
import type { RedisLink } from './redis-link.ts';
import type { SessionIndex } from './session-index.ts';
import type { SignOutMarks } from './sign-out-marks.ts';
import type { SessionAbout, StoredSessions } from './stored-session.ts';

export interface ListedSession extends SessionAbout {
  readonly key: string;
  /** Undefined: never. */
  readonly endsAtMs: number | undefined;
}

export interface SessionDesk {
  /** By any name of the user; the latest sign-in first. @throws StoreFailure */
  list(user: string): Promise<readonly ListedSession[]>;
  /** @returns those that were ended @throws StoreFailure */
  end(user: string): Promise<readonly ListedSession[]>;
}

/** What a command for operators needs. */
export interface Desk {
  readonly desk: SessionDesk;
  readonly marks: Pick<SignOutMarks, 'endSession'>;
}

export interface SessionDeskParts {
  readonly link: Pick<RedisLink, 'get' | 'remove'>;
  readonly stored: StoredSessions;
  readonly index: SessionIndex;
  readonly lifetimeMs: number;
}

/** So many questions at a time. */
const batch = 100;

export function sessionDesk({ link, stored, index, lifetimeMs }: SessionDeskParts): SessionDesk {
  async function look(key: string): Promise<ListedSession | undefined> {
    const value = await link.get(key);
    const about = value && stored.about(key, value);
    return about && { ...about, key, endsAtMs: lifetimeMs === 0 ? undefined : about.refreshedAtMs + lifetimeMs };
  }

  async function list(user: string): Promise<readonly ListedSession[]> {
    const keys = await index.keysOf(user);
    const found: ListedSession[] = [];
    const gone: string[] = [];
    for (let start = 0; start < keys.length; start += batch) {
      const part = keys.slice(start, start + batch);
      const looked = await Promise.all(part.map(look));
      looked.forEach((session, i) => (session === undefined ? gone.push(part[i] ?? '') : found.push(session)));
    }
    await index.removeFrom(user, gone);
    return found.toSorted((a, b) => b.signedInAtMs - a.signedInAtMs);
  }

  return {
    list,
    async end(user) {
      const sessions = await list(user);
      if (sessions.length > 0) await link.remove(...sessions.map(({ key }) => key));
      // From the lists under their other names as well, as far as these are known here.
      for (const { key, user: id, email } of sessions)
        await index.remove({ user: id, email, preferredUsername: user }, [key]);
      return sessions;
    },
  };
}
