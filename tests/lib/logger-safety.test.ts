// What strangers, secrets and stuck readers do to a log.
import { Writable } from 'node:stream';
import { createLogger } from '../../src/lib/logger-winston.ts';
import { answered, defaults, failure, logged, noonMs } from './logged.ts';

describe('O-3: strangers', () => {
  const evil = 'a\r\n127.0.0.1 - x - y [AuthSuccess] \u001b[2K %s%n';

  test.each(['text', 'json'] as const)(
    'write one line per event, without control characters (%s)',
    async (logFormat) => {
      const { out } = await logged({ logFormat }, (logger) => {
        logger.request({
          ...answered,
          uri: evil,
          userAgent: evil,
          requestId: evil,
          host: evil,
          method: evil,
          client: evil,
        });
        logger.auth({ ...failure, message: evil, username: evil, reason: undefined });
        logger.info(evil, { evil });
      });
      expect(out).toHaveLength(3);
      for (const line of out) expect(line).toMatch(/^[\x20-\x7e]*$/);
    },
  );

  test.each(['text', 'json'] as const)('cannot fill the log with 100 KiB (%s)', async (logFormat) => {
    const huge = 'x'.repeat(100 * 1024);
    const { out } = await logged({ logFormat }, (logger) =>
      logger.request({ ...answered, uri: `/${huge}`, userAgent: huge, requestId: huge }),
    );
    expect(out.join('').length).toBeLessThan(10_000);
  });

  test.each(['text', 'json'] as const)('and friends leave no secret (%s)', async (logFormat) => {
    const secrets = { uri: '/cb?code=top-secret&state=top-secret', userAgent: 'eyJtop-secret-secret.a.b' };
    const { out } = await logged({ logFormat }, (logger) => {
      logger.request({ ...answered, ...secrets });
      logger.info('token request failed: code=top-secret', { state: 'top-secret', access_token: 'top-secret' });
    });
    expect(out).toHaveLength(2);
    expect(out.join('\n')).not.toContain('top-secret');
  });
});

describe('nobody waits for the log', () => {
  test('a reader that is stuck costs lines, not memory, and is told how many', async () => {
    let release: () => void = () => undefined;
    let isStuck = true;
    let text = '';
    const stuck = new Writable({
      write(chunk: Buffer, _encoding, next) {
        text += chunk.toString();
        if (isStuck) release = next;
        else next();
      },
    });
    const streams = { out: stuck, err: stuck };
    const logger = createLogger({ log: defaults, streams, clock: () => noonMs });
    for (let i = 0; i < 10_000; i += 1) {
      logger.info('x'.repeat(1000));
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stuck.writableLength).toBeLessThan(5 * 1024 * 1024);
    const drained = new Promise((resolve) => stuck.once('drain', resolve));
    isStuck = false;
    release();
    await drained;
    logger.info('after');
    await logger.close();
    expect(text).toMatch(/\n\d+ log lines were dropped: nobody read them in time\n.*after\n$/);
  });

  test('a broken pipe ends neither the service nor its shutdown', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, next) => next(new Error('EPIPE')) });
    const logger = createLogger({ log: defaults, streams: { out: broken, err: broken }, clock: () => noonMs });
    logger.info('x');
    await new Promise((resolve) => setTimeout(resolve, 20));
    logger.info('y');
    await logger.close();
    logger.info('after the end');
  });
});
