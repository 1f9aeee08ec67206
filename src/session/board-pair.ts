// How do workers hear of sign-outs at once, and other replicas soon? Two boards that are used as one.
import type { MarkBoard } from './mark-board.ts';

/** `near` reaches the workers of this service, `far` those and everybody else, a moment later. */
export function boardPair(near: MarkBoard, far: MarkBoard): MarkBoard {
  return {
    /** Whatever becomes of one, the other is told. */
    async post(...mark) {
      const outcomes = await Promise.allSettled([near.post(...mark), far.post(...mark)]);
      const failed = outcomes.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    watch(listener) {
      near.watch(listener);
      far.watch(listener);
    },
    claim: far.claim,
    async close() {
      await Promise.allSettled([far.close(), near.close()]);
    },
  };
}
