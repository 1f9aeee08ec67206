// How does it look? The rates as bars, each as a share of what bare node:http reached in the same run.
import { rateRatio } from './measure.ts';
import type { Verdict } from './report.ts';
import type { Spread } from './spread.ts';

interface Bar {
  readonly label: string;
  readonly rate: Spread;
  readonly cpu: Spread | undefined;
  readonly goal: number | undefined;
  readonly color: string;
}

const [width, labelWidth, noteWidth] = [900, 330, 150];
const [barHeight, step, top] = [20, 34, 52];
const most = 1.2;
const scale = (width - labelWidth - noteWidth) / most;
const [ours, theirs] = ['#2f6f9f', '#9aa5b1'];

export function svg(verdicts: readonly Verdict[], machine: string): string {
  const bars = verdicts.flatMap(barsOf);
  const height = top + bars.length * step + 36;
  const [full, bottom] = [labelWidth + scale, height - 34];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<title>Requests per second, as a share of bare node:http</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${labelWidth}" y="20" fill="#222" font-weight="bold">requests per second, as a share of bare node:http</text>
<text x="${labelWidth}" y="36" fill="#555" font-size="11">median, least and most; red: the goal; right: CPU time of a request, bare node:http is 1</text>
<line x1="${at(full)}" y1="${top - 8}" x2="${at(full)}" y2="${bottom}" stroke="#888" stroke-dasharray="4 3"/>
<text x="${at(full)}" y="${bottom + 12}" fill="#555" text-anchor="middle" font-size="11">100 %</text>
${bars.map((bar, i) => drawn(bar, top + i * step)).join('\n')}
<text x="12" y="${height - 6}" fill="#777" font-size="10">${escaped(machine)}</text>
</svg>
`;
}

function barsOf({ name, rate, cpu, goal, measured }: Verdict): readonly Bar[] {
  const [bare, , ...further] = measured;
  return [
    { label: name, rate, cpu, goal: goal?.rate, color: ours },
    ...further.flatMap((one) =>
      bare === undefined
        ? []
        : [{ label: one.name, rate: rateRatio(one, bare), cpu: undefined, goal: undefined, color: theirs }],
    ),
  ];
}

function drawn({ label, rate, cpu, goal, color }: Bar, y: number): string {
  const x = (share: number) => at(labelWidth + Math.min(most, Math.max(0, share)) * scale);
  const middle = y + barHeight / 2;
  const note = `${(rate.median * 100).toFixed(0)} %${cpu === undefined ? '' : `, CPU ${cpu.median.toFixed(2)}`}`;
  const goalLine =
    goal === undefined
      ? []
      : [
          `<line x1="${x(goal)}" y1="${y - 4}" x2="${x(goal)}" y2="${y + barHeight + 4}" stroke="#c0392b" stroke-width="2"/>`,
        ];
  return [
    `<text x="${labelWidth - 10}" y="${middle + 5}" text-anchor="end" fill="#222">${escaped(label)}</text>`,
    `<rect x="${labelWidth}" y="${y}" width="${at(Number(x(rate.median)) - labelWidth)}" height="${barHeight}" rx="2" fill="${color}"/>`,
    `<line x1="${x(rate.min)}" y1="${middle}" x2="${x(rate.max)}" y2="${middle}" stroke="#111" stroke-width="1.5"/>`,
    ...goalLine,
    `<text x="${width - noteWidth + 16}" y="${middle + 5}" fill="#222">${note}</text>`,
  ].join('\n');
}

function at(coordinate: number): string {
  return coordinate.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
