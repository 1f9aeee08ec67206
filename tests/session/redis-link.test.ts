// Does the connection to Redis answer or fail within a second, whatever happens to the server, and come back by itself?
import { StoreFailure } from '../../src/session/redis-link.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { makeCertificates, startRedis, type Certificates, type RedisServer } from '../support/redis.ts';
import { linkTo, type TestLink } from '../support/redis-link.ts';

/** What a call may take at most, with room for a slow machine. */
const boundMs = 2_000;

const links: TestLink[] = [];
const open = (where: Parameters<typeof linkTo>[0]) => {
  const link = linkTo(where);
  links.push(link);
  return link;
};
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});

/** The reason, and how long it took. */
async function failure(work: Promise<unknown>) {
  const begun = performance.now();
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof StoreFailure)) throw new Error('it is no StoreFailure', { cause: error });
  return { reason: error.reason, ms: performance.now() - begun };
}

needs('redis-server')('what Redis is asked', () => {
  let redis: RedisServer;
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis.close());
  beforeEach(() => redis.command('flushall'));

  test('values come back as bytes, and live as long as they are told', async () => {
    const link = open(redis.url);
    const value = Buffer.from([0, 255, 13, 10]);
    await link.set('bytes', value, 60_000);
    await link.set('endless', 'text', 0);
    expect(await link.get('bytes')).toEqual(value);
    expect(await link.get('missing')).toBeUndefined();
    expect(Number(await redis.command('ttl', 'bytes'))).toBeGreaterThan(55);
    expect(await redis.command('ttl', 'endless')).toBe('-1');
    await link.remove('bytes', 'endless', 'missing');
    expect(await redis.command('dbsize')).toBe('0');
  });

  test('a value is set only if absent, only if present, and removed and prolonged by its owner alone', async () => {
    const link = open(redis.url);
    expect([await link.setIfPresent('a', 'x', 9_000), await link.setIfAbsent('a', 'mine', 9_000)]).toEqual([
      false,
      true,
    ]);
    expect([await link.setIfAbsent('a', 'theirs', 9_000), await link.removeIf('a', 'theirs')]).toEqual([false, false]);
    expect([await link.prolongIf('a', 'theirs', 90_000), await link.prolongIf('a', 'mine', 90_000)]).toEqual([
      false,
      true,
    ]);
    expect(Number(await redis.command('ttl', 'a'))).toBeGreaterThan(50);
    expect([await link.removeIf('a', 'mine'), await link.get('a')]).toEqual([true, undefined]);
  });

  test('a sorted set renews its life and never shortens it', async () => {
    const link = open(redis.url);
    await link.addScored('set', 'b', { score: 2, lifeMs: 60_000 });
    await link.addScored('set', 'a', { score: 1, lifeMs: 1_000 });
    await link.addScored('set', 'c', { score: 3, lifeMs: 90_000 });
    expect(await link.scoredFrom('set', 2)).toEqual(['b', 'c']);
    expect(Number(await redis.command('ttl', 'set'))).toBeGreaterThan(80);
    await link.removeScoredBelow('set', 2);
    await link.removeScored('set', ['c']);
    expect(await link.scoredFrom('set', 0)).toEqual(['b']);
    await link.addScored('set', 'd', { score: 4, lifeMs: 0 });
    await link.addScored('set', 'e', { score: 5, lifeMs: 1_000 });
    expect(await redis.command('ttl', 'set')).toBe('-1');
  });

  test('what Redis refuses is a refusal at once, without what was sent', async () => {
    const link = open(redis.url);
    await link.set('text', 'secret-value', 0);
    const { reason, ms } = await failure(link.scoredFrom('text', 0));
    expect(reason).toBe('store_refused');
    expect(ms).toBeLessThan(boundMs / 2);
  });

  test('keys that somebody changes are told, and those of others are not', async () => {
    const [link, other] = [open(redis.url), open(redis.url)];
    const told: (string | undefined)[] = [];
    expect(await link.onChange('session-', (key) => told.push(key))).toBe(true);
    await other.set('session-1', 'a,b', 0);
    await other.set('else', 'x', 0);
    await other.remove('session-1');
    await eventually('both changes', () => told.length >= 3);
    expect(told).toEqual([undefined, 'session-1', 'session-1']);
    await redis.command('flushall');
    await eventually('the end of everything', () => told.length === 4 && told[3] === undefined);
  });
});

needs('redis-server')('C-8: when Redis is away', () => {
  let redis: RedisServer;
  beforeEach(async () => void (redis = await startRedis()));
  afterEach(() => redis.close());

  test('a restart is waited for, and no call is lost', async () => {
    const link = open(redis.url);
    await link.ping();
    const calls: Promise<unknown>[] = [];
    const timer = setInterval(() => calls.push(link.set('key', 'value', 0)), 10);
    await redis.stop();
    await redis.start();
    await link.ping();
    clearInterval(timer);
    expect(calls.length).toBeGreaterThan(5);
    await Promise.all(calls);
  });

  test('calls fail within a second, then at once; it comes back by itself, and says each once', async () => {
    const link = open(redis.url);
    await link.ping();
    await redis.kill();
    expect((await failure(link.get('a'))).ms).toBeLessThan(boundMs);
    const known = await Promise.all(Array.from({ length: 50 }, () => failure(link.get('a'))));
    expect(new Set(known.map(({ reason }) => reason))).toEqual(new Set(['store_unreachable']));
    expect(Math.max(...known.map(({ ms }) => ms))).toBeLessThan(500);
    await redis.start();
    await eventually('an answer', () => link.ping().then(() => true, () => false)); // prettier-ignore
    expect(link.logged).toEqual([
      expect.stringMatching(/^Redis cannot be asked.*"reason":"store_unreachable"/),
      expect.stringContaining('Redis can be asked again'),
    ]);
  });

  test('a server that accepts and never answers is no different', async () => {
    const link = open(redis.url);
    await link.ping();
    redis.pause();
    const first = await failure(link.get('a'));
    expect(first).toEqual({ reason: 'store_timeout', ms: expect.any(Number) as number });
    expect(first.ms).toBeLessThan(boundMs);
    await eventually('calls to fail at once', async () => (await failure(link.get('a'))).ms < 100);
    redis.resume();
    await eventually('an answer', () => link.ping().then(() => true, () => false)); // prettier-ignore
    expect(link.logged).toHaveLength(2);
  });

  test('a process that stood still for a second and more finds the answer that has come meanwhile', async () => {
    const link = open(redis.url);
    await link.set('a', 'x', 9_000);
    const asked = link.get('a');
    await new Promise((resolve) => setImmediate(resolve)); // the question is on its way
    const untilMs = performance.now() + 1_300;
    while (performance.now() < untilMs); // as in a collection of garbage, or without a processor
    expect((await asked)?.toString()).toBe('x');
    expect(link.logged).toEqual([]);
  });

  test('who listens to changes is told that any may have happened, and hears the next ones', async () => {
    const link = open(redis.url);
    const told: (string | undefined)[] = [];
    await link.onChange('session-', (key) => told.push(key));
    expect(told).toEqual([undefined]);
    await redis.kill();
    await eventually('the loss', () => told.length === 2);
    await redis.start();
    await eventually('the return', () => told.length === 3);
    await redis.command('set', 'session-2', 'x');
    await eventually('the change', () => told.at(-1) === 'session-2');
    redis.pause();
    await eventually('silence to be noticed', () => told.length === 5 && told[4] === undefined);
    redis.resume();
  });
});

needs('redis-server', 'openssl')('who may ask', () => {
  let certificates: Certificates;
  beforeAll(async () => void (certificates = await makeCertificates()));
  afterAll(() => certificates.remove());

  /** With a user of an access list, and a password for everybody else. */
  function guarded() {
    const user = ['--user', 'sidecar', 'on', '>acl-secret', '~*', '&*', '+@all'];
    const others = ['--user', 'default', 'on', '>default-secret', '~*', '&*', '+@all'];
    return startRedis({ args: [...user, ...others], cliArgs: ['-a', 'default-secret', '--no-auth-warning'] });
  }

  test.each<[string, (server: RedisServer) => Record<string, string>, string]>([
    [
      'user and password of the URL',
      ({ port }) => ({ 'redis-connection-url': `redis://sidecar:acl-secret@127.0.0.1:${port}` }),
      'ok',
    ],
    [
      'options count before the URL',
      ({ port }) => ({
        'redis-connection-url': `redis://wrong:wrong@127.0.0.1:${port}`,
        'redis-username': 'sidecar',
        'redis-password': 'acl-secret',
      }),
      'ok',
    ],
    [
      'a password alone is that of the default user',
      ({ url }) => ({ 'redis-connection-url': url, 'redis-password': 'default-secret' }),
      'ok',
    ],
    [
      'a wrong password',
      ({ url }) => ({ 'redis-connection-url': url, 'redis-password': 'wrong-secret' }),
      'store_refused',
    ],
    ['no password', ({ url }) => ({ 'redis-connection-url': url }), 'store_refused'],
    [
      'a socket',
      ({ socket }) => ({ 'redis-connection-url': `unix://${socket}?db=3`, 'redis-password': 'default-secret' }),
      'ok',
    ],
  ])('%s', async (_, optionsOf, expected) => {
    const server = await guarded();
    try {
      const link = open(optionsOf(server));
      const outcome = await link.set('key', 'value', 0).then(() => 'ok', (error: unknown) => (error as StoreFailure).reason); // prettier-ignore
      expect(outcome).toBe(expected);
      expect(link.logged.join()).not.toMatch(/wrong|secret/);
    } finally {
      await server.close();
    }
  });

  test('the database is that of the URL, for a socket too', async () => {
    const server = await guarded();
    try {
      const rest = { 'redis-password': 'default-secret' };
      await open({ 'redis-connection-url': `${server.url}/3`, ...rest }).set('a', 'x', 0);
      await open({ 'redis-connection-url': `unix://${server.socket}?db=4`, ...rest }).set('b', 'x', 0);
      const of = (number: string) => server.command('-n', number, 'keys', '*');
      expect([await of('3'), await of('4'), await of('0')]).toEqual(['a', 'b', '']);
    } finally {
      await server.close();
    }
  });

  test.each<[string, (port: number) => Record<string, string>, string]>([
    [
      'rediss:// with the CA',
      (port) => ({ 'redis-connection-url': `rediss://localhost:${port}`, 'redis-ca-path': certificates.ca }),
      'ok',
    ],
    [
      'the CA turns TLS on by itself',
      (port) => ({ 'redis-connection-url': `redis://127.0.0.1:${port}`, 'redis-ca-path': certificates.ca }),
      'ok',
    ],
    [
      'so does the leave to check nothing',
      (port) => ({ 'redis-connection-url': `redis://127.0.0.1:${port}`, 'redis-insecure-skip-tls-verify': 'true' }),
      'ok',
    ],
    ['an unknown authority', (port) => ({ 'redis-connection-url': `rediss://localhost:${port}` }), 'store_refused'],
    ['without TLS', (port) => ({ 'redis-connection-url': `redis://localhost:${port}` }), 'store_unreachable'],
  ])('TLS: %s', async (_, optionsOf, expected) => {
    const { port, server } = await withTls();
    try {
      const link = open(optionsOf(port));
      const outcome = await link.ping().then(() => 'ok', (error: unknown) => (error as StoreFailure).reason); // prettier-ignore
      expect(outcome).toBe(expected);
    } finally {
      await server.close();
    }
  });

  async function withTls() {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const cliArgs = ['--tls', '--cacert', certificates.ca];
    return { port, server: await startRedis({ port, args: certificates.serverArgs(port), cliArgs }) };
  }
});
