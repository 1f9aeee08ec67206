// How do replicas tell each other through Redis which sessions have ended? A list by time, looked at twice a second.
import { createHash, randomBytes } from 'node:crypto';
import type { Logger } from '../lib/logger.ts';
import type { MarkBoard, MarkWeight } from './mark-board.ts';
import { StoreFailure, type RedisLink } from './redis-link.ts';

export interface RedisMarkBoardParts {
  readonly link: Pick<RedisLink, 'addNow' | 'addedSince' | 'setIfAbsent'>;
  /** Keys lie under it; it ends in a colon. */
  readonly prefix: string;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly pollMs?: number;
}

interface Post {
  readonly mark: string;
  readonly lifeMs: number;
  readonly weight: MarkWeight;
}

const defaultPollMs = 500;
/** A new master's clock may be behind that of the one before: so much is read again, and told once. */
const overlapMs = 5_000;
/** The oldest go first. Whoever floods the front channel pushes out marks of the front channel alone (security FC-4). */
const limits: Readonly<Record<MarkWeight, number>> = { proven: 100_000, hearsay: 20_000 };
const weights = ['proven', 'hearsay'] as const;
/** So many marks at once: reading them takes some ten milliseconds, and requests come in between. */
const pageSize = 500;
/** Marks that wait for Redis to come back. */
const queueLimit = 10_000;

export interface RedisMarkBoard extends MarkBoard {
  /** The first look: every mark is known then, or Redis is out. */
  readonly looked: Promise<void>;
}

export function redisMarkBoard(parts: RedisMarkBoardParts): RedisMarkBoard {
  const { link, prefix, logger, pollMs = defaultPollMs } = parts;
  const queue: Post[] = [];
  const listeners: ((mark: string) => void)[] = [];
  /** Marks that were read before anybody listened. */
  let unheard: string[] = [];
  const readers = weights.map((weight) => boardReader({ link, key: keyOf(weight), tell }));
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function keyOf(weight: MarkWeight): string {
    return `${prefix}${weight === 'proven' ? 'marks' : 'hearsay'}`;
  }
  function tell(mark: string): void {
    if (listeners.length === 0) unheard.push(mark);
    for (const listener of listeners) listener(mark);
  }
  async function write({ mark, lifeMs, weight }: Post): Promise<void> {
    await link.addNow(keyOf(weight), mark, { lifeMs, limit: limits[weight] });
  }

  async function flush(): Promise<void> {
    const waiting = queue.length;
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      await write(first);
      queue.shift();
    }
    if (waiting > 0) logger.info('other replicas have been told of the sign-outs they missed', { count: waiting });
  }

  async function look(): Promise<void> {
    try {
      await flush();
      for (const read of readers) await read();
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error; // said once by the connection; what is missed is read later
    }
    if (!isClosed) timer = setTimeout(() => void look(), pollMs);
  }

  /**
   * The session is ended here in any case, and a provider that is told of a failure seldom tries again: so the mark is
   * kept for the others until Redis is back, and only a full queue is a failure.
   */
  async function post(mark: string, lifeMs: number, weight: MarkWeight = 'proven'): Promise<void> {
    try {
      await write({ mark, lifeMs, weight });
    } catch (error) {
      if (!(error instanceof StoreFailure) || queue.length >= queueLimit) throw error;
      if (queue.push({ mark, lifeMs, weight }) > 1) return;
      logger.warn('other replicas are told of sign-outs when Redis is back', { reason: error.reason });
    }
  }

  const looked = look();
  return {
    looked,
    post,
    watch(listener) {
      listeners.push(listener);
      for (const mark of unheard) listener(mark);
      unheard = [];
    },
    claim(name, lifeMs) {
      const hash = createHash('sha256').update(name).digest('base64url');
      return link.setIfAbsent(`${prefix}used:${hash}`, randomBytes(9).toString('base64url'), lifeMs);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const left = await flush().then(() => 0, () => queue.length); // prettier-ignore
      if (left > 0) logger.warn('other replicas were never told of some sign-outs', { count: left });
    },
  };
}

interface ReaderParts extends Pick<RedisMarkBoardParts, 'link'> {
  readonly key: string;
  tell(mark: string): void;
}

/** Tells of every mark once, from the first on the board. */
function boardReader({ link, key, tell }: ReaderParts): () => Promise<void> {
  let sinceMs = 0;
  const told = new Map<string, number>();

  return async () => {
    let fromMs = sinceMs;
    for (;;) {
      const { members, nowMs } = await link.addedSince(key, fromMs, pageSize);
      for (const { member, atMs } of members) {
        if (!told.has(member)) tell(member);
        told.set(member, atMs);
      }
      const lastMs = members.at(-1)?.atMs ?? nowMs;
      if (members.length < pageSize) {
        sinceMs = nowMs - overlapMs;
        break;
      }
      // More of one millisecond than a page holds would be read for ever.
      fromMs = lastMs > fromMs ? lastMs : fromMs + 1;
    }
    for (const [member, atMs] of told) if (atMs < sinceMs) told.delete(member);
  };
}
