// Which events are written, and to which stream?
import { Writable } from 'node:stream';
import winston from 'winston';
import type { Clock } from './clock.ts';
import { jsonLines, textLines } from './log-lines.ts';
import type { LineFormats, LineWriter, StandardEvent, StandardLevel } from './log-lines.ts';
import { createLogSink } from './log-sink.ts';
import type { AuthEvent, Fields, Logger } from './logger.ts';

export interface LogOptions extends LineFormats {
  readonly logFormat: 'text' | 'json';
  /** Of standard lines; auth and request lines have their own switches. */
  readonly logLevel: StandardLevel;
  readonly authLogging: boolean;
  readonly requestLogging: boolean;
  readonly standardLogging: boolean;
  readonly errorsToInfoLog: boolean;
  readonly excludeLoggingPaths: readonly string[];
}

export interface LoggerParts {
  readonly log: LogOptions;
  /** Standard output and error; never ended. */
  readonly streams: { readonly out: Writable; readonly err: Writable };
  readonly clock: Clock;
  /** Number of the process among several; stands in JSON lines. */
  readonly worker?: number | undefined;
}

type Entry =
  | { readonly kind: 'standard'; readonly event: StandardEvent; readonly atMs: number }
  | { readonly kind: 'auth'; readonly event: AuthEvent; readonly atMs: number };

/** winston's ranks; auth lines pass at every --log-level. */
const levels = { auth: 0, error: 0, warn: 1, info: 2, debug: 3 } as const;
/** Where winston's transports look for the finished line (triple-beam). */
const MESSAGE = Symbol.for('message');

/** @throws TemplateProblem when a template cannot be used */
export function createLogger({ log, streams, clock, worker }: LoggerParts): Logger {
  const lines = log.logFormat === 'json' ? jsonLines(worker) : textLines(log);
  const out = outlet(streams.out, lines, log.logLevel);
  const err = log.errorsToInfoLog ? out : outlet(streams.err, lines, log.logLevel);
  const excluded = new Set(log.excludeLoggingPaths);

  const isWritten = (level: StandardLevel) => log.standardLogging && levels[level] <= levels[log.logLevel];
  const write = (event: StandardEvent) =>
    (event.level === 'error' ? err : out).write(event.level, { kind: 'standard', event, atMs: clock() });
  const standard = (level: StandardLevel) => {
    if (!isWritten(level)) return () => undefined;
    return function line(message: string, fields?: Fields): void {
      write({ level, message, fields, file: callerOf(line) });
    };
  };

  return {
    debug: standard('debug'),
    info: standard('info'),
    warn: standard('warn'),
    error: standard('error'),
    auth: function auth(event) {
      if (!log.authLogging) return;
      out.write('auth', { kind: 'auth', event, atMs: clock() });
      // The reference's line has no place for the reason, and tools parse that line.
      if (log.logFormat === 'text' && event.reason !== undefined && isWritten('info')) {
        const fields = { reason: event.reason, request_id: event.requestId, username: event.username };
        write({ level: 'info', message: 'refused', fields, file: callerOf(auth) });
      }
    },
    request(event) {
      if (!log.requestLogging || (excluded.size > 0 && excluded.has(pathOf(event.uri)))) return;
      out.line(lines.request(event));
    },
    async close() {
      await Promise.all([...new Set([out, err])].map((outlet) => outlet.close()));
    },
  };
}

interface Outlet {
  write(level: keyof typeof levels, entry: Entry): void;
  /** Past winston: a line for every request of the site, which passes at every level. */
  line(text: string): void;
  close(): Promise<void>;
}

/** One stream with its own winston logger. */
function outlet(stream: Writable, lines: LineWriter, level: StandardLevel): Outlet {
  const sink = createLogSink(stream);
  const lineEnd = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, next) {
      sink.write(line);
      next();
    },
  });
  const transport = new winston.transports.Stream({ stream: lineEnd, level, eol: '' });
  const format = winston.format((info) => Object.assign(info, { [MESSAGE]: lineOf(info['entry'] as Entry, lines) }));
  const logger = winston.createLogger({ levels, level, transports: [transport], format: format() });
  let isClosed = false;
  return {
    // Never winston's own formatting of arguments: `%s` in a stranger's text is text.
    write: (level, entry) => void (isClosed || logger.log({ level, message: '', entry })),
    line: (text) => void (isClosed || sink.write(text)),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await new Promise((resolve) => {
        transport.once('finish', resolve);
        logger.end();
      });
      await sink.flush();
    },
  };
}

function lineOf(entry: Entry, lines: LineWriter): string {
  switch (entry.kind) {
    case 'standard':
      return lines.standard(entry.event, entry.atMs);
    case 'auth':
      return lines.auth(entry.event, entry.atMs);
  }
}

/** `file.ts:12`: who called `callee`. */
function callerOf(callee: (...values: never[]) => void): string {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, callee);
  Error.stackTraceLimit = limit;
  return /([^/\\(]+:\d+):\d+\)?$/.exec(holder.stack ?? '')?.[1] ?? 'unknown:0';
}

/** Decoded, as the reference compares it. */
function pathOf(uri: string): string {
  const path = uri.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
