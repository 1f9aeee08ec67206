// Does memory stay where it is? Many requests over many sessions, and then many more.
import { goal, type Finding } from './finding.ts';
import { generators } from './generators.ts';
import type { Candidate, Plan } from './measure.ts';

const mebibyte = 1024 * 1024;
const limitBytes = 140 * mebibyte;
/** What the heap of a process at rest goes up and down by. */
const flatBytes = 15 * mebibyte;
const first = 100_000;

/** @param more requests after the first hundred thousand */
export async function memory({ server, path, cookies }: Candidate, plan: Plan, more: number): Promise<Finding> {
  const { folder, generator } = plan;
  const load = generators[generator];
  const atLeast = async (count: number) => {
    for (let sent = 0; sent < count;)
      sent += (await load({ url: server.origin + path, cookies, headers: [], seconds: 2, folder })).requests;
    return server.residentBytes();
  };
  const atStart = server.residentBytes();
  const afterFirst = await atLeast(first);
  const steps: number[] = [];
  for (let step = 0; step < 4; step++) steps.push(await atLeast(more / 4));
  const last = steps.at(-1) ?? Number.NaN;
  const mb = (bytes: number) => (bytes / mebibyte).toFixed(0);
  const growth = last - afterFirst;
  return {
    title: 'Memory',
    lines: [
      `- at the start ${mb(atStart)} MB`,
      `- after ${first.toLocaleString('en')} requests of ${cookies.length.toLocaleString('en')} sessions: ${mb(afterFirst)} MB (${goal('under 140 MB', afterFirst < limitBytes)})`,
      `- over the next ${more.toLocaleString('en')}: ${steps.map(mb).join(', ')} MB, which is ${growth < 0 ? '−' : '+'}${mb(Math.abs(growth))} MB (${goal('flat', growth < flatBytes)})`,
    ],
    figures: { atStart, afterFirst, more, steps },
  };
}
