// How long does one answer take at half of what the service can do? Compared with bare node:http at the same rate.
import { goal, type Finding } from './finding.ts';
import { measure, rateOf, type Candidate, type Plan } from './measure.ts';
import { ratio, range, spread, times } from './spread.ts';
import { steadyLoad, type Latencies } from './steady.ts';

/** Half of the service's own rate is what both get. */
export async function latency(bare: Candidate, sidecar: Candidate, plan: Plan): Promise<Finding> {
  const [fastest] = await measure([sidecar], { ...plan, rounds: Math.min(3, plan.rounds) });
  if (fastest === undefined) throw new Error('nothing was measured');
  const perSecond = Math.floor(rateOf(fastest).median / 2);
  const [own, ofBare]: [Latencies[], Latencies[]] = [[], []];
  for (let i = 0; i < plan.rounds; i++) {
    ofBare.push(await steadily(bare, perSecond, plan.seconds));
    own.push(await steadily(sidecar, perSecond, plan.seconds));
  }
  const p99 = (all: readonly Latencies[]) => all.map(({ p99Ms }) => p99Ms);
  const p50 = (all: readonly Latencies[]) => spread(all.map(({ p50Ms }) => p50Ms));
  const late = spread([...own, ...ofBare].map(({ lateP99Ms }) => lateP99Ms));
  const compared = ratio(p99(own), p99(ofBare));
  const isOurs = late.median < spread(p99(ofBare)).median / 2;
  return {
    title: 'Latency at half load',
    lines: [
      `${perSecond.toLocaleString('en')} requests a second, half of the service's own rate, sent on schedule to either in turn:`,
      '',
      `- oauth2-sidecar: p50 ${range(p50(own), 2)} ms, p99 ${range(spread(p99(own)), 2)} ms`,
      `- bare node:http: p50 ${range(p50(ofBare), 2)} ms, p99 ${range(spread(p99(ofBare)), 2)} ms`,
      `- p99 of bare's: ${times(compared)} (${goal('under 3 ×', compared.median < 3)})`,
      `- of this the load generator itself was late by ${range(late, 2)} ms (p99)${isOurs ? '' : ': the machine was too busy to tell the servers apart'}`,
    ],
    figures: { perSecond, sidecar: own, bare: ofBare, ratio: compared },
  };
}

function steadily({ server, path, cookies }: Candidate, perSecond: number, seconds: number): Promise<Latencies> {
  const { port } = new URL(server.origin);
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookies[0] ?? ''}\r\n\r\n`;
  return steadyLoad({ port: Number(port), request, perSecond, seconds });
}
