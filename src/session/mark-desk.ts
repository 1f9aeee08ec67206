// Which sessions have ended, for all workers of one machine? Kept by the first process.
import type { Clock } from '../lib/clock.ts';
import { within, type Line } from '../lib/line.ts';
import { claimName, postMark, tellMarks, watchMarks, type Lasting, type PostedMark } from './worker-topics.ts';

export interface MarkDesk {
  /** A new worker. */
  join(line: Line): void;
}

export interface MarkDeskParts {
  readonly clock: Clock;
  /** How long a worker may take to hear of a mark; 2 s unless told. */
  readonly patienceMs?: number;
}

/** As many as one process alone remembers (sign-out-marks.ts). */
const most = { proven: 500_000, hearsay: 50_000, claims: 500_000 } as const;
const marksInOneMessage = 1_000;

export function markDesk({ clock, patienceMs = 2_000 }: MarkDeskParts): MarkDesk {
  // Apart, so that a flood in the front channel pushes out nothing else (security FC-4).
  const marks = { proven: lastingNames(clock, most.proven), hearsay: lastingNames(clock, most.hearsay) };
  const claims = lastingNames(clock, most.claims);
  const watchers = new Set<Line>();

  async function post(mark: PostedMark, from: Line): Promise<boolean> {
    marks[mark.weight].add(mark);
    const others = [...watchers].filter((line) => line !== from);
    const told = others.map((line) => within(isTold(line, mark.name), patienceMs));
    return (await Promise.all(told)).every((isHeard) => isHeard === true);
  }

  /** A worker that has ended lets nobody in any more. */
  const isTold = (line: Line, name: string) =>
    line.ask(tellMarks, [name]).then(
      () => true,
      () => !watchers.has(line),
    );

  return {
    join(line) {
      line.onClosed(() => watchers.delete(line));
      line.answer(postMark, (mark) => post(mark, line));
      line.answer(claimName, (claim) => claims.add(claim));
      line.answer(watchMarks, () => {
        watchers.add(line); // first, so that no mark falls between the two
        const names = [...marks.proven.names(), ...marks.hearsay.names()];
        for (let at = 0; at < names.length; at += marksInOneMessage)
          line.tell(tellMarks, names.slice(at, at + marksInOneMessage));
      });
    },
  };
}

/** Names, each for a while of its own. */
function lastingNames(clock: Clock, limit: number) {
  const ends = new Map<string, number>();

  /** Lives differ, so what is over behind one that is not goes later; the limit bounds it. */
  function forget(nowMs: number): void {
    for (const [name, endMs] of ends) {
      if (endMs > nowMs && ends.size <= limit) return;
      ends.delete(name);
    }
  }

  return {
    /** False when it was there. */
    add({ name, lifeMs }: Lasting): boolean {
      const nowMs = clock();
      const isNew = (ends.get(name) ?? 0) <= nowMs;
      const endMs = Math.max(ends.get(name) ?? 0, nowMs + lifeMs);
      ends.delete(name); // to the end, where the newest are
      ends.set(name, endMs);
      forget(nowMs);
      return isNew;
    },
    names: () => [...ends].filter(([, endMs]) => endMs > clock()).map(([name]) => name),
  };
}
