// What do the workers of one machine know of each other, through their first process?
import { countDesk, gatherCounts, tellCounts, type Counts } from '../../src/lib/worker-counts.ts';
import { markDesk } from '../../src/session/mark-desk.ts';
import type { MarkBoard } from '../../src/session/mark-board.ts';
import { StoreFailure } from '../../src/session/redis-link.ts';
import type { Turn, Turns } from '../../src/session/turns.ts';
import { turnDesk } from '../../src/session/turn-desk.ts';
import { sharedByWorkers } from '../../src/session/worker-shared.ts';
import { linePair, type LinePair } from '../support/line-pair.ts';

type Ours = Extract<Turn, { kind: 'ours' }>;
interface Worker extends LinePair {
  readonly turns: Turns;
  readonly board: MarkBoard;
  /** Marks it has heard of. */
  readonly marks: readonly string[];
}

let nowMs = 1_800_000_000_000;
const clock = () => nowMs;

function machine({ patienceMs = 5_000 } = {}) {
  const desks = [turnDesk({ clock, patienceMs }), markDesk({ clock, patienceMs })];
  return async function worker(): Promise<Worker> {
    const pair = linePair();
    for (const desk of desks) desk.join(pair.first);
    const { turns, board } = await sharedByWorkers(pair.worker);
    const marks: string[] = [];
    board?.watch((mark) => marks.push(mark));
    if (board === undefined) throw new Error('workers have a board');
    return { ...pair, turns, board, marks };
  };
}

async function ours({ turns }: Worker, key = 'session'): Promise<Ours> {
  const turn = await turns.take(key);
  expect(turn.kind).toBe('ours');
  return turn as Ours;
}

describe('turns', () => {
  test('one does it, and the others get what came of it, at once and for as long as it lives', async () => {
    const worker = machine();
    const [one, two, three] = [await worker(), await worker(), await worker()];
    const turn = await ours(one);
    const waiting = two.turns.take('session');
    await ours(three, 'another session');
    await turn.finish('sealed', 1000);
    expect(await waiting).toEqual({ kind: 'done', outcome: 'sealed' });
    expect(await three.turns.take('session')).toEqual({ kind: 'done', outcome: 'sealed' });
    nowMs += 1001;
    await ours(three);
  });

  test('when nothing came of it the next one tries, and those behind it wait on', async () => {
    const worker = machine();
    const [one, two, three] = [await worker(), await worker(), await worker()];
    const first = await ours(one);
    const [second, third] = [two.turns.take('session'), three.turns.take('session')];
    await first.finish(undefined, 1000);
    const turn = (await second) as Ours;
    expect(turn.kind).toBe('ours');
    await turn.finish('later', 1000);
    expect(await third).toEqual({ kind: 'done', outcome: 'later' });
  });

  test('a worker that dies frees its turn at once, and none is given to the dead', async () => {
    const worker = machine();
    const [one, two, three] = [await worker(), await worker(), await worker()];
    await ours(one);
    void two.turns.take('session');
    const third = three.turns.take('session');
    await new Promise((done) => setTimeout(done, 10));
    two.cut();
    one.cut();
    expect((await third).kind).toBe('ours');
  });

  test('nobody waits for ever, and a turn that was finished twice or by another counts once', async () => {
    const worker = machine({ patienceMs: 30 });
    const [one, two] = [await worker(), await worker()];
    const turn = await ours(one);
    expect(await two.turns.take('session')).toEqual({ kind: 'unknown', because: 'turn_timeout' });
    await turn.finish(undefined, 0);
    const next = await ours(two);
    await turn.finish('too late', 1000);
    const waiting = one.turns.take('session');
    await next.finish('right', 1000);
    expect(await waiting).toEqual({ kind: 'done', outcome: 'right' });
  });

  test('without the first process it cannot be known who does it', async () => {
    const one = await machine()();
    const turn = await ours(one);
    one.cut();
    await turn.finish('nobody hears it', 1000);
    expect((await one.turns.take('session')).kind).toBe('unknown');
  });

  test('outcomes take a bounded memory', async () => {
    const one = await machine()();
    const large = 'x'.repeat(20 * 1024 * 1024);
    for (const key of ['1', '2', '3', '4']) await (await ours(one, key)).finish(large, 60_000);
    await ours(one, '1'); // pushed out
    expect((await one.turns.take('4')).kind).toBe('done');
  });
});

describe('marks', () => {
  test('C-4: when a mark is posted every worker knows it, and one that starts later knows all that still live', async () => {
    const worker = machine();
    const [one, two] = [await worker(), await worker()];
    await one.board.post('short', 1000);
    await one.board.post('long', 5000);
    expect(two.marks).toEqual(['short', 'long']);
    nowMs += 2000;
    expect((await worker()).marks).toEqual(['long']);
  });

  test('thousands of marks reach a late worker', async () => {
    const worker = machine();
    const one = await worker();
    await Promise.all(Array.from({ length: 2500 }, (_, i) => one.board.post(`m${i}`, 5000)));
    expect(new Set((await worker()).marks).size).toBe(2500);
  });

  test('C-4: a sign-out is not confirmed while a worker may still let the session in', async () => {
    const worker = machine({ patienceMs: 50 });
    const [one, two] = [await worker(), await worker()];
    two.freeze();
    await expect(one.board.post('mark', 1000)).rejects.toThrow(StoreFailure);
    two.cut(); // it lets nobody in any more
    await one.board.post('another', 1000);
    one.cut();
    await expect(one.board.post('mark', 1000)).rejects.toThrow(StoreFailure);
  });

  test('B7: a name is claimed once among all workers, for as long as it lives', async () => {
    const worker = machine();
    const [one, two] = [await worker(), await worker()];
    expect(await Promise.all([one.board.claim('jti', 1000), two.board.claim('jti', 1000)])).toEqual([true, false]);
    expect(await two.board.claim('other', 1000)).toBe(true);
    nowMs += 1001;
    expect(await two.board.claim('jti', 1000)).toBe(true);
    one.cut();
    await expect(one.board.claim('jti', 1000)).rejects.toThrow(StoreFailure);
  });
});

describe('counts', () => {
  const requests = (value: number): Counts => [
    { name: 'requests', type: 'counter', values: [{ value, labels: { code: '200' } }] },
    { name: 'in_flight', type: 'gauge', values: [{ value, labels: {} }] },
  ];
  const sumOf = (all: readonly Counts[], name: string) =>
    all
      .flatMap((counts) => counts.filter((family) => family.name === name))
      .reduce((sum, { values }) => sum + (values[0]?.value ?? 0), 0);

  test('of workers that have ended what they had counted stays, and what they were doing does not', async () => {
    const desk = countDesk();
    const pairs = [3, 4, 5].map((value) => {
      const pair = linePair();
      desk.join(pair.first);
      pair.worker.answer(tellCounts, () => requests(value));
      return pair;
    });
    const [one, two, three] = pairs as [LinePair, LinePair, LinePair];
    const gathered = () => three.worker.ask(gatherCounts, undefined);
    expect(sumOf(await gathered(), 'requests')).toBe(12);
    one.cut();
    two.cut();
    expect(sumOf(await gathered(), 'requests')).toBe(12);
    expect(sumOf(await gathered(), 'in_flight')).toBe(5);
  });

  test('a worker that does not answer is represented by what it said last', async () => {
    const desk = countDesk();
    const [asking, silent] = [linePair(), linePair()];
    for (const { first } of [asking, silent]) desk.join(first);
    asking.worker.answer(tellCounts, () => requests(1));
    silent.worker.answer(tellCounts, () => requests(7));
    expect(sumOf(await asking.worker.ask(gatherCounts, undefined), 'requests')).toBe(8);
    silent.freeze();
    expect(sumOf(await asking.worker.ask(gatherCounts, undefined), 'requests')).toBe(8);
  });
});
