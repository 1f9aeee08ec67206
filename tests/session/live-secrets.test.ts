// Do the secrets follow their files, and only where that makes sense?
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveSecrets, type LiveSecrets } from '../../src/session/live-secrets.ts';
import { keyIdOf } from '../../src/session/seal.ts';
import type { Fields } from '../../src/lib/logger.ts';

const [a, b, c] = ['a-secret-with-16-bytes', 'b-secret-with-16-bytes', 'c-secret-with-16-bytes'] as const;
const idOf = (secret: string) => keyIdOf(secret, 'session x');

let folder = '';
let live: LiveSecrets | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => {
  live?.close();
  rmSync(folder, { recursive: true });
});

/** Files `0`, `1`, … with one secret each; `undefined` in place of one that is not there. */
function write(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.map((text, at) => {
    const path = join(folder, String(at));
    if (text === undefined) rmSync(path, { force: true, recursive: true });
    else writeFileSync(path, text);
    return path;
  });
}

function begin(paths: readonly string[], secrets: readonly string[] = [a, b]) {
  const lines: { level: string; message: string; fields: Fields | undefined }[] = [];
  const lineAt = (level: string) => (message: string, fields?: Fields) => void lines.push({ level, message, fields });
  const logger = { info: lineAt('info'), error: lineAt('error') };
  const it = liveSecrets({ secrets, paths, logger, keyIdOf: idOf, intervalMs: 15 });
  live = it;
  return { live: it, lines, last: () => lines.at(-1) };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !holds(); tries++) await sleep(10);
}

test('the start says how many there are and which, and shows none', () => {
  const { lines } = begin(write(a, b));
  expect(lines).toEqual([
    {
      level: 'info',
      message: 'cookie secrets: the first seals, all open',
      fields: { secrets: 2, keys: [idOf(a), idOf(b)] },
    },
  ]);
  expect(idOf(a)).toMatch(/^\d{1,10}$/);
});

test('what changed between reading the configuration and watching is not missed', () => {
  expect(begin(write(c, a)).live.current()).toEqual([c, a]);
});

test('the list stays the same one until it changes', () => {
  const { live, last } = begin(write(a, b));
  const before = live.current();
  live.reload();
  expect(live.current()).toBe(before);
  expect(last()?.message).toBe('the cookie secrets were read again and are the same');
});

test.each<[string, (paths: readonly string[]) => void]>([
  ['written in place', () => void write(c, a)],
  [
    'replaced by rename',
    (paths) =>
      paths.forEach((path, at) => {
        writeFileSync(`${path}.new`, [c, a][at] ?? '');
        renameSync(`${path}.new`, path);
      }),
  ],
])('files %s are followed', async (_, change) => {
  const paths = write(a, b);
  const { live, last } = begin(paths);
  change(paths);
  await until(() => live.current()[0] === c && live.current()[1] === a);
  expect(live.current()).toEqual([c, a]);
  expect(last()).toMatchObject({ level: 'info', fields: { secrets: 2, keys: [idOf(c), idOf(a)] } });
});

test('the swap of a folder, as Kubernetes does it, is one change', async () => {
  const mount = (version: string, texts: readonly string[]) => {
    mkdirSync(join(folder, version));
    texts.forEach((text, at) => writeFileSync(join(folder, version, String(at)), text));
    symlinkSync(version, join(folder, '..data.new'));
    renameSync(join(folder, '..data.new'), join(folder, '..data'));
  };
  mount('v1', [a, b]);
  const paths = ['0', '1'].map((name) => {
    symlinkSync(join('..data', name), join(folder, name));
    return join(folder, name);
  });
  const { live, lines, last } = begin(paths);
  mount('v2', [b, a]);
  await until(() => live.current()[0] === b);
  await sleep(100);
  expect(live.current()).toEqual([b, a]);
  expect(lines.map(({ level }) => level)).toEqual(['info', 'info']);
  expect(last()?.fields).toEqual({ secrets: 2, keys: [idOf(b), idOf(a)] });
});

test('a removed secret is named by its key', () => {
  const paths = write(a, b);
  const { live, last } = begin(paths);
  write(a, c);
  live.reload();
  expect(last()?.fields).toEqual({ secrets: 2, keys: [idOf(a), idOf(c)], removed: [idOf(b)] });
  expect(last()?.message).toMatch(/what a removed one sealed has ended/);
});

// prettier-ignore
test.each<[string, readonly (string | undefined)[], number, RegExp, RegExp]>([
  ['empty', [a, ''], 1, /at least 16 bytes, but has 0/, /openssl rand/],
  ['too short', ['short', a], 0, /at least 16 bytes, but has 5/, /openssl rand/],
  ['blank', [' '.repeat(40), a], 0, /is blank/, /openssl rand/],
  ['gone', [a, undefined], 1, /there is no such file/, /SIGHUP tries now/],
  ['the same as the other, halfway through a swap', [b, b], 1, /same secret as one before it/, /leave one/],
])('a file that is %s leaves the old secrets in force, loudly', (_, texts, at, because, remedy) => {
  const paths = write(a, b);
  const { live, last } = begin(paths);
  const before = live.current();
  write(...texts);
  live.reload();
  expect(live.current()).toBe(before);
  expect(last()).toMatchObject({ level: 'error', message: expect.stringContaining('the old ones stay in force') });
  expect(last()?.fields).toMatchObject({ reason: 'cookie_secret_unusable', path: paths[at], keys: [idOf(a), idOf(b)] });
  expect(String(last()?.fields?.['because'])).toMatch(because);
  expect(String(last()?.fields?.['remedy'])).toMatch(remedy);

  write(c, a);
  live.reload();
  expect(live.current()).toEqual([c, a]);
});

test('a folder in place of a file is told as one', () => {
  const paths = write(a, b);
  const { live, last } = begin(paths);
  write(a, undefined);
  mkdirSync(paths[1] ?? '');
  live.reload();
  expect(last()?.fields).toMatchObject({ because: 'it is a folder' });
});

test('secrets that were given directly stay, and a reload says so', () => {
  const { live, last } = begin([], [a]);
  live.reload();
  expect(live.current()).toEqual([a]);
  expect(last()?.message).toMatch(/not in files.*--cookie-secret-file/);
});
