// What do browsers and nginx hear when sessions are kept in Redis, and Redis goes away and comes back?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { samplesOf } from '../support/samples.ts';

needs('redis-server')('sessions in Redis', () => {
  let redis: RedisServer;
  let idp: BendableIdp;
  let flow: Flow;
  let other: Flow;
  beforeAll(async () => {
    redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    idp = await bendableIdp();
    const options = {
      'session-store-type': 'redis',
      'redis-connection-url': redis.url,
      'metrics-address': '127.0.0.1:0',
      'set-xauthrequest': true,
    };
    flow = await startFlow(options, idp);
    other = await startFlow({ ...options, 'session-outage-grace': '0' }, idp);
    await eventually('Redis can be asked', async () => (await flow.open(browser(), '/ready')).status === 200);
    await eventually('Redis can be asked', async () => (await other.open(browser(), '/ready')).status === 200);
  });
  afterAll(async () => {
    await flow.stop();
    await other.stop();
    await idp.close();
    await redis.close();
  });

  const metricsOf = async ({ sidecar }: Flow) =>
    samplesOf(await (await fetch(`http://127.0.0.1:${sidecar.metricsPort}/`)).text());
  const storeIsOut = async (at: Flow) => (await metricsOf(at))['oauth2_sidecar_session_store_out'];
  const keys = async () => (await redis.command('KEYS', `${sessionCookie}-*`)).split('\n').filter((key) => key !== '');
  const back = async () => {
    await redis.start();
    for (const at of [flow, other])
      await eventually('Redis is noticed to be back', async () => (await storeIsOut(at)) === 0);
  };
  const status = async (who: Browser, at = flow) => (await at.auth(who)).status;

  test('P35: a session is good on every replica', async () => {
    const who = await flow.member();
    const answer = await other.auth(who);
    expect([answer.status, answer.headers.get('x-auth-request-email')]).toEqual([202, 'jane@example.com']);
  });

  test('C-4, L9: after a sign-out a copy of the cookie is worth nothing, on any replica', async () => {
    const who = await flow.member();
    const copy = copyOf(who);
    expect((await flow.open(who, '/oauth2/sign_out')).status).toBe(302);
    expect([who.cookies.has(sessionCookie), await status(copyOf(copy)), await status(copy, other)]).toEqual([
      false,
      401,
      401,
    ]);
  });

  test('D12: a sign-out with a ticket that is none clears it all the same', async () => {
    const who = browser(new Map([[sessionCookie, 'garbage']]));
    const out = await flow.open(who, '/oauth2/sign_out');
    expect([out.status, who.cookies.has(sessionCookie)]).toEqual([302, false]);
  });

  test('C-8, M29: Redis out: who was seen lately goes on, others are unknown, no cookie is touched, and all is well afterwards', async () => {
    const who = await flow.member();
    await redis.stop();
    const seen = await flow.auth(who);
    expect([seen.status, seen.setCookies]).toEqual([202, []]);
    const unseen = await other.auth(who);
    expect([unseen.status, unseen.text, unseen.setCookies]).toEqual([401, 'Unauthorized\n', []]);
    for (const path of ['/page', '/oauth2/sign_in', '/oauth2/start?rd=/page']) {
      const page = await other.open(who, path);
      expect([path, page.status, page.headers.get('retry-after'), page.setCookies]).toEqual([path, 503, '10', []]);
    }
    const ready = await other.open(who, '/ready');
    expect([ready.status, ready.text]).toEqual([503, 'error: the session store cannot be asked (store_unreachable)\n']);
    expect(await metricsOf(flow)).toMatchObject({
      oauth2_sidecar_session_store_out: 1,
      oauth2_sidecar_sessions_from_memory_total: 1,
      'oauth2_sidecar_session_store_failures_total{reason="store_unreachable"}': 1,
    });
    await back();
    expect([await status(who), await status(who, other)]).toEqual([202, 202]);
    expect((await other.open(who, '/ready')).status).toBe(200);
  });

  test('a sign-in while Redis is out ends on a page that says so and leads back; the same browser is in afterwards', async () => {
    const who = browser();
    const { callback } = await flow.begin(who, '/page?x=1');
    await redis.stop();
    const page = await flow.open(who, callback);
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '10']);
    expect(page.text).toContain('Nothing is lost');
    expect(page.text).toContain('href="/page?x=1"');
    expect(who.cookies.has(sessionCookie)).toBe(false);
    await back();
    expect((await flow.signIn(who, '/page?x=1')).location).toBe('/page?x=1');
    expect(await status(who)).toBe(202);
  });

  test.each(['flow', 'other'] as const)(
    'a sign-out while Redis is out holds (%s), and the session is removed when it is back',
    async (which) => {
      await redis.command('FLUSHALL');
      const at = { flow, other }[which];
      const who = await flow.member();
      const copy = copyOf(who);
      await redis.stop();
      const out = await at.open(who, '/oauth2/sign_out');
      expect([out.status, who.cookies.has(sessionCookie)]).toEqual([302, false]);
      expect(await status(copyOf(copy), at)).toBe(401);
      await back();
      expect(await keys()).toEqual([]);
      expect([await status(copyOf(copy)), await status(copyOf(copy), other)]).toEqual([401, 401]);
    },
  );

  test('A10: the sign-in page ends the session, in Redis too', async () => {
    await redis.command('FLUSHALL');
    const button = await startFlow(
      { 'session-store-type': 'redis', 'redis-connection-url': redis.url, 'skip-provider-button': false },
      idp,
    );
    await eventually('Redis can be asked', async () => (await button.open(browser(), '/ready')).status === 200);
    const who = await flow.member();
    const copy = copyOf(who);
    expect((await button.open(who, '/oauth2/sign_in')).status).toBe(200);
    expect([await keys(), await status(copy)]).toEqual([[], 401]);
    await button.stop();
  });

  test('sessions go on through restarts of Redis during use: nobody is signed out', async () => {
    const people = [await flow.member(), await flow.member(), await flow.member()];
    const statuses = new Set<number>();
    let isOver = false;
    const load = Promise.all(
      people.map(async (who) => {
        while (!isOver) {
          const answer = await flow.auth(who);
          statuses.add(answer.status);
          if (answer.setCookies.length > 0) statuses.add(0);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }),
    );
    for (const end of [() => redis.stop(), () => redis.kill()]) {
      await end();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await redis.start();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    isOver = true;
    await load;
    expect([...statuses]).toEqual([202]);
  });
});
