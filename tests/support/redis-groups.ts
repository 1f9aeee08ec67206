// Redis under sentinels and as a cluster, with real servers that can fail over.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { eventually } from './eventually.ts';
import { startRedis, type RedisServer } from './redis.ts';

const run = promisify(execFile);

export interface RedisSentinels {
  readonly masterName: string;
  /** URLs of the sentinels. */
  readonly urls: readonly string[];
  /** Both data servers; the first is the master at the beginning. */
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  /** Port of the master as the sentinels see it. */
  masterPort(): Promise<number>;
  close(): Promise<void>;
}

export interface SentinelSpec {
  readonly sentinelPassword?: string;
  /** For the data servers. */
  readonly args?: readonly string[];
}

/** A master, a replica, three sentinels; a failover takes about two seconds. */
export async function startSentinels({ sentinelPassword, args = [] }: SentinelSpec = {}): Promise<RedisSentinels> {
  const master = await startRedis({ args });
  const replica = await startRedis({ args: [...args, '--replicaof', '127.0.0.1', String(master.port)] });
  const folder = mkdtempSync(join(tmpdir(), 'sentinels-'));
  const cliArgs = sentinelPassword === undefined ? [] : ['-a', sentinelPassword, '--no-auth-warning'];
  const sentinels = await Promise.all(
    [0, 1, 2].map((i) => {
      const file = join(folder, `sentinel-${i}.conf`);
      writeFileSync(file, sentinelFile(master.port, sentinelPassword));
      return startRedis({ isSentinel: true, args: [file], cliArgs });
    }),
  );
  const [first] = sentinels as [RedisServer, RedisServer, RedisServer];
  await eventually('the sentinels to know one another and the replica', async () => {
    const all = await Promise.all(sentinels.map((one) => one.command('sentinel', 'master', 'main')));
    return all.every((one) => /num-other-sentinels\n2\n/.test(one) && /num-slaves\n1\n/.test(one));
  });
  await eventually('the replica to be in step', async () =>
    (await replica.command('info', 'replication')).includes('link_status:up'),
  );
  const all = [master, replica, ...sentinels];
  return {
    masterName: 'main',
    urls: sentinels.map(({ url }) => url),
    servers: [master, replica],
    sentinels,
    masterPort: async () => Number((await first.command('sentinel', 'get-master-addr-by-name', 'main')).split('\n')[1]),
    async close() {
      await Promise.all(all.map((one) => one.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function sentinelFile(masterPort: number, password: string | undefined): string {
  const lines = [
    `sentinel monitor main 127.0.0.1 ${masterPort} 2`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
    ...(password === undefined ? [] : [`requirepass ${password}`, `sentinel sentinel-pass ${password}`]),
  ];
  return `${lines.join('\n')}\n`;
}

export interface RedisCluster {
  readonly urls: readonly string[];
  /** Three masters, then the replica of the first of them. */
  readonly nodes: readonly RedisServer[];
  close(): Promise<void>;
}

/** Three masters, the first with a replica that takes its place within about two seconds. */
export async function startCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(
    [0, 1, 2, 3].map(async () => {
      const busPort = String(await freePort());
      const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-port', busPort];
      return startRedis({ args: [...args, '--cluster-allow-replica-migration', 'no'] });
    }),
  );
  const [first, , , replica] = nodes as [RedisServer, RedisServer, RedisServer, RedisServer];
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...addresses.slice(0, 3), '--cluster-yes']);
  await run('redis-cli', [
    '--cluster',
    'add-node',
    addresses[3] ?? '',
    addresses[0] ?? '',
    '--cluster-slave',
    '--cluster-master-id',
    await first.command('cluster', 'myid'),
  ]);
  await eventually('the cluster to agree', async () => {
    const infos = await Promise.all(nodes.map((node) => node.command('cluster', 'info')));
    const isOk = infos.every((info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:4'));
    return isOk && (await replica.command('info', 'replication')).includes('link_status:up');
  });
  return {
    urls: nodes.slice(0, 3).map(({ url }) => url),
    nodes,
    close: async () => void (await Promise.all(nodes.map((node) => node.close()))),
  };
}
