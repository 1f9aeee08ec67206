// Does docs/migration.md speak of options, series and reasons that exist?
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rowOfFlag } from '../../src/config/options.ts';
import { createMetrics } from '../../src/lib/metrics-prometheus.ts';
import type { Flag } from '../../src/config/options.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/migration.md'), 'utf8');
const names = (pattern: RegExp) => [...new Set(Array.from(text.matchAll(pattern), ([, name = '']) => name))];

/** Of other programs: docker. */
const foreignFlags = ['name', 'env-file'];

test.each(names(/(?<![\w-])--([a-z][a-z-]+)/g).filter((flag) => !foreignFlags.includes(flag)))(
  '--%s is an option',
  (flag) => {
    expect(rowOfFlag(flag as Flag) ?? flag).not.toBe(flag);
  },
);

test('every series is one that is counted', async () => {
  const { body } = await createMetrics().text();
  const series = names(/`(oauth2_[a-z_]+)/g).filter((name) => name !== 'oauth2_proxy');
  expect(series.length).toBeGreaterThan(3);
  for (const name of series) expect(body).toContain(`# TYPE ${name} `);
});

test('every reason is one that is given', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const source = files.map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n');
  const reasons = names(/reason=([a-z_]+)/g);
  expect(reasons.length).toBeGreaterThan(2);
  for (const reason of reasons) expect(source).toContain(`'${reason}'`);
  for (const line of ['refused', 'refreshed a session']) expect(source).toContain(`'${line}'`);
});

test('the environment of the compose example is a valid configuration', () => {
  const found = text.matchAll(/^\s*(OAUTH2_PROXY_\w+): (.*?)\s*$/gm);
  const env = Object.fromEntries([...found].map(([, name, value = '']) => [name, value.replace(/^'(.*)'$/, '$1')]));
  expect(Object.keys(env).length).toBeGreaterThan(7);
  const program = [join(root, 'src/main.ts'), '--config-test'];
  const { status, stderr } = spawnSync(process.execPath, program, { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.not.stringMatching(/unknown|did you mean/i)]);
});
