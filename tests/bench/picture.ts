// The rates as a picture: one bar a scenario, as a share of what bare node:http reaches.
import type { Verdict } from './report.ts';

const width = 860;
const barHeight = 22;
const gap = 12;
const labelWidth = 330;
const scale = (width - labelWidth - 90) / 1.1;

export function svg(verdicts: readonly Verdict[]): string {
  const height = verdicts.length * (barHeight + gap) + 60;
  const bars = verdicts.map((verdict, i) => bar(verdict, 40 + i * (barHeight + gap)));
  const full = labelWidth + scale;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${labelWidth}" y="22" fill="#444">requests per second, as a share of bare node:http in the same run</text>
<line x1="${full}" y1="30" x2="${full}" y2="${height - 16}" stroke="#999" stroke-dasharray="4 3"/>
<text x="${full}" y="${height - 3}" fill="#666" text-anchor="middle" font-size="11">100 %</text>
${bars.join('\n')}
</svg>
`;
}

function bar({ name, rate, goal }: Verdict, y: number): string {
  const length = Math.max(1, Math.min(1.1, rate.median) * scale);
  const mark = goal && labelWidth + goal.rate * scale;
  return [
    `<text x="${labelWidth - 10}" y="${y + 16}" text-anchor="end" fill="#222">${escaped(name)}</text>`,
    `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3" fill="#2f6f9f"/>`,
    mark &&
      `<line x1="${mark}" y1="${y - 3}" x2="${mark}" y2="${y + barHeight + 3}" stroke="#c0392b" stroke-width="2"/>`,
    `<text x="${labelWidth + length + 6}" y="${y + 16}" fill="#222">${(rate.median * 100).toFixed(0)} %</text>`,
  ]
    .filter(Boolean)
    .join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
