// Lines go into a file that is rotated by size; old files go by number and age; a file that fails loses nothing.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { openLogFile, type LogFileOptions } from '../../src/lib/log-file.ts';
import { whyUnwritable } from '../../src/lib/why-unwritable.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'log-file-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const defaults: LogFileOptions = {
  loggingFilename: '',
  loggingMaxSize: 1,
  loggingMaxAge: 7,
  loggingMaxBackups: 0,
  loggingCompress: false,
  loggingLocalTime: false,
};

function open(options: Partial<LogFileOptions> = {}) {
  let instead = '';
  const reports: string[] = [];
  const stream = openLogFile({
    options: { ...defaults, loggingFilename: join(folder, 'service.log'), ...options },
    instead: new Writable({ write: (chunk: Buffer, _, done) => done(void (instead += chunk.toString())) }),
    report: (message) => reports.push(message),
    clock: Date.now,
    retryMs: 20,
  });
  return { stream, reports, instead: () => instead };
}

const written = (stream: Writable, text: string) => new Promise<void>((done) => stream.write(text, () => done()));
const ended = (stream: Writable) => new Promise<void>((done) => stream.end(() => done()));
const rotatedFiles = () =>
  readdirSync(folder)
    .filter((name) => name !== 'service.log')
    .sort();
const halfMegabyte = `${'x'.repeat(512 * 1024 - 1)}\n`;

test('lines are appended to what is there', async () => {
  writeFileSync(join(folder, 'service.log'), 'before\n');
  const { stream } = open();
  await written(stream, 'after\n');
  await ended(stream);
  expect(readFileSync(join(folder, 'service.log'), 'utf8')).toBe('before\nafter\n');
});

test.each([
  ['as they are', false, /^service-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}(\.\d+)?\.log(\.\d+)?$/],
  ['compressed', true, /^service-.*\.log(\.\d+)?\.gz$/],
])('a full file is rotated, %s, and no line is lost', async (_, loggingCompress, shape) => {
  const { stream, reports } = open({ loggingCompress });
  for (let i = 0; i < 5; i++) await written(stream, halfMegabyte);
  await ended(stream);
  const rotated = rotatedFiles();
  expect(rotated.length).toBeGreaterThanOrEqual(1);
  for (const name of rotated) expect(name).toMatch(shape);
  const read = (name: string) => {
    const bytes = readFileSync(join(folder, name));
    return (loggingCompress && name.endsWith('.gz') ? gunzipSync(bytes) : bytes).length;
  };
  expect([...rotated, 'service.log'].reduce((sum, name) => sum + read(name), 0)).toBe(5 * halfMegabyte.length);
  expect(reports).toEqual([]);
});

test('of rotated files so many are kept as asked for; files of others stay', async () => {
  const old = [
    'service-2026-01-01T00-00-00.000.log',
    'service-2026-01-02T00-00-00.000.log.gz',
    'service-2026-01-03T00-00-00.000.log',
  ];
  const foreign = [
    'service-old.log',
    'service-2026-01-01.log',
    'other-2026-01-01T00-00-00.000.log',
    'service-2026-01-01T00-00-00.000.log.bak',
  ];
  for (const name of [...old, ...foreign]) writeFileSync(join(folder, name), 'x');
  const { stream } = open({ loggingMaxBackups: 2, loggingMaxAge: 0 });
  await ended(stream);
  expect(rotatedFiles()).toEqual([...old.slice(1), ...foreign].sort());
});

test('rotated files older than asked for go', async () => {
  const at = (daysAgo: number) =>
    `service-${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 23).replaceAll(':', '-')}.log`;
  const [old, young] = [at(8), at(6)];
  for (const name of [old, young]) writeFileSync(join(folder, name), 'x');
  const { stream } = open({ loggingMaxAge: 7 });
  await ended(stream);
  expect(rotatedFiles()).toEqual([young]);
});

test('while the file cannot be written lines go elsewhere, and back once it can', async () => {
  const { stream, reports, instead } = open();
  await written(stream, 'first\n');
  // The folder goes away under the file: the next rotation cannot be done.
  renameSync(folder, `${folder}-gone`);
  writeFileSync(folder, 'in the way');
  for (let i = 0; i < 5; i++) await written(stream, halfMegabyte);
  await written(stream, 'meanwhile\n');
  expect(reports[0]).toMatch(/cannot be written/);
  expect(instead()).toContain('meanwhile\n');
  rmSync(folder);
  mkdirSync(folder);
  for (let tries = 0; reports.length < 2 && tries < 200; tries++) await sleep(10);
  expect(reports[1]).toMatch(/can be written again/);
  await written(stream, 'back\n');
  await ended(stream);
  expect(readFileSync(join(folder, 'service.log'), 'utf8')).toContain('back\n');
  rmSync(`${folder}-gone`, { recursive: true, force: true });
});

test('a file that cannot be written is known before the start', () => {
  expect(whyUnwritable(join(folder, 'missing/service.log'))).toMatch(/ENOENT/);
  expect(whyUnwritable(folder)).toMatch(/EISDIR/);
  expect(whyUnwritable(join(folder, 'fine.log'))).toBeUndefined();
  chmodSync(join(folder, 'fine.log'), 0o600);
});
