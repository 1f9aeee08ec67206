// 200 requests, one due session, several processes: is the provider asked once, and does everybody stay in?
import { setTimeout as sleep } from 'node:timers/promises';
import { browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { copyOf } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { clientId, clientSecret } from '../support/real-provider.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { storm, strictProvider, type StormProvider } from '../support/storm.ts';
import { endAll, startService, type Service } from './program.ts';

/** Long enough for all sign-ins of a test; then it has ended, and whoever comes has nothing to go on with. */
const tokenSeconds = 2;
const originOf = ({ port }: Service) => `http://127.0.0.1:${port}`;

let stage: StormProvider;
beforeAll(async () => (stage = await strictProvider({ firstTokenSeconds: tokenSeconds })));
afterAll(() => stage.provider.close());
afterEach(endAll);

async function startReplicas(count: number, argv: readonly string[]): Promise<readonly string[]> {
  const given = { ...stage.options, 'cookie-refresh': 'auto', 'client-id': clientId, 'client-secret': clientSecret };
  const options = Object.entries(given).map(([flag, value]) => `--${flag}=${value}`);
  const all = ['--skip-provider-button', '--request-logging=false', ...options, ...argv];
  const replicas = await Promise.all(Array.from({ length: count }, () => startService(all)));
  const origins = replicas.map(originOf);
  // Redis can be asked, and the provider's document is there: a storm is no moment to fetch it.
  for (const origin of origins)
    await eventually(`${origin} to be ready`, async () => (await fetch(`${origin}/ready`)).ok);
  return origins;
}

/** For each list of places a session of its own. Twice: while it is refreshed, and when all still bring the old cookie. */
async function strikeTwice(...places: readonly (readonly string[])[]): Promise<void> {
  const people = await Promise.all(places.map(([first = '']) => stage.signIn(first)));
  for (const [i, [first = '']] of places.entries())
    expect((await copyOf(people[i] ?? browser()).get(`${first}/oauth2/auth`)).status).toBe(202);
  await sleep(tokenSeconds * 1000 + 100);
  for (const [i, origins] of places.entries()) {
    const who = people[i] ?? browser();
    const before = stage.tokenCalls();
    const { statuses, accessTokens } = await storm({ origins, who });
    expect([statuses, stage.tokenCalls() - before]).toEqual([{ 202: 200 }, 1]);
    expect(accessTokens).toHaveLength(1);
    const late = await storm({ origins, who, requests: 50 });
    expect([late.statuses, stage.tokenCalls() - before]).toEqual([{ 202: 50 }, 1]);
    expect(late.accessTokens).toEqual(accessTokens);
  }
}

test.each([
  ['1 worker', 1],
  ['2 workers', 2],
])('T-7, T-9: exactly one token call and 200 × 202: sessions in cookies, no Redis, %s', async (_, workers) => {
  await strikeTwice(await startReplicas(1, [`--workers=${workers}`]));
});

// Two replicas with sessions in cookies and no Redis know nothing of each other: there is no such row.
needs('redis-server')('with Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => (redis = await startRedis()));
  afterAll(() => redis.close());

  describe.each(['cookie', 'redis'])('sessions in: %s', (store) => {
    test.each([
      ['1 worker each', 1],
      ['2 workers each', 2],
    ])('T-7, T-9: exactly one token call and 200 × 202: one replica, then two, %s', async (_, workers) => {
      const origins = await startReplicas(2, [
        `--workers=${workers}`,
        `--session-store-type=${store}`,
        `--redis-connection-url=${redis.url}`,
      ]);
      await strikeTwice(origins.slice(0, 1), origins);
    });
  });
});
