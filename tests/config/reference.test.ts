// Do the generated files say what the table says, and does --help name every flag?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { helpText } from '../../src/config/help.ts';
import { rows } from '../../src/config/options.ts';
import { envExample, optionsMarkdown } from '../../src/config/reference.ts';

const root = join(import.meta.dirname, '../..');

test.each([
  ['docs/options.md', optionsMarkdown],
  ['.env.example', envExample],
])('%s is up to date (node docs/generate.ts)', (path, generate) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(generate());
});

test('--help and the option reference name every flag, .env.example every variable', () => {
  const [help, markdown, example] = [helpText(), optionsMarkdown(), envExample()];
  for (const { flag, env } of rows) {
    expect(help).toMatch(new RegExp(`^ {2}--${flag}( |$)`, 'm'));
    expect(markdown).toContain(`| \`--${flag}\` |`);
    if (env !== undefined) expect(example).toMatch(new RegExp(`^#${env}=`, 'm'));
  }
});

test('.env.example sets nothing', () => {
  expect(
    envExample()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  ).toEqual([]);
});
