// Is everything forgotten in time, and nothing too early?
import { expiringMap } from '../../src/session/expiring-map.ts';

function make(limit = 100) {
  let now = 0;
  return { map: expiringMap<number>({ clock: () => now, lifetimeMs: 10, limit }), pass: (ms: number) => (now += ms) };
}

test('an entry lives as long as it should', () => {
  const { map, pass } = make();
  map.set('a', 1);
  pass(9);
  expect(map.get('a')).toBe(1);
  pass(1);
  expect(map.get('a')).toBeUndefined();
});

test('writing it again begins its life anew', () => {
  const { map, pass } = make();
  map.set('a', 1);
  map.set('b', 2);
  pass(5);
  map.set('a', 3);
  pass(6);
  expect([map.get('a'), map.get('b')]).toEqual([3, undefined]);
});

test('what is over takes no room after the next write', () => {
  const { map, pass } = make();
  for (let i = 0; i < 50; i++) map.set(`old ${i}`, i);
  pass(10);
  map.set('new', 1);
  expect(map.size()).toBe(1);
});

test('beyond the limit the oldest goes first', () => {
  const { map } = make(2);
  for (const [i, key] of ['a', 'b', 'a', 'c'].entries()) map.set(key, i);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size()]).toEqual([2, undefined, 3, 2]);
});
