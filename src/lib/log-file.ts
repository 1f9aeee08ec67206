// Where do log lines go when they go into a file, and which of the rotated files are kept?
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { Writable } from 'node:stream';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import type { Clock } from './clock.ts';
import { whyUnwritable } from './why-unwritable.ts';

export interface LogFileOptions {
  readonly loggingFilename: string;
  /** Megabytes; 0: 100 (reference). */
  readonly loggingMaxSize: number;
  /** Days; 0: rotated files do not age. */
  readonly loggingMaxAge: number;
  /** 0: all are kept. */
  readonly loggingMaxBackups: number;
  readonly loggingCompress: boolean;
  /** Of the time in the names of rotated files. */
  readonly loggingLocalTime: boolean;
}

export interface LogFileParts {
  readonly options: LogFileOptions;
  /** Takes the lines while the file cannot. */
  readonly instead: Writable;
  /** Told once when the file fails, and once when it is back. */
  readonly report: (message: string) => void;
  readonly clock: Clock;
  /** After a failure the file is tried again so often. */
  readonly retryMs?: number;
}

const dayMs = 24 * 3600_000;
const defaultMegabytes = 100;

/** A full disk loses no line and stops nobody: lines go elsewhere until the file can be written again. */
export function openLogFile({ options, instead, report, clock, retryMs = 10_000 }: LogFileParts): Writable {
  let file: RotatingFileStream | undefined;
  let timer: NodeJS.Timeout | undefined;

  const open = () => {
    const opened = rotating(options, clock);
    opened.on('error', (error) => fail(opened, error));
    opened.on('warning', (error) => report(`log file: ${error.message}`));
    opened.on('rotated', () => removeOld(options, { clock, report }));
    file = opened;
  };
  const fail = (failed: RotatingFileStream, error: Error) => {
    if (file !== failed) return;
    file = undefined;
    report(`the log file cannot be written, lines go to standard output meanwhile: ${error.message}`);
    timer = setTimeout(retry, retryMs).unref();
  };
  const retry = () => {
    if (whyUnwritable(options.loggingFilename) !== undefined) {
      timer = setTimeout(retry, retryMs).unref();
      return;
    }
    open();
    report('the log file can be written again');
  };

  open();
  removeOld(options, { clock, report });
  return new Writable({
    decodeStrings: false,
    write(chunk: string, encoding, done) {
      if (file === undefined) instead.write(chunk, () => done());
      else file.write(chunk, encoding, () => done());
    },
    final(done) {
      clearTimeout(timer);
      if (file === undefined) done();
      else file.end(() => done());
    },
  });
}

function rotating(options: LogFileOptions, clock: Clock): RotatingFileStream {
  const { loggingFilename: path, loggingMaxSize, loggingCompress } = options;
  const ending = loggingCompress ? '.gz' : '';
  const name = (time: number | Date | null, index = 1) =>
    time === null ? basename(path) : `${rotatedName(options, clock())}${index > 1 ? `.${index}` : ''}${ending}`;
  return createStream(name, {
    path: dirname(path),
    size: `${loggingMaxSize || defaultMegabytes}M`,
    ...(loggingCompress && { compress: 'gzip' as const }),
  });
}

/** `service-2026-11-22T15-04-05.123.log`, as the reference names them. */
function rotatedName({ loggingFilename: path, loggingLocalTime }: LogFileOptions, atMs: number): string {
  const offsetMs = loggingLocalTime ? new Date(atMs).getTimezoneOffset() * 60_000 : 0;
  const time = new Date(atMs - offsetMs).toISOString().slice(0, 23).replaceAll(':', '-');
  return `${stemOf(path)}-${time}${extname(path)}`;
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}

function removeOld(options: LogFileOptions, { clock, report }: Pick<LogFileParts, 'clock' | 'report'>): void {
  const { loggingFilename: path, loggingMaxAge, loggingMaxBackups } = options;
  const oldest = loggingMaxAge === 0 ? '' : rotatedName(options, clock() - loggingMaxAge * dayMs);
  const folder = dirname(path);
  try {
    // Names sort by time: the newest first.
    const rotated = readdirSync(folder).filter(isRotated(path)).sort().reverse();
    const isOld = (name: string, i: number) =>
      (loggingMaxBackups > 0 && i >= loggingMaxBackups) || (oldest !== '' && name < oldest);
    for (const name of rotated.filter(isOld)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    report(`old log files cannot be removed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Only what has the very shape of a rotated file is ever removed. */
function isRotated(path: string): (name: string) => boolean {
  const prefix = `${stemOf(path)}-`;
  const time = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}/;
  const ending = extname(path);
  return (name) => {
    if (!name.startsWith(prefix)) return false;
    const rest = name.slice(prefix.length);
    const tail = rest.replace(time, '');
    return tail !== rest && tail.startsWith(ending) && /^(\.\d+)?(\.gz)?$/.test(tail.slice(ending.length));
  };
}
