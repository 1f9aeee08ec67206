// Does the service find the new master by itself, when the old one is gone or silent?
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { startCluster, startSentinels, type RedisCluster, type RedisSentinels } from '../support/redis-groups.ts';
import { linkTo, type TestLink } from '../support/redis-link.ts';

const isAnswered = (work: () => Promise<unknown>) => () =>
  work().then(
    () => true,
    () => false,
  );

/** Each takes as long as it may and no longer. */
async function slowestOf(works: readonly Promise<unknown>[]): Promise<number> {
  const begun = performance.now();
  await Promise.allSettled(works);
  return performance.now() - begun;
}

needs('redis-server')('C-8: under sentinels', () => {
  let group: RedisSentinels;
  let link: TestLink;
  beforeAll(async () => {
    group = await startSentinels({ sentinelPassword: 'sentinel-secret' });
    link = linkTo({
      'redis-use-sentinel': 'true',
      'redis-sentinel-connection-urls': group.urls,
      'redis-sentinel-master-name': group.masterName,
      'redis-sentinel-password': 'sentinel-secret',
    });
  }, 60_000);
  afterAll(async () => {
    await link.close();
    await group.close();
  });

  // The second failover is the way back: the old master has become a replica meanwhile.
  test.each<[string, 'kill' | 'pause', number]>([
    ['a master that is silent is replaced, nothing is lost, and changes are told again', 'pause', 0],
    ['a master that is gone is replaced, nothing is lost, and changes are told again', 'kill', 1],
  ])(
    '%s',
    async (_, fault, number) => {
      const [master, replica] = [group.servers[number], group.servers[1 - number]];
      const told: (string | undefined)[] = [];
      expect(await link.onChange(`${fault}-`, (key) => told.push(key))).toBe(true);
      await link.set(`${fault}-1`, 'kept', 0);
      await eventually('the replica to have it', async () => (await replica?.command('get', `${fault}-1`)) === 'kept');
      await master?.[fault]();

      expect(await slowestOf(Array.from({ length: 20 }, () => link.get(`${fault}-1`)))).toBeLessThan(2_000);
      await eventually(
        'the new master to be found',
        isAnswered(() => link.set(`${fault}-2`, 'new', 0)),
      );
      expect(await group.masterPort()).toBe(replica?.port);
      expect([String(await link.get(`${fault}-1`)), await replica?.command('get', `${fault}-2`)]).toEqual([
        'kept',
        'new',
      ]);
      await eventually('changes to be told again', async () => {
        await link.set(`${fault}-3`, 'x', 0);
        return told.includes(`${fault}-3`);
      });
      expect(told.filter((key) => key === undefined).length).toBeGreaterThanOrEqual(3); // begun, lost, begun again
      expect(link.logged.join()).not.toContain('sentinel-secret');
      master?.resume();
      if (fault === 'pause') {
        // The sentinels would do the same ten seconds later.
        await master?.command('replicaof', '127.0.0.1', String(replica?.port));
        await eventually(
          'the old master to follow',
          async () => (await master?.command('info', 'replication'))?.includes('link_status:up') === true,
        );
      }
    },
    60_000,
  );
});

needs('redis-server')('C-8: in a cluster', () => {
  let cluster: RedisCluster;
  let link: TestLink;
  beforeAll(async () => {
    cluster = await startCluster();
    link = linkTo({ 'redis-use-cluster': 'true', 'redis-cluster-connection-urls': cluster.urls });
  }, 60_000);
  afterAll(async () => {
    await link.close();
    await cluster.close();
  });

  test.each<[string, 'kill' | 'pause', number]>([
    ['a node that is gone is replaced, and the others answer all the time', 'kill', 0],
    ['a node that is silent is replaced, and the others answer all the time', 'pause', 1],
  ])(
    '%s',
    async (_, fault, number) => {
      const [first, replica] = [cluster.nodes[number], cluster.nodes[number + 3]];
      const keys = Array.from({ length: 60 }, (_unused, i) => `${fault}-${i}`);
      await Promise.all(keys.map((key) => link.set(key, key, 0)));
      const firstKeys = new Set((await first?.command('keys', '*'))?.split('\n'));
      const otherKeys = keys.filter((key) => !firstKeys.has(key));
      expect([firstKeys.size > 5, otherKeys.length > 5]).toEqual([true, true]);
      await eventually(
        'the replica to have them',
        async () => Number(await replica?.command('dbsize')) === firstKeys.size,
      );
      await first?.[fault]();

      const calls = keys.map((key) => link.get(key));
      expect(await slowestOf(calls)).toBeLessThan(2_000);
      const answers = await Promise.allSettled(calls);
      const answered = keys.filter((_key, i) => answers[i]?.status === 'fulfilled');
      expect(answered).toEqual(expect.arrayContaining(otherKeys));
      await eventually(
        'all keys to be there',
        isAnswered(() => Promise.all(keys.map((key) => link.get(key)))),
      );
      expect(await Promise.all(keys.map(async (key) => String(await link.get(key))))).toEqual(keys);
      await link.remove(...keys);
      expect(await link.onChange(`${fault}-`, () => {})).toBe(false);
    },
    60_000,
  );
});
