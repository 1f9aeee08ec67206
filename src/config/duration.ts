// How long does an operator mean? Durations in the notation of Go: `1h30m`, `1.5s`, `250ms`.

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, micro sign
  μs: 1e-3, // U+03BC, Greek mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const whole = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const piece = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Go keeps durations as 64-bit nanoseconds: about 292 years. */
const longestMs = 2 ** 63 / 1e6;

/** Milliseconds, or undefined when the text is no duration. A number needs its unit, except 0. */
export function parseDuration(text: string): number | undefined {
  if (/^[+-]?0+$/.test(text)) return 0;
  if (!whole.test(text)) return undefined;
  let ms = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(piece)) ms += Number(amount) * (unitMs[unit] ?? 0);
  if (ms >= longestMs) return undefined;
  return text.startsWith('-') ? -ms : ms;
}

/** A bare number in a config file counts nanoseconds, as in the reference. */
export function durationOfNanoseconds(count: number | bigint): number {
  return Number(count) / 1e6;
}

export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1_000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  return `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${seconds ? `${seconds}s` : ''}`;
}
