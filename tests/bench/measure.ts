// Side by side: the candidates take turns in the same run, so that what else the machine does befalls all alike.
import { load } from './load.ts';
import type { Server } from './processes.ts';

export interface Candidate {
  readonly name: string;
  readonly server: Server;
  readonly cookies: readonly string[];
  readonly path: string;
  /** What every answer must be; 202 makes the load generator watch for others. */
  readonly status: number;
}

/** One round of one candidate. */
export interface Round {
  readonly perSecond: number;
  readonly cpuPer100k: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Measured {
  readonly name: string;
  readonly rounds: readonly Round[];
  readonly residentBytes: number;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly folder: string;
}

export async function measure(candidates: readonly Candidate[], plan: Plan): Promise<readonly Measured[]> {
  for (const candidate of candidates) await round(candidate, { ...plan, seconds: 1 }); // warms up, not counted
  const rounds = new Map<string, Round[]>(candidates.map(({ name }) => [name, []]));
  for (let i = 0; i < plan.rounds; i++)
    for (const candidate of candidates) rounds.get(candidate.name)?.push(await round(candidate, plan));
  return candidates.map(({ name, server }) => ({
    name,
    rounds: rounds.get(name) ?? [],
    residentBytes: server.residentBytes(),
  }));
}

async function round({ name, server, cookies, path, status }: Candidate, plan: Plan): Promise<Round> {
  const before = server.cpuSeconds();
  const outcome = await load({ url: server.origin + path, cookies, ...plan });
  const cpu = server.cpuSeconds() - before;
  const isOdd = status < 300 ? outcome.odd > 0 : outcome.odd < outcome.requests;
  if (isOdd) throw new Error(`${name} gave ${outcome.odd} answers of ${outcome.requests} that were not ${status}`);
  const { perSecond, p50Ms, p99Ms } = outcome;
  return { perSecond, cpuPer100k: (cpu / outcome.requests) * 100_000, p50Ms, p99Ms };
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (i: number) => sorted[i] ?? Number.NaN;
  const half = sorted.length / 2;
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** Round by round against the yardstick of the same round: what disturbed both falls out. */
export function ratio(of: Measured, to: Measured, value: (round: Round) => number): Spread {
  return spread(of.rounds.map((round, i) => value(round) / value(to.rounds[i] ?? round)));
}
