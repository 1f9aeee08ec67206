// Can everybody read the pages? Contrast by WCAG 2.2: text 4.5 (1.4.3), borders of controls and focus 3 (1.4.11).
import { style } from '../../src/response/assets/style.ts';

const [light = '', dark = ''] = style.split('prefers-color-scheme: dark');

function colour(scheme: string, name: string): string {
  const value = new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(scheme)?.[1];
  if (value === undefined) throw new Error(`no colour --${name}`);
  return value;
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test.each([
  ['text', 'card', 4.5],
  ['quiet', 'card', 4.5],
  ['quiet', 'ground', 4.5],
  ['quiet', 'glow', 4.5],
  ['warn', 'card', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-over', 4.5],
  ['accent', 'ground', 4.5],
  ['text', 'ground', 4.5],
  ['line-strong', 'card', 3],
  ['accent', 'card', 3],
])('%s on %s reaches %d in both schemes', (one, other, atLeast) => {
  for (const scheme of [light, dark]) {
    expect(contrast(colour(scheme, one), colour(scheme, other))).toBeGreaterThanOrEqual(atLeast);
  }
});
