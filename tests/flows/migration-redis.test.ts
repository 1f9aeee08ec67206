// The image is swapped under sessions that oauth2-proxy keeps in Redis: nobody is signed out, and nothing is written before it must be.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { redisValue, referenceSecret, signed, ticketText } from '../support/reference-writer.ts';
import { keepSecret } from '../support/written.ts';

needs('redis-server')('sessions of oauth2-proxy in Redis', () => {
  let idp: BendableIdp;
  let redis: RedisServer;
  let client: Redis;
  let flow: Flow;
  beforeAll(async () => {
    [idp, redis] = await Promise.all([bendableIdp(), startRedis()]);
    client = new Redis(redis.url);
    flow = await startFlow(
      {
        'cookie-secret': referenceSecret,
        'cookie-refresh': '5m',
        'set-xauthrequest': true,
        'session-store-type': 'redis',
        'redis-connection-url': redis.url,
      },
      idp,
    );
  });
  afterAll(async () => {
    await flow.stop();
    client.disconnect();
    await redis.close();
    await idp.close();
  });
  beforeEach(async () => {
    idp.reset();
    await client.flushall();
  });

  /** As after a sign-in at the reference: a value in Redis, a ticket in the browser. */
  async function inherited(ageSeconds: number, form: 'new' | 'old' = 'new') {
    const key = `${sessionCookie}-${randomBytes(16).toString('hex')}`;
    const secret = randomBytes(16);
    const signedAtMs = Date.now() - ageSeconds * 1000;
    const fields = {
      ...{ ca: new Date(signedAtMs), eo: new Date(Date.now() + 3_000_000) },
      ...{ at: 'an-access-token', it: idp.idToken(), rt: idp.refreshToken() },
      ...{ e: 'jane@example.com', u: 'user-1', g: ['dev'], pu: 'jane' },
    };
    const value = redisValue(fields, secret);
    await client.set(key, value, 'EX', 604_800 - ageSeconds);
    const text = form === 'new' ? ticketText(key, secret) : `${key}.${secret.toString('base64url')}`;
    const cookie = signed(Buffer.from(text), { secret: referenceSecret, signedAtMs });
    keepSecret(cookie);
    return { who: browser(new Map([[sessionCookie, cookie]])), key, value };
  }

  test.each(['new', 'old'] as const)('the %s form of the ticket: good at once, and left as it is', async (form) => {
    const { who, key, value } = await inherited(60, form);
    const answer = await flow.auth(who);
    expect([answer.status, answer.setCookies]).toEqual([202, []]);
    expect(answer.headers.get('x-auth-request-email')).toBe('jane@example.com');
    // The way back is open: the reference would find what it wrote.
    expect((await client.getBuffer(key))?.equals(value)).toBe(true);
  });

  test('at the next refresh it is rewritten under its key, with a new life; the old cookie goes on', async () => {
    const { who, key, value } = await inherited(600);
    const late = copyOf(who);
    expect((await flow.auth(who)).status).toBe(202);
    expect(who.cookies.get(sessionCookie)).toMatch(/^Fe26\.2\*/);
    expect((await client.getBuffer(key))?.equals(value)).toBe(false);
    expect(await client.ttl(key)).toBeGreaterThan(604_800 - 60);
    expect((await flow.auth(late)).status).toBe(202);
    expect((await flow.auth(who)).status).toBe(202);
    expect(idp.count('refresh')).toBe(1);
  });

  test('T-7: twenty requests of one that is due make one token call', async () => {
    const { who } = await inherited(600);
    idp.bends.scripts = { refresh: { delayMs: 50 } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => flow.auth(copyOf(who))));
    expect([answers.every(({ status }) => status === 202), idp.count('refresh')]).toEqual([true, 1]);
  });

  test('signing out deletes it, and a copy of the cookie is worth nothing', async () => {
    const { who, key } = await inherited(60);
    const copy = copyOf(who);
    expect((await flow.open(who, '/oauth2/sign_out')).status).toBe(302);
    expect([await client.exists(key), who.cookies.size, (await flow.auth(copy)).status]).toEqual([0, 0, 401]);
  });
});
