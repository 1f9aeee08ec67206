// A logger with the reference's defaults, and what it wrote.
import { Writable } from 'node:stream';
import { createLogger } from '../../src/lib/logger-winston.ts';
import type { LogOptions } from '../../src/lib/logger-winston.ts';
import type { AuthEvent, Logger, RequestEvent } from '../../src/lib/logger.ts';

export const defaults: LogOptions = {
  logFormat: 'text',
  logLevel: 'info',
  authLogging: true,
  requestLogging: true,
  standardLogging: true,
  errorsToInfoLog: false,
  excludeLoggingPaths: [],
  loggingLocalTime: false,
  standardLoggingFormat: '[{{.Timestamp}}] [{{.File}}] {{.Message}}',
  authLoggingFormat: '{{.Client}} - {{.RequestID}} - {{.Username}} [{{.Timestamp}}] [{{.Status}}] {{.Message}}',
  requestLoggingFormat:
    '{{.Client}} - {{.RequestID}} - {{.Username}} [{{.Timestamp}}] {{.Host}} {{.RequestMethod}} {{.Upstream}} {{.RequestURI}} {{.Protocol}} {{.UserAgent}} {{.StatusCode}} {{.ResponseSize}} {{.RequestDuration}}',
};
export const noonMs = Date.UTC(2026, 0, 2, 12, 0, 0, 250);
export const facts = {
  client: '127.0.0.1:4711',
  host: 'app.example.com',
  protocol: 'HTTP/1.1',
  requestId: 'rid',
  method: 'GET',
  userAgent: 'conf-agent/1.0 "quoted"',
  username: undefined,
};
export const failure: AuthEvent = {
  ...facts,
  username: 'x@other.test',
  status: 'AuthFailure',
  message: 'Invalid authentication via OAuth2: unauthorized',
  reason: 'email_not_allowed',
};
export const answered: RequestEvent = {
  ...facts,
  startedAtMs: noonMs - 1000,
  durationMs: 12.3,
  uri: '/some/path?x=1&y=%20z',
  upstream: '-',
  statusCode: 403,
  responseSize: 77,
};

export function collector() {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, next) {
      text += chunk.toString();
      next();
    },
  });
  return { stream, lines: () => text.split('\n').slice(0, -1) };
}

export async function logged(options: Partial<LogOptions>, log: (logger: Logger) => void) {
  const [out, err] = [collector(), collector()];
  const streams = { out: out.stream, err: err.stream };
  const logger = createLogger({ log: { ...defaults, ...options }, streams, clock: () => noonMs });
  log(logger);
  await logger.close();
  return { out: out.lines(), err: err.lines() };
}
