// Who signs in with a password of the htpasswd file?
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isBcrypt } from '../config/htpasswd-file.ts';
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import { bcrypt } from './bcrypt.ts';
import { passwordAttempts, type Attempt } from './password-attempts.ts';
import { isShaOf, type WatchedHtpasswd } from './htpasswd.ts';
import { passwordLimiter } from './password-limiter.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** Address of whoever asks. */
  readonly client: string;
}

export type PasswordVerdict =
  | { readonly kind: 'fine' }
  | { readonly kind: 'wrong' }
  /** Not looked at: too many tries, or too many at a time. */
  | { readonly kind: 'later'; readonly because: string; readonly waitMs: number };

export interface PasswordUsers {
  verify(credentials: Credentials): Promise<PasswordVerdict>;
  session(user: string, email: string): Session;
  close(): Promise<void>;
}

export interface PasswordUsersParts {
  readonly file: WatchedHtpasswd;
  /** --htpasswd-user-group */
  readonly groups: readonly string[];
  readonly clock: Clock;
}

/** A password that was right is asked for with every request: bcrypt answers once in a while only. */
const rememberedMs = 5 * 60_000;
const busyMs = 2_000;
/** What it is compared with does not count: a name that is not in the file costs as much as one that is (security C-7). */
const dummyHash = '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';

export function passwordUsers({ file, groups, clock }: PasswordUsersParts): PasswordUsers {
  const limiter = passwordLimiter(clock);
  const comparing = bcrypt();
  const secret = randomBytes(32);
  // What was right, by a digest of it: no password stays in memory.
  let known = file.hashes();
  const right = new LRUCache<string, string>({ max: 1000, ttl: rememberedMs });

  const attempt = passwordAttempts();

  function outcomeOf({ user, password, client }: Credentials): boolean | Attempt {
    const hashes = file.hashes();
    const hash = hashes.get(user);
    if (hash !== undefined && !isBcrypt(hash)) return isShaOf(hash, password);
    const key = createHmac('sha256', secret).update(`${user.length} ${user}${password}`).digest('base64');
    if (hash !== undefined && right.get(key) === hash) return true;
    return attempt(`${hash} ${key}`, client, async () => {
      const isSame = await comparing.compare(password, hash ?? dummyFor(hashes));
      if (hash === undefined || isSame !== true) return isSame === 'busy' ? 'busy' : false;
      right.set(key, hash);
      return true;
    });
  }

  return {
    async verify(credentials) {
      if (file.hashes() !== known) {
        known = file.hashes();
        limiter.forget(); // a password that was wrong may be right now
      }
      const waitMs = limiter.waitMs(credentials);
      if (waitMs > 0) return { kind: 'later', because: 'password_tried_too_often', waitMs };
      const found = outcomeOf(credentials);
      const isCounted = typeof found === 'boolean' ? !found : found.isNew;
      // Before it is known, or a guesser had any number of tries under way at a time.
      if (isCounted) limiter.tried(credentials);
      const outcome = typeof found === 'boolean' ? found : await found.outcome;
      if (outcome === 'busy') {
        if (isCounted) limiter.takeBack(credentials);
        return { kind: 'later', because: 'too_many_passwords_at_once', waitMs: busyMs };
      }
      if (outcome) limiter.succeeded(credentials);
      return { kind: outcome ? 'fine' : 'wrong' };
    },
    session(user, email) {
      const now = clock();
      const who = { id: randomUUID(), user, email, preferredUsername: '', groups };
      return { ...who, signedInAtMs: now, createdAtMs: now };
    },
    close: comparing.close,
  };
}

/** As dear as the hashes of the file: the cost of the first one. */
function dummyFor(hashes: ReadonlyMap<string, string>): string {
  const first = [...hashes.values()].find(isBcrypt);
  return first === undefined ? dummyHash : first.slice(0, 7) + dummyHash.slice(7);
}
