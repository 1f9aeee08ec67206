// How are the counts kept, and which series does a Prometheus server read? Loaded only with --metrics-address.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Line } from './line.ts';
import { circuitSeries, sessionSeries, signOutSeries, storeSeries, type Registers } from './metrics-sessions.ts';
import type { Metrics } from './metrics.ts';
import { offerCounts, summedMetrics } from './summed-metrics.ts';

/** Every call makes series of its own; nothing is registered globally. With a line: sums over all workers. */
export function createMetrics(line?: Line): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = requestSeries(registers);
  const scrapes = scrapeSeries(registers);
  if (line) offerCounts(registry, line);
  return {
    ...requests,
    ...sessionSeries(registers),
    ...circuitSeries(registers),
    ...signOutSeries(registers),
    ...storeSeries(registers),
    async text() {
      scrapes.inFlight.inc();
      let code = '500';
      try {
        const body = leLast(await (line ? summedMetrics(line) : registry.metrics()));
        code = '200';
        return { contentType: registry.contentType, body };
      } finally {
        scrapes.total.inc({ code });
        scrapes.inFlight.dec();
      }
    },
  };
}

/** The order in which Go's programs write labels: scripts that read metrics with grep go on working. */
function leLast(text: string): string {
  return text.replace(/^(\w+_bucket)\{(le="[^"]+"),(.+)\} /gm, '$1{$3,$2} ');
}

/** Names, labels and buckets of the reference, so that dashboards and alerts go on working. */
function requestSeries(registers: Registers): Pick<Metrics, 'requestStarted' | 'requestEnded'> {
  const total = new Counter({
    name: 'oauth2_proxy_requests_total',
    help: 'Requests answered, by HTTP status code.',
    labelNames: ['code'],
    registers,
  });
  const inFlight = new Gauge({
    name: 'oauth2_proxy_requests_in_flight',
    help: 'Requests being answered now.',
    registers,
  });
  const duration = new Histogram({
    name: 'oauth2_proxy_response_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    requestStarted: () => inFlight.inc(),
    requestEnded({ method, statusCode, durationMs }) {
      inFlight.dec();
      total.inc({ code: statusCode });
      duration.observe({ method: methodLabel(method) }, durationMs / 1000);
    },
  };
}

const knownMethods = new Set([
  'get',
  'put',
  'head',
  'post',
  'delete',
  'connect',
  'options',
  'notify',
  'trace',
  'patch',
]);

/** Strangers choose the method; they must not choose how many series there are (reference: promhttp). */
function methodLabel(method: string): string {
  const label = method.toLowerCase();
  return knownMethods.has(label) ? label : 'unknown';
}

function scrapeSeries(registers: Registers) {
  const total = new Counter({
    name: 'promhttp_metric_handler_requests_total',
    help: 'Requests for these metrics, by HTTP status code.',
    labelNames: ['code'],
    registers,
  });
  for (const code of ['200', '500', '503']) total.inc({ code }, 0);
  const inFlight = new Gauge({
    name: 'promhttp_metric_handler_requests_in_flight',
    help: 'Requests for these metrics being answered now.',
    registers,
  });
  return { total, inFlight };
}
