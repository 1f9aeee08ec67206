// What do the measurements say? A table for people, and every figure for programs.
import { crowded } from './machine.ts';
import { cpuOf, cpuRatio, rateOf, rateRatio, type Measured } from './measure.ts';
import type { Goal, Scenario } from './scenarios.ts';
import { percent, range, spread, times, type Spread } from './spread.ts';

export interface Verdict {
  readonly name: string;
  /** Of bare node:http in the same run. */
  readonly rate: Spread;
  readonly cpu: Spread;
  readonly goal: Goal | undefined;
  readonly isMet: boolean;
  /** Share of the machine that others took meanwhile. */
  readonly others: Spread;
  /** The yardstick first, then the service. */
  readonly measured: readonly Measured[];
}

export function verdict({ name, goal }: Pick<Scenario, 'name' | 'goal'>, measured: readonly Measured[]): Verdict {
  const [bare, sidecar] = measured;
  if (bare === undefined || sidecar === undefined) throw new Error(`${name} was not measured`);
  const [rate, cpu] = [rateRatio(sidecar, bare), cpuRatio(sidecar, bare)];
  const isMet = goal === undefined || (rate.median >= goal.rate && cpu.median <= goal.cpu);
  const others = spread(measured.flatMap(({ rounds }) => rounds.map((round) => round.others)));
  return { name, rate, cpu, goal, isMet, others, measured };
}

/** Margin of the gate: a mistake of a factor shows, a noisy machine does not. */
const margin = 0.6;

export function failsGate({ rate, cpu, goal }: Pick<Verdict, 'rate' | 'cpu' | 'goal'>): boolean {
  if (goal === undefined) return false;
  return !(rate.median >= goal.rate * margin && cpu.median <= goal.cpu / margin);
}

export function oneLine({ name, rate, cpu, goal, isMet, others }: Verdict): string {
  const asked = goal === undefined ? '' : ` (${goalText(goal)} ${mark(isMet)})`;
  const noise = others.median > crowded ? `; others took ${percent(others)} of the machine` : '';
  return `${name}: ${percent(rate)} of bare, CPU ${times(cpu)}${asked}${noise}`;
}

export function markdown(verdicts: readonly Verdict[]): string {
  const head = [
    '| | requests/s | CPU s per 100,000 | p50 ms | p99 ms | RSS MB | rate of bare | CPU of bare | goal |',
    '|---|--:|--:|--:|--:|--:|--:|--:|---|',
  ];
  const isCrowded = verdicts.some(({ others }) => others.median > crowded);
  const note = `† Others took more than ${crowded * 100} % of the machine meanwhile.`;
  return [...head, ...verdicts.flatMap(rowsOf), ...(isCrowded ? ['', note] : [])].join('\n');
}

function rowsOf(verdict: Verdict): readonly string[] {
  const { name, goal, isMet, others, measured } = verdict;
  const [bare] = measured;
  const title = `| **${name}**${others.median > crowded ? ' †' : ''} | | | | | | | | |`;
  const rows = measured.map((one, i) => {
    const of = (value: (round: Measured['rounds'][number]) => number) => range(spread(one.rounds.map(value)), 2);
    const isBare = bare === undefined || one === bare;
    const cells = [
      one.name,
      range(rateOf(one), 0),
      range(cpuOf(one), 2),
      of(({ p50Ms }) => p50Ms),
      of(({ p99Ms }) => p99Ms),
      (one.residentBytes / 1024 / 1024).toFixed(0),
      isBare ? '' : percent(rateRatio(one, bare)),
      isBare ? '' : times(cpuRatio(one, bare)),
      i === 1 && goal !== undefined ? `${goalText(goal)} ${mark(isMet)}` : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [title, ...rows];
}

function goalText({ rate, cpu }: Goal): string {
  return `≥ ${(rate * 100).toFixed(0)} %, ≤ ${cpu} ×`;
}

function mark(isMet: boolean): string {
  return isMet ? '✓' : '✗';
}
