// Side by side: the candidates take turns in the same run, so that what else the machine does befalls all alike.
import { generators, type Generator } from './generators.ts';
import type { HeaderLine } from './load.ts';
import { watchOthers } from './machine.ts';
import type { Server } from './processes.ts';
import { ratio, spread, type Spread } from './spread.ts';

export interface Candidate {
  readonly name: string;
  readonly server: Server;
  readonly path: string;
  readonly cookies: readonly string[];
  readonly headers: readonly HeaderLine[];
  /** What every answer must be. */
  readonly status: number;
}

/** One round of one candidate. */
export interface Round {
  readonly perSecond: number;
  readonly cpuPer100k: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of the machine that neither candidate nor load generator took. */
  readonly others: number;
}

export interface Measured {
  readonly name: string;
  readonly rounds: readonly Round[];
  readonly residentBytes: number;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  /** Until the code that matters is compiled. */
  readonly warmUpSeconds: number;
  readonly folder: string;
  readonly generator: Generator;
}

export async function measure(candidates: readonly Candidate[], plan: Plan): Promise<readonly Measured[]> {
  for (const candidate of candidates) await round(candidate, { ...plan, seconds: plan.warmUpSeconds }); // not counted
  const rounds = new Map<string, Round[]>(candidates.map(({ name }) => [name, []]));
  for (let i = 0; i < plan.rounds; i++) {
    // Forth and back: a machine that gets slower and slower would favour whoever is always first.
    for (const candidate of i % 2 === 0 ? candidates : candidates.toReversed())
      rounds.get(candidate.name)?.push(await round(candidate, plan));
  }
  return candidates.map(({ name, server }) => ({
    name,
    rounds: rounds.get(name) ?? [],
    residentBytes: server.residentBytes(),
  }));
}

async function round(candidate: Candidate, { seconds, folder, generator }: Plan): Promise<Round> {
  const { name, server, path, cookies, headers, status } = candidate;
  const others = watchOthers();
  const before = server.cpuSeconds();
  const outcome = await generators[generator]({ url: server.origin + path, cookies, headers, seconds, folder });
  const cpu = server.cpuSeconds() - before;
  const { requests, perSecond, p50Ms, p99Ms, odd, broken } = outcome;
  const wrong = status < 400 ? odd : requests - odd;
  if (wrong > 0) throw new Error(`${name} gave ${wrong} answers of ${requests} that were not ${status}`);
  if (broken > 0) throw new Error(`${name} broke ${broken} connections, or did not answer in time`);
  return { perSecond, cpuPer100k: (cpu / requests) * 100_000, p50Ms, p99Ms, others: others() };
}

export function rateOf(measured: Measured): Spread {
  return spread(measured.rounds.map(({ perSecond }) => perSecond));
}

export function cpuOf(measured: Measured): Spread {
  return spread(measured.rounds.map(({ cpuPer100k }) => cpuPer100k));
}

/** Round by round against the yardstick of the same round: what disturbed both falls out. */
export function rateRatio(of: Measured, to: Measured): Spread {
  return ratio(
    of.rounds.map(({ perSecond }) => perSecond),
    to.rounds.map(({ perSecond }) => perSecond),
  );
}

export function cpuRatio(of: Measured, to: Measured): Spread {
  return ratio(
    of.rounds.map(({ cpuPer100k }) => cpuPer100k),
    to.rounds.map(({ cpuPer100k }) => cpuPer100k),
  );
}
