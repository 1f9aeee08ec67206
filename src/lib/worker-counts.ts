// What have all workers counted together, those that have ended included?
import { within, type Line, type Topic } from './line.ts';

/** A family of series as prom-client tells it (getMetricsAsJSON); it survives JSON. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly values: readonly Sample[];
}

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

export type Counts = readonly Family[];

/** From the first process: what have you counted? */
export const tellCounts: Topic<undefined, Counts> = { name: 'counts tell' };
/** The counts of every worker, and of all that have ended. */
export const gatherCounts: Topic<undefined, readonly Counts[]> = { name: 'counts gather' };

export interface CountDesk {
  /** A new worker. */
  join(line: Line): void;
}

/** A worker that is busy for longer is represented by what it said last. */
const patienceMs = 1_000;

/** Kept by the first process, so that no sum goes down when a worker ends: a rate would show it as a burst. */
export function countDesk(): CountDesk {
  const latest = new Map<Line, Counts>();
  let ended: Counts = [];

  async function ask(line: Line): Promise<void> {
    const counts = await within(line.ask(tellCounts, undefined), patienceMs).catch(() => undefined);
    if (counts !== undefined && latest.has(line)) latest.set(line, counts);
  }

  return {
    join(line) {
      latest.set(line, []);
      line.answer(gatherCounts, async () => {
        await Promise.all([...latest.keys()].map(ask));
        return [...latest.values(), ended].filter((counts) => counts.length > 0);
      });
      line.onClosed(() => {
        ended = added(ended, latest.get(line) ?? []);
        latest.delete(line);
      });
    },
  };
}

/** Only what counts up: a gauge of a process that is gone says nothing. */
function added(sum: Counts, more: Counts): Counts {
  const families = new Map(sum.map((family) => [family.name, family]));
  for (const family of more) {
    if (family.type !== 'counter' && family.type !== 'histogram') continue;
    const before = families.get(family.name)?.values ?? [];
    families.set(family.name, { ...family, values: addedSamples(before, family.values) });
  }
  return [...families.values()];
}

function addedSamples(sum: readonly Sample[], more: readonly Sample[]): readonly Sample[] {
  const samples = new Map(sum.map((sample) => [keyOf(sample), sample]));
  for (const sample of more) {
    const before = samples.get(keyOf(sample));
    samples.set(keyOf(sample), { ...sample, value: sample.value + (before?.value ?? 0) });
  }
  return [...samples.values()];
}

function keyOf({ metricName = '', labels }: Sample): string {
  return JSON.stringify([metricName, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
