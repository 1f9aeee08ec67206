// Is every option of the reference there, under the names and with the default that its users know?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { rowOfFlag, rows } from '../../src/config/options.ts';
import type { Row } from '../../src/config/options.ts';

/** flag | key in the file (- for none) | kind | default */
const frozen = readFileSync(join(import.meta.dirname, 'reference-options.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' |').map((cell) => cell.trim()))
  .map(([flag = '', key = '', kind = '', defaultText = '']) => ({ flag, key, kind, defaultText }));

test('the frozen list is whole', () => {
  expect(frozen).toHaveLength(172);
});

test.each(frozen)('--$flag is $key, a $kind, by default "$defaultText"', ({ flag, key, kind, defaultText }) => {
  const row = rowOfFlag(flag);
  expect(row && { key: row.configKey ?? '-', kind: plainKind(row), defaultText: row.defaultText }).toEqual({
    key,
    kind,
    defaultText,
  });
});

function plainKind({ kind }: Row): string {
  if (kind.isList) return 'list';
  if (kind.isSwitch) return 'switch';
  const [label = ''] = kind.label.split(' / auto');
  return label === 'integer' || label === 'duration' ? label : 'text';
}

test('what the reference does not know is marked as ours, and nothing else', () => {
  const known = new Set(frozen.map(({ flag }) => flag));
  const unknown = rows.filter(({ flag }) => !known.has(flag)).map(({ flag }) => flag);
  expect(rows.filter(({ ours }) => ours).map(({ flag }) => flag)).toEqual(unknown);
});

test('no two options share a flag, a key or a variable', () => {
  for (const names of [rows.map(({ flag }) => flag), rows.flatMap(({ configKey }) => configKey ?? [])]) {
    expect(new Set(names).size).toBe(names.length);
  }
});

describe('a property is named after the key', () => {
  test.each(rows)('$flag', ({ flag, property, configKey, kind }) => {
    const camel = (configKey ?? flag).replaceAll(/[_-](.)/g, (_, letter: string) => letter.toUpperCase());
    expect(property).toBe(kind.label === 'duration' ? `${camel}Ms` : camel);
  });
});

test.each([
  'client-secret',
  'cookie-secret',
  'basic-auth-password',
  'signature-key',
  'redis-password',
  'redis-sentinel-password',
  'redis-connection-url',
  'jwt-key',
  'github-token',
])('--%s is a secret', (flag) => {
  expect(rowOfFlag(flag)?.kind.isSecret).toBe(true);
});
