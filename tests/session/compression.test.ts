import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { compressed, inflated } from '../../src/session/compression.ts';

test('small data is left alone', () => {
  expect(compressed({ a: 1 })).toEqual({ a: 1 });
});

test('large data shrinks and comes back', () => {
  const data = { groups: Array.from({ length: 300 }, (_, i) => `/department/team-${i}`) };
  const packed = compressed(data);
  expect(JSON.stringify(packed).length).toBeLessThan(JSON.stringify(data).length / 2);
  expect(inflated(packed)).toEqual(data);
});

test('what does not shrink is left alone', () => {
  const data = { token: randomBytes(3000).toString('base64url') };
  expect(compressed(data)).toBe(data);
});

test.each([
  ['V-5, M20: a bomb', { z: deflateRawSync(Buffer.alloc(50 * 1024 * 1024)).toString('base64url') }],
  ['a damaged one', { z: 'AAAA' }],
  ['something else', { z: 1 }],
])('%s is nothing', (_, data) => {
  expect(inflated(data)).toBeUndefined();
});
