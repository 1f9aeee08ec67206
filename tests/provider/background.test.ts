// When is something that failed tried again? (security V-4)
import { expect, test } from '@jest/globals';
import { background } from '../../src/provider/background.ts';
import { ProviderFailure } from '../../src/provider/failure.ts';
import { linesLogger, reasonOf } from './make.ts';
import type { Line } from './make.ts';

test('a failed attempt is repeated with growing pauses until it works, and the same trouble is logged once', async () => {
  const lines: Line[] = [];
  let attempts = 0;
  const load = async () => {
    attempts += 1;
    if (attempts < 4) throw new ProviderFailure('unreachable', 'discovery_unreachable', 'nobody there');
    return 'here';
  };
  const part = background({ load, logger: linesLogger(lines), delays: { firstMs: 5 } });
  part.start();
  const begun = performance.now();
  while (part.value() === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(performance.now() - begun).toBeGreaterThan((5 + 10 + 20) * 0.7);
  expect(attempts).toBe(4);
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'debug', 'debug', 'info']);
});

test('whoever waits does not wait for long, and many who wait ask once', async () => {
  let attempts = 0;
  const load = () => new Promise<string>(() => void (attempts += 1));
  const part = background({ load, logger: linesLogger(), delays: { patienceMs: 20 } });
  const waiting = await Promise.allSettled([part.ready(), part.ready(), part.ready()]);
  expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(attempts).toBe(1);
});

test('nothing is tried again after the stop', async () => {
  let attempts = 0;
  const load = async (): Promise<string> => {
    attempts += 1;
    throw new Error('no');
  };
  const part = background({ load, logger: linesLogger(), delays: { firstMs: 1 } });
  await part.ready().catch(reasonOf);
  part.stop();
  const before = attempts;
  await new Promise((resolve) => setTimeout(resolve, 20));
  await part.ready().catch(reasonOf);
  expect(attempts).toBe(before);
});
