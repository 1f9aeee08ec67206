// The specification of src/lib/watch-file.ts, against a real file system.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFile } from '../../src/lib/watch-file.ts';

const intervalMs = 20;
let folder = '';
let stop = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

/** Watches `path` and remembers what a reader saw at each change. */
function follow(path: string): string[] {
  const seen: string[] = [];
  stop = watchFile({ path, intervalMs, onChange: () => seen.push(readFileSync(path, 'utf8')) });
  return seen;
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 250 && !holds(); tries++) await sleep(10);
}

test.each<[string, (path: string) => void]>([
  ['written in place', (path) => writeFileSync(path, 'new')],
  ['written in place with the same length', (path) => writeFileSync(path, 'NEW')],
  [
    'replaced by rename, as editors do',
    (path) => {
      writeFileSync(`${path}.new`, 'new');
      renameSync(`${path}.new`, path);
    },
  ],
])('a file %s is told once', async (_, change) => {
  const path = join(folder, 'emails');
  writeFileSync(path, 'old');
  const seen = follow(path);
  await sleep(3 * intervalMs);
  expect(seen).toEqual([]);

  change(path);
  await until(() => seen.length > 0);
  await sleep(4 * intervalMs);
  expect(seen).toEqual([readFileSync(path, 'utf8')]);
});

test('the swap of a Kubernetes ConfigMap is told', async () => {
  for (const version of ['v1', 'v2']) {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, 'emails'), version);
  }
  symlinkSync('v1', join(folder, '..data'));
  symlinkSync('..data/emails', join(folder, 'emails'));
  const seen = follow(join(folder, 'emails'));

  symlinkSync('v2', join(folder, '..tmp'));
  renameSync(join(folder, '..tmp'), join(folder, '..data'));
  await until(() => seen.length > 0);
  expect(seen).toEqual(['v2']);
});

test('a file that goes is no change, and the one that comes back is', async () => {
  const path = join(folder, 'emails');
  writeFileSync(path, 'old');
  const seen = follow(path);
  unlinkSync(path);
  await sleep(5 * intervalMs);
  expect(seen).toEqual([]);

  writeFileSync(path, 'back');
  await until(() => seen.length > 0);
  expect(seen).toEqual(['back']);
});

test('a file that is still being written is not told', async () => {
  const path = join(folder, 'emails');
  writeFileSync(path, '');
  const seen = follow(path);
  for (let part = 0; part < 40; part++) {
    writeFileSync(path, `${part}\n`, { flag: 'a' });
    await sleep(intervalMs / 4);
  }
  await until(() => seen.length > 0);
  expect(seen.at(-1)).toBe(readFileSync(path, 'utf8'));
});

test('nothing is told after the end', async () => {
  const path = join(folder, 'emails');
  writeFileSync(path, 'old');
  const seen = follow(path);
  stop();
  writeFileSync(path, 'new');
  await sleep(5 * intervalMs);
  expect(seen).toEqual([]);
});
