// The memory for answers of `auth`: bounded in bytes, and no answer outlives the session that it hangs on.
import { answerMemory, type Remembered } from '../../src/routes/answer-memory.ts';

const cookie = (name: string) => `Fe26.2*1*${name.padEnd(43, 'x')}~2`;
const answer = (name: string, over: Partial<Remembered> = {}): Remembered => ({
  ...{ headers: ['X-Auth-Request-User', name], targets: ['/oauth2/auth'], storeKey: undefined },
  ...over,
});

test('all answers of one session go at once, and no others', () => {
  const memory = answerMemory<Remembered>(1_000_000, () => 0);
  for (const name of ['one', 'two', 'one']) memory.set(cookie(name), answer(name, { storeKey: 'a' }));
  memory.set(cookie('three'), answer('three', { storeKey: 'b' }));
  memory.deleteOf('a');
  expect(['one', 'two', 'three'].map((name) => memory.get(cookie(name))?.storeKey)).toEqual([
    undefined,
    undefined,
    'b',
  ]);
});

test.each([
  ['long headers', { headers: ['X-Auth-Request-Access-Token', 'x'.repeat(8_000)] }],
  ['long targets', { targets: Array.from({ length: 16 }, (_, i) => `/oauth2/auth?n=${i}${'x'.repeat(1_000)}`) }],
])('V-3: %s count', (_, over) => {
  const memory = answerMemory<Remembered>(100_000, () => 0);
  const names = Array.from({ length: 50 }, (_, i) => `user-${i}`);
  for (const name of names) memory.set(cookie(name), answer(name, { ...over, storeKey: name }));
  const left = names.filter((name) => memory.get(cookie(name)) !== undefined);
  expect(left.length).toBeLessThanOrEqual(12);
  expect(left.at(-1)).toBe('user-49');
});

test('C-2, P33: a cookie that ends like a remembered one is another one, before and after it is kept to the letter', () => {
  const memory = answerMemory<Remembered>(1_000_000, () => 0);
  const mine = cookie('one');
  const forged = `${mine[0]}X${mine.slice(2)}`;
  memory.set(mine, answer('one'));
  for (let i = 0; i < 3; i++) {
    expect(memory.get(forged)).toBeUndefined();
    expect(memory.get(mine)?.headers).toEqual(['X-Auth-Request-User', 'one']);
  }
  memory.delete(mine);
  expect(memory.get(mine)).toBeUndefined();
});

test('many sessions that take turns fit into little memory', () => {
  let now = 0;
  const memory = answerMemory<Remembered>(5_000_000, () => now);
  const long = (i: number) => `Fe26.2*1*${`user-${i}-`.padEnd(2_600, 'x')}*${String(i).padStart(43, 'A')}~2`;
  for (let i = 0; i < 3_000; i++) memory.set(long(i), answer(`user-${i}`));
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3_000; i++) {
      now += 1;
      expect(memory.get(long(i))?.headers[1]).toBe(`user-${i}`);
    }
  }
});
