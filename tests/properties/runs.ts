// How often is each property tried, from which seed, and what may one reading of a stranger's bytes cost?
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { seed } from '../support/seeded.ts';

const longer = Number(process.env['FUZZ_RUNS'] ?? 0);
if (longer > 0) jest.setTimeout(3_600_000);

/** `FUZZ_RUNS=100000` runs every property that often. A failure is told with its seed, which `FUZZ_SEED` takes. */
export function runs(numRuns: number): Pick<fc.Parameters, 'seed' | 'numRuns' | 'interruptAfterTimeLimit'> {
  return longer > 0 ? { seed, numRuns: longer } : { seed, numRuns, interruptAfterTimeLimit: 8000 };
}

/** As much as a request's headers may hold. */
const longestBytes = 64 * 1024;

/** Start, middle and end of a text; apart, so that a failure can be read. */
export type Pieces = readonly [start: string, middle: string, end: string];

/** A few fragments again and again: what makes a reader slow whose effort grows with the square of the length. */
export function repetitive(fragments: readonly string[]): fc.Arbitrary<Pieces> {
  const few = fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 3 }).map((list) => list.join(''));
  return fc.tuple(few, few, few);
}

/**
 * The text with its middle as often as a request has room for. Processor time and not the time on the clock: others may
 * have the machine meanwhile.
 */
export function isCheap([start, middle, end]: Pieces, read: (text: string) => unknown): boolean {
  const text = start + middle.repeat(Math.floor((longestBytes - start.length - end.length) / middle.length)) + end;
  const before = process.cpuUsage();
  read(text);
  const { user, system } = process.cpuUsage(before);
  return user + system < 700_000;
}

/** Text as strangers send it: fragments that mean something to the reader, between any characters of one byte. */
export function wireText(fragments: readonly string[], maxLength = 12): fc.Arbitrary<string> {
  const byte = fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code));
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...fragments) },
    { weight: 1, arbitrary: byte },
    { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
  );
  return fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));
}
