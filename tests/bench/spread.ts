// What do several rounds say together?

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of nothing, and of anything that is not a number: not a number, so that no goal is met by it. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0 || values.some(Number.isNaN)) return { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  const sorted = values.toSorted((a, b) => a - b);
  const at = (i: number) => sorted[i] ?? Number.NaN;
  const half = sorted.length / 2;
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** The ratios of pairs, not of medians. */
export function ratio(of: readonly number[], to: readonly number[]): Spread {
  if (of.length !== to.length) throw new Error(`${of.length} rounds cannot be compared with ${to.length}`);
  return spread(of.map((value, i) => value / (to[i] ?? Number.NaN)));
}

/** `1,234 (1,200–1,300)` */
export function range({ median, min, max }: Spread, digits: number): string {
  const text = (value: number) =>
    value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${text(median)} (${text(min)}–${text(max)})`;
}

/** `93 % (90–95)` */
export function percent({ median, min, max }: Spread): string {
  const text = (value: number) => (value * 100).toFixed(0);
  return `${text(median)} % (${text(min)}–${text(max)})`;
}

/** `1.12 × (1.08–1.20)` */
export function times({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} × (${min.toFixed(2)}–${max.toFixed(2)})`;
}
