// What is written where, in which form.
import type { LogOptions } from '../../src/lib/logger-winston.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { answered, failure, logged, noonMs } from './logged.ts';

describe('text, as the reference writes it', () => {
  test('a request', async () => {
    const { out } = await logged({}, (logger) => logger.request(answered));
    expect(out).toEqual([
      '127.0.0.1:4711 - rid - - [2026/01/02 11:59:59] app.example.com GET - "/some/path?x=1&y=%20z" HTTP/1.1 "conf-agent/1.0 \\"quoted\\"" 403 77 0.012',
    ]);
  });

  test('an auth event, and its reason on a line of its own', async () => {
    const { out } = await logged({}, (logger) => logger.auth(failure));
    expect(out[0]).toBe(
      '127.0.0.1:4711 - rid - x@other.test [2026/01/02 12:00:00] [AuthFailure] Invalid authentication via OAuth2: unauthorized',
    );
    expect(out[1]).toMatch(
      /^\[2026\/01\/02 12:00:00\] \[logger\.test\.ts:\d+\] refused reason=email_not_allowed request_id=rid username=x@other\.test$/,
    );
    expect(out).toHaveLength(2);
  });

  test('a standard line names its caller and its fields', async () => {
    const { out } = await logged({}, (logger) =>
      logger.info('100 %s done', { reason: 'a_b', text: 'two words', list: ['a', 'b'], missing: undefined, n: 3 }),
    );
    expect(out).toHaveLength(1);
    expect(out[0]).toMatch(
      /^\[2026\/01\/02 12:00:00\] \[logger\.test\.ts:\d+\] 100 %s done reason=a_b text="two words" list=a,b n=3$/,
    );
  });

  test('local time', async () => {
    const { out } = await logged({ loggingLocalTime: true }, (logger) => logger.info('x'));
    const pad = (n: number) => String(n).padStart(2, '0');
    const local = new Date(noonMs);
    expect(out[0]).toContain(`${pad(local.getHours())}:${pad(local.getMinutes())}:00]`);
  });

  test('own formats', async () => {
    const options = { authLoggingFormat: 'AUTH {{.Status}}|{{.UserAgent}}', standardLogging: false };
    const { out } = await logged(options, (logger) => logger.auth(failure));
    expect(out).toEqual(['AUTH AuthFailure|"conf-agent/1.0 \\"quoted\\""']);
  });
});

describe('json', () => {
  const json = { logFormat: 'json' } as const;

  test('a request', async () => {
    const { out } = await logged(json, (logger) => logger.request(answered));
    expect(out.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ time: '2026-01-02T11:59:59.250Z', level: 'info', kind: 'request', status_code: 403 }),
    ]);
  });

  test('an auth event is one line with its reason', async () => {
    const { out } = await logged(json, (logger) => logger.auth(failure));
    expect(out.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'warn', kind: 'auth', status: 'AuthFailure', reason: 'email_not_allowed' }),
    ]);
  });

  test('O-3: a field cannot pose as the level, the kind or the time', async () => {
    const { out } = await logged(json, (logger) => logger.info('m', { level: 'error', kind: 'auth', time: 'x' }));
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ level: 'info', kind: 'standard', message: 'm' });
  });
});

describe('which lines go where', () => {
  const all = (logger: Logger) => {
    logger.debug('debug');
    logger.info('info');
    logger.warn('warn');
    logger.error('error');
    logger.auth({ ...failure, reason: undefined });
    logger.request(answered);
  };
  const kinds = (lines: readonly string[]) =>
    lines.map((line) => /(debug|info|warn|error|AuthFailure|"\/some)/.exec(line)?.[1]);

  test.each<[string, Partial<LogOptions>, string[], string[]]>([
    ['errors go to stderr', {}, ['info', 'warn', 'AuthFailure', '"/some'], ['error']],
    ['unless wanted elsewhere', { errorsToInfoLog: true }, ['info', 'warn', 'error', 'AuthFailure', '"/some'], []],
    ['debug', { logLevel: 'debug' }, ['debug', 'info', 'warn', 'AuthFailure', '"/some'], ['error']],
    ['the level is that of standard lines alone', { logLevel: 'error' }, ['AuthFailure', '"/some'], ['error']],
    ['no auth lines', { authLogging: false }, ['info', 'warn', '"/some'], ['error']],
    ['no request lines', { requestLogging: false }, ['info', 'warn', 'AuthFailure'], ['error']],
    ['no standard lines', { standardLogging: false }, ['AuthFailure', '"/some'], []],
  ])('%s', async (_, options, out, err) => {
    const written = await logged(options, all);
    expect(kinds(written.out)).toEqual(out);
    expect(kinds(written.err)).toEqual(err);
  });

  test.each([
    ['the very path', '/hidden?tag=1', 0],
    ['the path with escapes', '/hidd%65n', 0],
    ['a path below', '/hidden/more', 1],
    ['a path that cannot be decoded', '/hidden%zz', 1],
  ])('excluded paths: %s', async (_, uri, lines) => {
    const options = { excludeLoggingPaths: ['/hidden'] };
    const { out } = await logged(options, (logger) => logger.request({ ...answered, uri }));
    expect(out).toHaveLength(lines);
  });
});
