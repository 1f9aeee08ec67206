// The dependency rule: a folder may import itself and any folder before it (docs/architecture.md).
import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

// prettier-ignore
const order = ['lib', 'config', 'request', 'session', 'provider', 'policy', 'response', 'upstream', 'routes', 'check', 'parts', 'parts.ts', 'listeners.ts', 'surroundings.ts', 'app.ts', 'serve.ts', 'supervise.ts', 'main.ts'];

/** The one place, or few, where a package may be known; a package that is not listed may not be used. */
const homes: Readonly<Record<string, readonly string[]>> = {
  bcryptjs: ['provider'],
  '@msgpack/msgpack': ['session'],
  'cookie-parser': ['app.ts'],
  express: ['response', 'routes', 'app.ts'],
  ioredis: ['session'],
  'ipaddr.js': ['lib'],
  'iron-session': ['session'],
  jose: ['provider'],
  'lru-cache': ['lib', 'session', 'provider', 'policy', 'response', 'routes'],
  'mime-types': ['upstream'],
  'openid-client': ['provider'],
  'prom-client': ['lib'],
  re2js: ['lib'],
  'rotating-file-stream': ['lib'],
  send: ['upstream'],
  'smol-toml': ['config'],
  undici: ['provider'],
  winston: ['lib'],
  yaml: ['config'],
  zod: ['config', 'session', 'provider'],
};

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const sources = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));
const imports = [...sources].flatMap(([file, source]) =>
  [...source.matchAll(/(?:\bfrom|\bimport\() ?'([^']+)'/g)].map(([, to = '']) => ({ file, to })),
);
const folderOf = (file: string) => file.split(/[\\/]/)[0] ?? '';

test('there is something to judge', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(imports.length).toBeGreaterThan(200);
  for (const file of files) expect(order).toContain(folderOf(file));
});

test.each(imports.filter(({ to }) => !to.startsWith('node:')))('$file may import $to', ({ file, to }) => {
  const from = folderOf(file);
  if (to.startsWith('.')) {
    const target = folderOf(normalize(join(file, '..', to)));
    expect(order.slice(0, order.indexOf(from) + 1)).toContain(target);
  } else {
    expect(homes[to] ?? []).toContain(from);
  }
});

test('every dependency of the package has a home, and is used', () => {
  const manifest = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as { dependencies: object };
  const used = new Set(imports.map(({ to }) => to));
  for (const name of Object.keys(manifest.dependencies)) {
    expect(Object.keys(homes)).toContain(name);
    expect(used).toContain(name);
  }
});

test('parts are loaded lazily only by the program itself', () => {
  const lazy = [...sources].filter(([, source]) => /\bimport\(/.test(source)).map(([file]) => file);
  expect(lazy.filter((file) => file !== 'main.ts' && file !== 'surroundings.ts')).toEqual([]);
});

test.each([...sources])('%s says in its first line what it is about, and is short enough to read', (file, source) => {
  expect(source).toMatch(/^\/\/ .+[.?!:)]\n/);
  expect(source.split('\n').length).toBeLessThanOrEqual(file.startsWith('config') ? 230 : 220);
});

test('only the program reads the process, and nothing is kept in modules', () => {
  const readers = [...sources].filter(([, source]) => /\bprocess\.(env|argv|stdout|stderr|exit)\b/.test(source));
  expect(readers.map(([file]) => file)).toEqual(['main.ts']);
  const keepers = [...sources].filter(([, source]) => /^(?:export )?let /m.test(source));
  expect(keepers.map(([file]) => file)).toEqual([]);
});

test('L1: no redirect is left to Express', () => {
  const leaving = [...sources].filter(([, source]) => /\bres\.(redirect|location)\(/.test(source));
  expect(leaving.map(([file]) => file)).toEqual([]);
});

test('what is loaded lazily is loaded by nobody at once', () => {
  const placed = imports.map(({ file, to }) => normalize(join(file, '..', to)));
  const lazy = [...sources].flatMap(([, source]) =>
    [...source.matchAll(/\bimport\('\.\/([^']+)'\)/g)].map(([, to]) => to),
  );
  expect(lazy).toContain('lib/metrics-prometheus.ts'); // prom-client costs memory and start-up time
  for (const target of lazy) expect(placed.filter((path) => path === target)).toHaveLength(1);
});
