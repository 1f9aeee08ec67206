// Which answers are remembered, in how much memory, and which of them hang on one session in a store?
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import { memoryOf, ownText } from '../lib/memory-of.ts';

export interface Remembered {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly targets: readonly string[];
  /** Of its session in the store. A session has several cookies: that of before a refresh opens it still. */
  readonly storeKey: string | undefined;
}

export interface AnswerMemory<A extends Remembered> {
  get(cookie: string): A | undefined;
  /** In place of whatever was remembered for this cookie. */
  set(cookie: string, answer: A): void;
  delete(cookie: string): void;
  /** All that hang on the session. */
  deleteOf(storeKey: string): void;
  clear(): void;
}

/** The end of a seal is its MAC: unlike for unlike seals, and short. */
const tailLength = 45;
const entryBytes = 700;
/** Of the memory: for cookies to the letter, which are compared faster than a digest is made. */
const letterShare = 0.3;
/** Whoever asks again so soon will go on asking. */
const soonMs = 100;

/** Of the cookie only a digest: several times as many answers fit into the memory so. */
interface Entry<A> {
  readonly digest: string;
  readonly answer: A;
  askedAtMs: number;
}

/** Beyond so many bytes the longest unused are forgotten. */
export function answerMemory<A extends Remembered>(bytes: number, clock: Clock): AnswerMemory<A> {
  const byKey = new Map<string, Set<string>>();
  const letters = new LRUCache<string, string>({
    maxSize: Math.max(1, Math.floor(bytes * letterShare)),
    sizeCalculation: (cookie) => memoryOf(cookie) + 150,
  });
  const entries = new LRUCache<string, Entry<A>>({
    maxSize: Math.max(1, Math.floor(bytes * (1 - letterShare))),
    sizeCalculation: ({ answer: { headers, targets } }) => entryBytes + memoryOf(headers) + memoryOf(targets),
    dispose: ({ answer: { storeKey } }, mac, reason) => {
      letters.delete(mac);
      if (storeKey === undefined || reason === 'set') return;
      const macs = byKey.get(storeKey);
      macs?.delete(mac);
      if (macs?.size === 0) byKey.delete(storeKey);
    },
  });
  const macOf = (cookie: string) => cookie.slice(-tailLength);
  const digestOf = (cookie: string) => hash('sha256', cookie, 'base64url');

  /** In full, whatever the MAC says: a text that ends alike is another one (security C-2). */
  function isOf(entry: Entry<A>, mac: string, cookie: string): boolean {
    const known = letters.get(mac);
    if (known !== undefined) return known === cookie;
    if (digestOf(cookie) !== entry.digest) return false;
    const now = clock();
    if (now - entry.askedAtMs < soonMs) letters.set(mac, ownText(cookie));
    entry.askedAtMs = now;
    return true;
  }

  return {
    get(cookie) {
      const mac = macOf(cookie);
      const entry = entries.get(mac);
      return entry !== undefined && isOf(entry, mac, cookie) ? entry.answer : undefined;
    },
    set(cookie, answer) {
      const mac = ownText(macOf(cookie));
      const { storeKey } = answer;
      entries.delete(mac);
      if (storeKey !== undefined) byKey.set(storeKey, (byKey.get(storeKey) ?? new Set()).add(mac));
      entries.set(mac, { digest: digestOf(cookie), answer, askedAtMs: clock() });
    },
    delete: (cookie) => void entries.delete(macOf(cookie)),
    deleteOf(storeKey) {
      for (const mac of [...(byKey.get(storeKey) ?? [])]) entries.delete(mac);
    },
    clear: () => entries.clear(),
  };
}
