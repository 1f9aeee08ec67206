// Redis under sentinels and as a cluster, with real servers that can fail over.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { eventually } from './eventually.ts';
import { startRedis, type RedisServer } from './redis.ts';

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
  const quick = [...args, '--repl-diskless-sync-delay', '0'];
  const master = await startRedis({ args: quick });
  const replica = await startRedis({ args: [...quick, '--replicaof', '127.0.0.1', String(master.port)] });
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
  /** Three masters, then the replicas of the first and of the second of them. */
  readonly nodes: readonly RedisServer[];
  close(): Promise<void>;
}

const slots = 16_384;

/** Two of three masters have a replica that takes their place within about two seconds. */
export async function startCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([0, 1, 2, 3, 4].map(startNode));
  const first = nodes[0] as RedisServer;
  await Promise.all(
    nodes.slice(0, 3).map(async (node, i) => {
      const range = [Math.ceil((i * slots) / 3), Math.ceil(((i + 1) * slots) / 3) - 1].map(String);
      await node.command('cluster', 'addslotsrange', ...range);
      await node.command('cluster', 'set-config-epoch', String(i + 1));
    }),
  );
  for (const { port, busPort } of nodes.slice(1))
    await first.command('cluster', 'meet', '127.0.0.1', String(port), String(busPort));
  const allSay = async (text: string) =>
    (await Promise.all(nodes.map((node) => node.command('cluster', 'info')))).every((info) => info.includes(text));
  await eventually('the nodes to know each other', () => allSay('cluster_known_nodes:5'));
  const replicas = nodes.slice(3);
  for (const [i, replica] of replicas.entries()) {
    const id = (await nodes[i]?.command('cluster', 'myid')) ?? '';
    await eventually('the replica to follow', async () => (await replica.command('cluster', 'replicate', id)) === 'OK');
  }
  const inStep = async (node: RedisServer) => (await node.command('info', 'replication')).includes('link_status:up');
  await eventually(
    'the cluster to agree',
    async () => (await allSay('cluster_state:ok')) && (await Promise.all(replicas.map(inStep))).every(Boolean),
  );
  return {
    urls: nodes.slice(0, 3).map(({ url }) => url),
    nodes,
    close: async () => void (await Promise.all(nodes.map((node) => node.close()))),
  };
}

async function startNode(): Promise<RedisServer & { readonly busPort: number }> {
  const busPort = await freePort();
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-port', String(busPort)];
  const args = [...cluster, '--cluster-allow-replica-migration', 'no', '--repl-diskless-sync-delay', '0'];
  return { ...(await startRedis({ args })), busPort };
}
