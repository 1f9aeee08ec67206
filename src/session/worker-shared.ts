// How does a worker take turns and hear of sign-outs when the workers of one machine share nothing but their first process?
import { within, type Line } from '../lib/line.ts';
import type { MarkBoard } from './mark-board.ts';
import { StoreFailure } from './redis-link.ts';
import type { Shared } from './shared.ts';
import type { Turn, Turns } from './turns.ts';
import { claimName, finishTurn, postMark, takeTurn, tellMarks, watchMarks, type TurnAnswer } from './worker-topics.ts';

/** A little longer than the first process itself takes at most (turn-desk.ts, mark-desk.ts). */
const turnPatienceMs = 32_000;
const patienceMs = 4_000;

/** Resolves when this worker knows every mark, so that it may begin to serve. @throws StoreFailure */
export async function sharedByWorkers(line: Line): Promise<Shared> {
  const board = markBoard(line);
  await asked(line.ask(watchMarks, undefined));
  return { link: undefined, turns: turns(line), board, close: () => board.close() };
}

function turns(line: Line): Turns {
  const ours = ({ turn }: Extract<TurnAnswer, { kind: 'ours' }>): Extract<Turn, { kind: 'ours' }> => ({
    kind: 'ours',
    async finish(outcome, lifeMs) {
      // That it fails means that the first process has ended, and with it this one.
      await within(line.ask(finishTurn, { turn, outcome, lifeMs }), patienceMs).catch(() => undefined);
    },
  });
  return {
    async take(key) {
      const asking = line.ask(takeTurn, key);
      const answer = await within(asking, turnPatienceMs).catch(() => undefined);
      if (answer !== undefined) return answer.kind === 'ours' ? ours(answer) : answer;
      // Should the turn be given after all, nobody is left here who would use it.
      void asking.then(
        (late) => (late.kind === 'ours' ? ours(late).finish(undefined, 0) : undefined),
        () => {},
      );
      return { kind: 'unknown', because: 'turn_timeout' };
    },
  };
}

function markBoard(line: Line): MarkBoard {
  const listeners: ((mark: string) => void)[] = [];
  let unheard: string[] = [];

  line.answer(tellMarks, (marks) => {
    if (listeners.length === 0) unheard.push(...marks);
    for (const mark of marks) for (const listener of listeners) listener(mark);
  });
  return {
    async post(name, lifeMs, weight = 'proven') {
      if (!(await asked(line.ask(postMark, { name, lifeMs, weight }))))
        throw new StoreFailure('store_timeout', new Error('a worker did not confirm a sign-out'));
    },
    watch(listener) {
      listeners.push(listener);
      for (const mark of unheard) listener(mark);
      unheard = [];
    },
    claim: (name, lifeMs) => asked(line.ask(claimName, { name, lifeMs })),
    close: () => Promise.resolve(),
  };
}

/** @throws StoreFailure, and nothing else */
async function asked<T>(question: Promise<T>): Promise<T> {
  const done = question.then((answer) => ({ answer }));
  const outcome = await within(done, patienceMs).catch((error: unknown) => {
    throw new StoreFailure('store_unreachable', error);
  });
  if (outcome === undefined) throw new StoreFailure('store_timeout', new Error('the first process did not answer'));
  return outcome.answer;
}
