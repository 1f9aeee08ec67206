// Which sessions does a user have? For operators: a sorted set in Redis for each name of a user, in order of their ends.
import { createHmac } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { RedisLink } from './redis-link.ts';
import { derivedFrom, keyMaterial, type Secrets } from './secrets.ts';
import type { Session } from './session.ts';

type Names = Pick<Session, 'user' | 'email' | 'preferredUsername'>;

export interface SessionIndex {
  /** `endsAtMs` undefined: never. Entries that are over go in passing. */
  add(names: Names, key: string, endsAtMs: number | undefined): Promise<void>;
  remove(names: Names, keys: readonly string[]): Promise<void>;
  /** Keys of sessions, those that end first in front; some may be gone already. */
  keysOf(name: string): Promise<readonly string[]>;
  removeFrom(name: string, keys: readonly string[]): Promise<void>;
}

export interface SessionIndexParts {
  readonly name: string;
  readonly secrets: Secrets;
  readonly link: Pick<RedisLink, 'addScored' | 'scoredFrom' | 'removeScored' | 'removeScoredBelow'>;
  readonly clock: Clock;
  /** --cookie-expire; 0: sessions do not end. */
  readonly lifetimeMs: number;
}

const never = Number.MAX_SAFE_INTEGER;

export function sessionIndex({ name: cookieName, secrets, link, clock, lifetimeMs }: SessionIndexParts): SessionIndex {
  // Who reads Redis does not learn who has sessions: the names are hashed with a key of ours.
  const keys = derivedFrom(secrets, (list) =>
    list.map((secret) => keyMaterial(secret, `session index ${cookieName}`, 32)),
  );
  const setsOf = (name: string) =>
    keys().map((key) => {
      const hash = createHmac('sha256', key).update(plain(name)).digest('base64url');
      return `oauth2-sidecar:${cookieName}:user:${hash}`;
    });

  async function removeFrom(name: string, members: readonly string[]): Promise<void> {
    if (members.length === 0) return;
    await Promise.all(setsOf(name).map((set) => link.removeScored(set, members)));
  }

  return {
    async add(names, key, endsAtMs = never) {
      // The first secret's set is the one that is written; those of older secrets are read while they count.
      const sets = namesOf(names).flatMap((name) => setsOf(name).slice(0, 1));
      await Promise.all(
        sets.map(async (set) => {
          await link.addScored(set, key, { score: endsAtMs, lifeMs: lifetimeMs });
          await link.removeScoredBelow(set, clock());
        }),
      );
    },
    async remove(names, members) {
      await Promise.all(namesOf(names).map((name) => removeFrom(name, members)));
    },
    async keysOf(name) {
      const found = await Promise.all(setsOf(name).map((set) => link.scoredFrom(set, clock())));
      return [...new Set(found.flat())];
    },
    removeFrom,
  };
}

/** Operators know some name of a user; which one, nobody can say. */
function namesOf({ user, email, preferredUsername }: Names): readonly string[] {
  return [...new Set([user, email, preferredUsername].map(plain))].filter((name) => name !== '');
}

function plain(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
