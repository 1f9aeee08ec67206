// The memory for answers of `auth`: bounded in bytes, and no answer outlives the session that it hangs on.
import { answerMemory, type Remembered } from '../../src/routes/answer-memory.ts';

const cookie = (name: string) => `Fe26.2*1*${name.padEnd(43, 'x')}~2`;
const answer = (name: string, over: Partial<Remembered> = {}): Remembered => ({
  ...{ cookie: cookie(name), headers: ['X-Auth-Request-User', name], targets: ['/oauth2/auth'], storeKey: undefined },
  ...over,
});

test('all answers of one session go at once, and no others', () => {
  const memory = answerMemory<Remembered>(1_000_000);
  for (const name of ['one', 'two', 'one']) memory.set(answer(name, { storeKey: 'a' }));
  memory.set(answer('three', { storeKey: 'b' }));
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
  const memory = answerMemory<Remembered>(100_000);
  const names = Array.from({ length: 50 }, (_, i) => `user-${i}`);
  for (const name of names) memory.set(answer(name, { ...over, storeKey: name }));
  const left = names.filter((name) => memory.get(cookie(name)) !== undefined);
  expect(left.length).toBeLessThanOrEqual(12);
  expect(left.at(-1)).toBe('user-49');
});
