// Does some test name each requirement of the security document, and does docs/security.md say why where none can?
import { readdirSync, readFileSync } from 'node:fs';

const numbered = (prefix: string, last: number) => Array.from({ length: last }, (_, at) => `${prefix}${at + 1}`);

/** The sections of the document and the numbers in them. */
const requirements = [
  ...[...numbered('U-', 3), ...numbered('N', 13), ...numbered('A', 18), ...numbered('M', 29), ...numbered('P', 35)],
  ...[...numbered('L', 17), ...numbered('K', 4), ...numbered('RD-', 8), ...numbered('H-', 16), ...numbered('C-', 9)],
  ...[...numbered('T-', 11), ...numbered('F-', 10), ...numbered('X-', 10), ...numbered('V-', 9), ...numbered('O-', 5)],
  ...[...numbered('BCP-', 17), ...numbered('RP-B', 14), ...numbered('RP-D', 6), ...numbered('RP-L', 4), 'RP-C'],
  ...[...numbered('RP-R', 3), ...numbered('RP-I', 2), ...numbered('B', 20), ...numbered('R', 8), ...numbered('FC-', 4)],
  ...numbered('D', 17),
];

const root = new URL('../../', import.meta.url);
const files = readdirSync(new URL('tests', root), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('security-ids.test.ts'))
  .map((file) => ({ file, text: withoutComments(readFileSync(new URL(`tests/${file}`, root), 'utf8')) }));

/** A comment shows nothing. */
function withoutComments(source: string): string {
  return source.replace(/\/\*\*[^]*?\*\//g, '').replace(/(?:^|\s)\/\/ .*$/gm, '');
}

function testsNaming(id: string): readonly string[] {
  const name = new RegExp(`(?<![\\w-])${id}(?!\\w)`);
  return files.filter(({ text }) => name.test(text)).map(({ file }) => file);
}

const document = readFileSync(new URL('docs/security.md', root), 'utf8');
/** Rows of the table of those without a test: the id, and why. */
const excused = new Map(
  [...document.matchAll(/^\| ([A-Z]+-?[A-Z]*\d+) +\| (.+?) +\|$/gm)].map(([, id = '', reason = '']) => [id, reason]),
);

test.each(requirements)('%s has a test that names it, or a reason why not', (id) => {
  const shown = testsNaming(id);
  if (excused.has(id))
    expect([id, shown]).toEqual([id, []]); // else its row can go
  else expect([id, shown]).not.toEqual([id, []]);
});

test('what is excused is a requirement, and the reason can be read', () => {
  for (const [id, reason] of excused) {
    expect(requirements).toContain(id);
    expect(reason.length).toBeGreaterThan(30);
  }
});

test('no requirement is listed twice', () => {
  expect(new Set(requirements).size).toBe(requirements.length);
});
