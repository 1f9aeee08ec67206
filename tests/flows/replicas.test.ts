// Do replicas with a Redis between them act as one, wherever the sessions are kept?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { copyOf, startFlow, type Flow } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';

needs('redis-server')('two replicas', () => {
  let idp: BendableIdp;
  let redis: RedisServer;
  beforeAll(async () => {
    [idp, redis] = await Promise.all([bendableIdp(), startRedis()]);
  });
  afterAll(async () => {
    await idp.close();
    await redis.close();
  });
  beforeEach(async () => {
    idp.reset();
    await redis.command('flushall');
  });

  describe.each(['cookie', 'redis'])('sessions in: %s', (store) => {
    let [one, two]: Flow[] = [];
    beforeAll(async () => {
      const options = {
        'session-store-type': store,
        'redis-connection-url': redis.url,
        'cookie-refresh': '1m',
        'set-xauthrequest': true,
        'pass-access-token': true,
      };
      [one, two] = await Promise.all([startFlow(options, idp), startFlow(options, idp)]);
    });
    afterAll(async () => {
      await one?.stop();
      await two?.stop();
    });
    const both = () => {
      if (!one || !two) throw new Error('they did not start');
      return [one, two] as const;
    };

    test('P35: who signed in at one is in at the other', async () => {
      const [here, there] = both();
      const who = await here.member();
      expect((await there.auth(who)).status).toBe(202);
    });

    test('C-4, B15: who signed out at one is out at the other within a second, with whatever copy of the cookie', async () => {
      const [here, there] = both();
      const who = await here.member();
      const copy = copyOf(who);
      expect((await there.auth(copy)).status).toBe(202);
      await here.open(who, '/oauth2/sign_out');
      const begun = performance.now();
      await eventually('the other replica to know', async () => (await there.auth(copyOf(copy))).status === 401);
      expect(performance.now() - begun).toBeLessThan(2_000); // a second, on a machine that does something else as well
    });

    test('T-7: when a session is due, fifty requests at two replicas make one token call, and all get in', async () => {
      const [here, there] = both();
      const who = await here.member();
      for (const { sidecar } of [here, there]) sidecar.pass(61_000);
      idp.bends.scripts = { refresh: { delayMs: 100 } };
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? here : there).auth(copyOf(who))),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
      expect(idp.count('refresh')).toBe(1);
      expect(new Set(answers.map(({ headers }) => headers.get('x-auth-request-access-token'))).size).toBe(1);
    });
  });

  test('the service starts while Redis cannot be reached, says why it is not ready, and is as soon as it can', async () => {
    const away = await startRedis();
    await away.stop();
    const flow = await startFlow({ 'session-store-type': 'redis', 'redis-connection-url': away.url }, idp);
    try {
      const ready = () => flow.open(browser(), '/ready');
      await eventually('Redis to be the reason', async () => /store_unreachable|[Rr]edis/.test((await ready()).text));
      expect((await ready()).status).toBe(503);
      await away.start();
      await eventually('the service to be ready', async () => (await ready()).status === 200);
      expect((await flow.auth(await flow.member())).status).toBe(202);
    } finally {
      await flow.stop();
      await away.close();
    }
  });
});
