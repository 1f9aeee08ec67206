// Does the bench reckon right? Medians, ratios, verdicts, and what it reads of others.
import { between } from './docs.ts';
import { readWrk } from './load-wrk.ts';
import type { Measured, Round } from './measure.ts';
import { machineTimes, readMachineStat, readProcessStat, readResidentBytes } from './proc.ts';
import { svg } from './picture.ts';
import { failsGate, markdown, verdict } from './report.ts';
import { percent, range, ratio, spread, times } from './spread.ts';
import { quantile } from './steady.ts';

const nothing = { median: Number.NaN, min: Number.NaN, max: Number.NaN };

test.each([
  ['an odd number has a middle', [3, 1, 2], { median: 2, min: 1, max: 3 }],
  ['an even number has two', [4, 1, 2, 3], { median: 2.5, min: 1, max: 4 }],
  ['numbers are sorted as numbers', [10, 9, 100], { median: 10, min: 9, max: 100 }],
  ['one is all three', [7], { median: 7, min: 7, max: 7 }],
  ['none is not a number', [], nothing],
  ['one that is not a number spoils all', [1, Number.NaN, 3], nothing],
])('spread: %s', (_title, values, expected) => expect(spread(values)).toEqual(expected));

test('a ratio is that of each round, so that a slow moment of the machine falls out', () => {
  expect(ratio([90, 45, 80], [100, 50, 100])).toEqual({ median: 0.9, min: 0.8, max: 0.9 });
  expect(() => ratio([1, 2], [1])).toThrow('2 rounds cannot be compared with 1');
});

test('figures as text', () => {
  const values = { median: 1234.5, min: 1, max: 2000 };
  expect(range(values, 0)).toBe('1,235 (1–2,000)');
  expect(percent({ median: 0.934, min: 0.9, max: 1.01 })).toBe('93 % (90–101)');
  expect(times({ median: 1.1, min: 1, max: 1.333 })).toBe('1.10 × (1.00–1.33)');
});

test('a quantile has its share of the values below it', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 999 - i);
  expect([0, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([0, 500, 990, 999]);
});

const [pid, name] = ['4711', '(a (strange) name)'];
const fields = `S 4242 ${'0 '.repeat(9)}150 50 30 20 ${'0 '.repeat(30)}`;

test('/proc: a process is read whatever its name, with its own time and that of children that ended', () => {
  expect(readProcessStat(`${pid} ${name} ${fields}`)).toEqual({ parent: 4242, seconds: 2.5 });
  expect(readResidentBytes('VmPeak:\t 9 kB\nVmRSS:\t  2048 kB\nThreads:\t1\n')).toBe(2 * 1024 * 1024);
  expect(readProcessStat('')).toEqual({ parent: 0, seconds: 0 });
});

test('/proc: the machine is busy when somebody works, or when its host does something else', () => {
  const stat = 'cpu  100 20 30 800 40 5 15 30 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  expect(readMachineStat(stat)).toEqual({ busySeconds: 2, totalSeconds: 10.4 });
});

test('/proc: this machine can be read, too', () => {
  expect(machineTimes().totalSeconds).toBeGreaterThan(0);
});

const report = `Running 3s test @ http://127.0.0.1:4180/oauth2/auth
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.02ms  199.99us  20.50ms   98.76%
    Req/Sec    31.50k     1.20k   33.99k    75.00%
  Latency Distribution
     50%  990.00us
     75%    1.09ms
     90%    1.20ms
     99%    1.03s
  94515 requests in 3.00s, 19.51MB read
`;
const rates = 'Requests/sec:  31450.12\nTransfer/sec:      6.49MB\n';

test('wrk: rate and quantiles are read in whatever unit', () => {
  const expected = { requests: 94515, perSecond: 31450.12, p50Ms: 0.99, p99Ms: 1030, odd: 0, broken: 0 };
  expect(readWrk(report + rates)).toEqual(expected);
});

test('wrk: answers of another status and broken connections are counted apart', () => {
  const trouble = '  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 17\n';
  expect(readWrk(report + trouble + rates)).toMatchObject({ odd: 17, broken: 4321 });
});

test('wrk: no answer at all is a failure, and no figure', () => {
  expect(() => readWrk(report.replace('94515 requests', '0 requests') + rates)).toThrow('wrk got no answer');
});

function measured(name: string, rounds: readonly (readonly [perSecond: number, cpuPer100k: number])[]): Measured {
  const others = 0.02;
  const all = rounds.map(([perSecond, cpuPer100k]): Round => ({ perSecond, cpuPer100k, p50Ms: 1, p99Ms: 2, others }));
  return { name, rounds: all, residentBytes: 100 * 1024 * 1024 };
}

const bare = measured('bare', [
  [10_000, 2],
  [5_000, 4],
]);
const judged = (perSecond: number, cpuPer100k: number) =>
  verdict({ name: 'warm <1>', goal: { rate: 0.8, cpu: 1.2 } }, [
    bare,
    measured('ours', [
      [perSecond, cpuPer100k],
      [perSecond / 2, cpuPer100k * 2],
    ]),
  ]);

test.each([
  ['fast and cheap enough', 8_000, 2.4, true, false],
  ['too slow', 7_900, 2.4, false, false],
  ['too dear', 8_000, 2.5, false, false],
  ['slower than the gate lets through', 4_700, 2.4, false, true],
  ['dearer than the gate lets through', 8_000, 4.1, false, true],
  ['not measurable', Number.NaN, 2.4, false, true],
])('verdict: %s', (_title, perSecond, cpuPer100k, isMet, isFailing) => {
  const one = judged(perSecond, cpuPer100k);
  expect([one.isMet, failsGate(one)]).toEqual([isMet, isFailing]);
});

test('verdict: without a goal nothing is missed', () => {
  const one = verdict({ name: 'for information' }, [
    bare,
    measured(
      'ours',
      bare.rounds.map(() => [1, 99] as const),
    ),
  ]);
  expect([one.isMet, failsGate(one)]).toEqual([true, false]);
});

test('the table has a row for everybody, and says when others had much of the machine', () => {
  const one = judged(8_000, 2.4);
  expect(markdown([one])).toContain('| ours | 6,000 (4,000–8,000) |');
  expect(markdown([one])).toContain('| 80 % (80–80) | 1.20 × (1.20–1.20) | ≥ 80 %, ≤ 1.2 × ✓ |');
  expect(markdown([one])).not.toContain('†');
  const crowded = { ...one, others: { median: 0.3, min: 0, max: 0.5 } };
  expect(markdown([crowded])).toContain('**warm <1>** †');
});

test('the picture is well-formed, and no name gets out of its text', () => {
  const text = svg([judged(8_000, 2.4), judged(99_000, 2.4)], 'a & b');
  expect(text).toContain('warm &lt;1&gt;');
  expect(text).toContain('a &amp; b');
  expect(text).not.toMatch(/NaN|undefined/);
  const tags = [...text.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)].filter(([, , , closed]) => closed === '');
  const open: (string | undefined)[] = [];
  for (const [, end, tag] of tags) end === '' ? open.push(tag) : expect(open.pop()).toBe(tag);
  expect(open).toEqual([]);
});

test('what the bench writes into the documentation leaves everything around it', () => {
  const marks = ['<!-- written by npm run bench -- --docs -->', '<!-- end of what the bench wrote -->'];
  const page = `before\n\n${marks.join('\n\nold\n\n')}\n\nafter\n`;
  expect(between(page, 'new')).toBe(`before\n\n${marks.join('\n\nnew\n\n')}\n\nafter\n`);
  expect(() => between('no marks', 'new')).toThrow('has lost its marks');
});
