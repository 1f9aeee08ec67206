// How long does one answer take at half of what the service can do? Compared with bare node:http at the same rate.
import type { Measured } from './measure.ts';
import type { Side } from './stage.ts';
import { spread, type Spread } from './measure.ts';
import { steadyLoad } from './steady.ts';

export interface Waits {
  readonly perSecond: number;
  readonly bareP99Ms: Spread;
  readonly p99Ms: Spread;
}

/** @param measured of the same side: half of the service's own rate is what both get */
export async function waits(
  side: Side,
  measured: readonly Measured[],
  plan: { rounds: number; seconds: number },
): Promise<Waits> {
  const [bare, sidecar] = side.candidates;
  const rates = measured[1]?.rounds.map(({ perSecond }) => perSecond) ?? [];
  if (bare === undefined || sidecar === undefined) throw new Error('nothing to compare');
  const perSecond = spread(rates).median / 2;
  const p99 = new Map([bare, sidecar].map(({ name }) => [name, [] as number[]]));
  for (let i = 0; i < plan.rounds; i++) {
    for (const { name, server, cookies, path } of [bare, sidecar]) {
      const port = Number(new URL(server.origin).port);
      const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookies[0] ?? ''}\r\n\r\n`;
      const { p99Ms } = await steadyLoad({ port, request, perSecond, seconds: plan.seconds });
      p99.get(name)?.push(p99Ms);
    }
  }
  return { perSecond, bareP99Ms: spread(p99.get(bare.name) ?? []), p99Ms: spread(p99.get(sidecar.name) ?? []) };
}
