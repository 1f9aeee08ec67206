// Who is signed out at one replica, whatever worker heard of it: is that so at once there, soon elsewhere, and for who comes later?
import { setTimeout as sleep } from 'node:timers/promises';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { copyOf, pathOf } from '../support/flow.ts';
import { logoutToken } from '../support/logout-tokens.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { endAll, freePort, startService, type Service } from './program.ts';

needs('redis-server')('two replicas with two workers each, and Redis', () => {
  let idp: BendableIdp;
  let redis: RedisServer;
  beforeAll(async () => {
    [idp, redis] = await Promise.all([bendableIdp(), startRedis()]);
  });
  afterAll(async () => {
    await idp.close();
    await redis.close();
  });
  beforeEach(() => idp.reset());
  afterEach(endAll);

  const start = (store: string, port: number): Promise<Service> =>
    startService([
      `--http-address=127.0.0.1:${port}`,
      `--oidc-issuer-url=${idp.issuer}`,
      ...['--client-id=the-client', '--client-secret=the-secret', '--skip-provider-button'],
      ...['--workers=2', '--request-logging=false'],
      ...[`--session-store-type=${store}`, `--redis-connection-url=${redis.url}`],
    ]);

  async function signedIn(origin: string, sid: string): Promise<Browser> {
    idp.bends.idToken = { sid };
    const who = browser();
    const back = await idp.signIn((await who.get(`${origin}/oauth2/start`)).location ?? '');
    expect((await who.get(origin + pathOf(back))).status).toBe(302);
    return who;
  }
  /** On connections of their own, so that every worker is asked. */
  async function statuses(origin: string, who: Browser, count = 12): Promise<readonly number[]> {
    const answers = Array.from({ length: count }, () => copyOf(who).get(`${origin}/oauth2/auth`, { headers: {} }));
    return [...new Set((await Promise.all(answers)).map(({ status }) => status))].sort();
  }
  const ready = (origin: string) =>
    eventually(`${origin} to be ready`, async () => (await fetch(`${origin}/ready`)).ok);
  const tell = (origin: string, sid: string) =>
    browser().get(`${origin}/oauth2/backchannel-logout`, {
      method: 'POST',
      headers: {},
      body: new URLSearchParams({ logout_token: logoutToken(idp, { sid }) }),
    });

  describe.each(['cookie', 'redis'])('sessions in: %s', (store) => {
    test('C-4, B15: signed out at one: refused there by every worker at the very next request, and at the other within a second', async () => {
      const ports = [await freePort(), await freePort()] as const;
      await Promise.all(ports.map((port) => start(store, port)));
      const [here, there] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
      await Promise.all([ready(here), ready(there)]);
      for (const [round, way] of ['sign_out', 'backchannel', 'sign_out', 'backchannel'].entries()) {
        const who = await signedIn(here, `${store}-${round}`);
        const copy = copyOf(who);
        expect([await statuses(here, copy), await statuses(there, copy)]).toEqual([[202], [202]]);
        const answer =
          way === 'sign_out' ? await who.get(`${here}/oauth2/sign_out`) : await tell(here, `${store}-${round}`);
        expect(answer.status).toBe(way === 'sign_out' ? 302 : 200);
        const heardMs = performance.now();
        expect([way, await statuses(here, copy)]).toEqual([way, [401]]);
        await eventually('the other one to know', async () => (await statuses(there, copy)).join() === '401');
        expect(performance.now() - heardMs).toBeLessThan(2_000); // a second, on a machine that does something else as well
      }
    });

    test('B15: a replica that was down when the provider told of a logout refuses from its first answer on', async () => {
      const ports = [await freePort(), await freePort()] as const;
      const [, later] = await Promise.all(ports.map((port) => start(store, port)));
      const [here, there] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
      await Promise.all([ready(here), ready(there)]);
      const [ended, other] = [await signedIn(here, `${store}-s1`), await signedIn(here, `${store}-s2`)];
      later?.signal('SIGTERM');
      expect((await later?.ended())?.code).toBe(0);
      expect((await tell(here, `${store}-s1`)).status).toBe(200);
      await sleep(300);
      const starting = start(store, ports[1]);
      const first = await firstAnswer(there, ended);
      await starting;
      expect(first).toBe(401);
      await ready(there);
      expect([await statuses(there, ended), await statuses(there, other)]).toEqual([[401], [202]]);
    });
  });
});

/** As soon as somebody accepts at all. */
async function firstAnswer(origin: string, who: Browser): Promise<number> {
  for (;;) {
    const answer = await copyOf(who)
      .get(`${origin}/oauth2/auth`, { headers: {} })
      .catch(() => undefined);
    if (answer !== undefined) return answer.status;
    await sleep(2);
  }
}
