// What does a Prometheus server read when several workers count? Sums over all of them, whichever it asks.
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Line } from './line.ts';
import { gatherCounts, tellCounts, type Counts } from './worker-counts.ts';

/** From now on the other workers can ask for what this one has counted. */
export function offerCounts(registry: Registry, line: Line): void {
  line.answer(tellCounts, async () => {
    const families = await registry.getMetricsAsJSON();
    // What a process is, such as the version of Node, is no sum, and prom-client would leave it out.
    const named = families.map((family) =>
      family.aggregator === 'omit' ? { ...family, aggregator: 'first' as const } : family,
    );
    return named as unknown as Counts; // prom-client's type knows nothing of the names within histograms
  });
}

export async function summedMetrics(line: Line): Promise<string> {
  const all = await line.ask(gatherCounts, undefined);
  return AggregatorRegistry.aggregate(all as unknown as object[]).metrics();
}
