// What do the measurements say? A table for people, and every figure for programs.
import { ratio, spread, type Measured, type Spread } from './measure.ts';
import type { Scenario } from './scenarios.ts';

export interface Row {
  readonly scenario: Scenario;
  readonly measured: readonly Measured[];
}

export interface Verdict {
  readonly name: string;
  /** Of bare node:http in the same run. */
  readonly rate: Spread;
  readonly cpu: Spread;
  readonly goal: Scenario['goal'];
  readonly isMet: boolean;
  readonly measured: readonly Measured[];
}

export function verdict({ scenario, measured }: Row): Verdict {
  const [bare, sidecar] = measured;
  if (bare === undefined || sidecar === undefined) throw new Error(`${scenario.name} was not measured`);
  const rate = ratio(sidecar, bare, ({ perSecond }) => perSecond);
  const cpu = ratio(sidecar, bare, ({ cpuPer100k }) => cpuPer100k);
  const { goal } = scenario;
  const isMet = goal === undefined || (rate.median >= goal.rate && cpu.median <= goal.cpu);
  return { name: scenario.name, rate, cpu, goal, isMet, measured };
}

/** Margin of the gate: a mistake of a factor shows, a noisy machine does not. */
const margin = 0.6;

export function failsGate({ rate, cpu, goal }: Verdict): boolean {
  return goal !== undefined && (rate.median < goal.rate * margin || cpu.median > goal.cpu / margin);
}

export function markdown(verdicts: readonly Verdict[]): string {
  const head = [
    '| scenario | candidate | requests/s | CPU s per 100,000 | p50 ms | p99 ms | RSS MB | rate of bare | CPU of bare | goal |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|---|',
  ];
  return [...head, ...verdicts.flatMap(rowsOf)].join('\n');
}

function rowsOf(verdict: Verdict): readonly string[] {
  const [bare] = verdict.measured;
  return verdict.measured.map((measured, i) => {
    const of = (value: (round: Measured['rounds'][number]) => number) => spread(measured.rounds.map(value));
    const compared =
      bare === undefined || i === 0
        ? ['', '', '']
        : [
            percent(ratio(measured, bare, ({ perSecond }) => perSecond)),
            times(ratio(measured, bare, ({ cpuPer100k }) => cpuPer100k)),
            i === 1 ? goalText(verdict) : '',
          ];
    const cells = [
      i === 0 ? verdict.name : '',
      measured.name,
      range(
        of(({ perSecond }) => perSecond),
        0,
      ),
      range(
        of(({ cpuPer100k }) => cpuPer100k),
        2,
      ),
      of(({ p50Ms }) => p50Ms).median.toFixed(2),
      of(({ p99Ms }) => p99Ms).median.toFixed(2),
      (measured.residentBytes / 1024 / 1024).toFixed(0),
      ...compared,
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

function goalText({ goal, isMet }: Verdict): string {
  return goal === undefined ? '' : `≥ ${goal.rate * 100} %, ≤ ${goal.cpu} × ${isMet ? '✓' : '✗'}`;
}

export function range({ median, min, max }: Spread, digits: number): string {
  const text = (value: number) =>
    value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${text(median)} (${text(min)}–${text(max)})`;
}

function percent({ median, min, max }: Spread): string {
  return `${(median * 100).toFixed(0)} % (${(min * 100).toFixed(0)}–${(max * 100).toFixed(0)})`;
}

export function times({ median }: Spread): string {
  return `${median.toFixed(2)} ×`;
}
