// Which answers are remembered, in how much memory, and which of them hang on one session in a store?
import { LRUCache } from 'lru-cache';
import { memoryOf } from '../lib/memory-of.ts';

export interface Remembered {
  readonly cookie: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly targets: readonly string[];
  /** Of its session in the store. A session has several cookies: that of before a refresh opens it still. */
  readonly storeKey: string | undefined;
}

export interface AnswerMemory<A extends Remembered> {
  get(cookie: string): A | undefined;
  /** In place of whatever was remembered for this cookie. */
  set(answer: A): void;
  delete(cookie: string): void;
  /** All that hang on the session. */
  deleteOf(storeKey: string): void;
  clear(): void;
}

/** The end of a seal is its MAC: unlike for unlike seals, and short. */
const tailLength = 45;
const entryBytes = 600;

/** Beyond so many bytes the longest unused are forgotten. */
export function answerMemory<A extends Remembered>(bytes: number): AnswerMemory<A> {
  const byKey = new Map<string, Set<string>>();
  const answers = new LRUCache<string, A>({
    maxSize: Math.max(1, Math.floor(bytes)),
    sizeCalculation: ({ cookie, headers, targets }) =>
      entryBytes + memoryOf(cookie) + memoryOf(headers) + memoryOf(targets),
    dispose: ({ storeKey }, mac, reason) => {
      if (storeKey === undefined || reason === 'set') return;
      const macs = byKey.get(storeKey);
      macs?.delete(mac);
      if (macs?.size === 0) byKey.delete(storeKey);
    },
  });
  const macOf = (cookie: string) => cookie.slice(-tailLength);

  return {
    get(cookie) {
      const answer = answers.get(macOf(cookie));
      return answer?.cookie === cookie ? answer : undefined;
    },
    set(answer) {
      const { cookie, storeKey } = answer;
      const mac = macOf(cookie);
      answers.delete(mac);
      if (storeKey !== undefined) byKey.set(storeKey, (byKey.get(storeKey) ?? new Set()).add(mac));
      answers.set(mac, answer);
    },
    delete: (cookie) => void answers.delete(macOf(cookie)),
    deleteOf(storeKey) {
      for (const mac of [...(byKey.get(storeKey) ?? [])]) answers.delete(mac);
    },
    clear: () => answers.clear(),
  };
}
