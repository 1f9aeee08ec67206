// Can an operator see and end the sessions of a user?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { endAll, good, run, secrets } from './program.ts';

afterAll(endAll);

needs('redis-server')('sessions list and end', () => {
  let redis: RedisServer;
  let idp: BendableIdp;
  let flow: Flow;
  let inRedis: readonly string[];
  beforeAll(async () => {
    redis = await startRedis();
    idp = await bendableIdp();
    inRedis = ['--session-store-type=redis', `--redis-connection-url=${redis.url}`];
    flow = await startFlow(
      { 'session-store-type': 'redis', 'redis-connection-url': redis.url, 'cookie-secret': secrets.cookie },
      idp,
    );
    await eventually('Redis can be asked', async () => (await flow.open(browser(), '/ready')).status === 200);
  });
  afterAll(async () => {
    await flow.stop();
    await idp.close();
    await redis.close();
  });

  const sessions = (...words: readonly string[]) => run(['sessions', ...words, ...good, ...inRedis]);

  test('lists the sessions of a user by any name, as a table and for programs, and ends them everywhere', async () => {
    const [one, two] = [await flow.member(), await flow.member()];
    idp.bends.claims = {
      ...idp.bends.claims,
      sub: 'somebody-else',
      email: 'else@example.com',
      preferred_username: 'else',
    };
    const other = await flow.member();
    idp.reset();

    const { out, code, err } = await sessions('list', '--user', 'JANE@example.com');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^USER +E-MAIL +SIGNED IN +MADE OR REFRESHED +ENDS +SESSION$/m);
    expect(
      out.match(/jane@example\.com +20\d\d-\S+Z +20\d\d-\S+Z +20\d\d-\S+Z +_oauth2_proxy-[0-9a-f]{8}…$/gm),
    ).toHaveLength(2);
    expect(out).toMatch(/^2 sessions of JANE@example\.com$/m);
    expect(out).not.toContain('else@');

    const listed = JSON.parse((await sessions('list', '--user=jane@example.com', '--json')).out) as { email: string }[];
    expect(listed.map(({ email }) => email)).toEqual(['jane@example.com', 'jane@example.com']);

    const ended = await sessions('end', '--user=jane@example.com');
    expect([ended.code, ended.out.includes('ended 2 sessions of jane@example.com')]).toEqual([0, true]);
    expect([(await flow.auth(one)).status, (await flow.auth(two)).status, (await flow.auth(other)).status]).toEqual([
      401, 401, 202,
    ]);
    expect((await sessions('list', '--user=jane@example.com')).out).toBe('0 sessions of jane@example.com\n');
  });

  test('what was ended is served by no memory either', async () => {
    const who = await flow.member();
    expect((await flow.auth(who)).status).toBe(202);
    await sessions('end', '--user=jane@example.com');
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // by then every replica knows
    await redis.stop();
    expect((await flow.auth(who)).status).toBe(401);
    await redis.start();
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['no command', [], 2, /list or end must come first \(got ""\)\nusage: /],
    ['an unknown command', ['show'], 2, /list or end must come first \(got "show"\)/],
    ['nobody', ['list'], 2, /--user is required/],
    ['help', ['--help'], 0, /^usage: oauth2-sidecar sessions/],
    [
      'a Redis that is out',
      ['list', '--user=x', '--redis-connection-url=redis://127.0.0.1:9'],
      1,
      /the session store cannot be asked \(store_unreachable/,
    ],
    [
      'cookies',
      ['list', '--user=x', '--session-store-type=cookie'],
      2,
      /only where they are kept in Redis: --session-store-type=redis/,
    ],
  ])('%s is answered with what to do', async (_, words, code, text) => {
    const [action = '', ...rest] = words;
    const given = words.length === 0 ? ['sessions'] : ['sessions', action, ...good, ...inRedis, ...rest];
    const ended = await run(given);
    expect([ended.code, ended.out]).toEqual([code, expect.stringMatching(text)]);
  });

  test('a configuration that does not start is told as the service tells it', async () => {
    const ended = await run(['sessions', 'list', '--user=x', '--session-store-type=redis']);
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('--redis-connection-url is required')]);
  });
});
