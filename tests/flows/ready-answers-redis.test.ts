// Redis tells that a session has changed: is every answer given up that hangs on it, whatever cookie it was made for?
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { browser, type Browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { redisValue, referenceSecret, signed, ticketText } from '../support/reference-writer.ts';
import { keepSecret } from '../support/written.ts';

needs('redis-server')('C-4, C-8: a session that goes from Redis is over for every cookie of it', () => {
  let redis: RedisServer;
  let client: Redis;
  let flow: Flow;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    flow = await startFlow({
      'cookie-secret': referenceSecret,
      'cookie-refresh': '5m',
      'session-store-type': 'redis',
      'redis-connection-url': redis.url,
    });
    await sleep(200); // until Redis tells what changes
  });
  afterAll(async () => {
    await flow.stop();
    client.disconnect();
    await redis.close();
  });
  beforeEach(() => client.flushall());

  async function warm(...people: readonly Browser[]): Promise<void> {
    for (const who of [...people, ...people, ...people]) expect((await flow.auth(who)).status).toBe(202);
  }

  /** As somebody does who knows nothing of us. */
  async function removeAll(): Promise<void> {
    const keys = await client.keys(`${sessionCookie}-*`);
    expect(keys).toHaveLength(1);
    await client.del(...keys);
    await sleep(100);
  }

  test('one that the reference began and that was refreshed since: it keeps its key', async () => {
    const key = `${sessionCookie}-${randomBytes(16).toString('hex')}`;
    const secret = randomBytes(16);
    const signedAtMs = Date.now() - 600_000;
    const fields = {
      ...{ ca: new Date(signedAtMs), eo: new Date(Date.now() + 3_000_000) },
      ...{ at: 'an-access-token', it: flow.idp.idToken(), rt: flow.idp.refreshToken() },
      ...{ e: 'jane@example.com', u: 'user-1', g: ['dev'], pu: 'jane' },
    };
    await client.set(key, redisValue(fields, secret), 'EX', 604_800);
    const cookie = signed(Buffer.from(ticketText(key, secret)), { secret: referenceSecret, signedAtMs });
    keepSecret(cookie);
    const who = browser(new Map([[sessionCookie, cookie]]));
    await warm(who);
    expect(who.cookies.get(sessionCookie)).toMatch(/^Fe26\.2\*/);
    await removeAll();
    expect((await flow.auth(who)).status).toBe(401);
  });

  test('two cookies of one session, from before and after a refresh', async () => {
    const before = await flow.member();
    const late = copyOf(before);
    flow.sidecar.pass(301_000);
    expect((await flow.auth(before)).status).toBe(202);
    expect(before.cookies.get(sessionCookie)).not.toBe(late.cookies.get(sessionCookie));
    await warm(before, late);
    await removeAll();
    expect([(await flow.auth(copyOf(before))).status, (await flow.auth(late)).status]).toEqual([401, 401]);
  });
});
