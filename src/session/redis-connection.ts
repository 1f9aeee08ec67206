// How is one connection to Redis opened, in each of its three forms? The only file that knows the client library.
import { Cluster, Command, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import type { RedisTarget } from './redis-target.ts';

/** Answers have the same form in every version of the protocol. */
type Options = Omit<RedisOptions, 'replyMapping'>;

export type Argument = string | Buffer | number;

/** One life of a connection: when it is lost, another is opened (redis-keeper.ts). */
export interface Connection {
  isReady(): boolean;
  /** Rejects with whatever went wrong, and never waits for a connection. Texts come as bytes. */
  send(name: string, args: readonly Argument[]): Promise<unknown>;
  /** Which server answers for this key; the silence of one of a cluster says nothing of the others. */
  serverOf(key: string): string;
  close(): void;
}

export interface ConnectionEvents {
  onReady(): void;
  /** For good. */
  onLost(): void;
  /** What went wrong, perhaps several times before it is lost. */
  onError(error: Error): void;
}

export type Connect = (events: ConnectionEvents) => Connection;

export const connectTimeoutMs = 2_000;
/** Silence while an answer is due; beyond it a server of a cluster is let go, and with it what waits there. */
const silenceMs = 2_000;

export function connectTo(target: RedisTarget): Connect {
  return target.kind === 'cluster' ? clusterConnect(target) : singleConnect(target);
}

/** A plain client, e.g. to listen to; it does not come back by itself. */
export function plainClient(target: RedisTarget, more: Options = {}): Redis {
  return new Redis({ ...serverOptions(target), ...placeOf(target), ...more });
}

function singleConnect(target: RedisTarget): Connect {
  return (events) => {
    const client = plainClient(target);
    listen(client, events);
    return {
      isReady: () => client.status === 'ready',
      send: (name, args) => client.callBuffer(name, ...args),
      serverOf: () => '',
      close: () => end(client),
    };
  };
}

function clusterConnect(target: RedisTarget): Connect {
  const options = {
    enableOfflineQueue: false,
    clusterRetryStrategy: null,
    // The caller tries again within its own time.
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    slotsRefreshTimeout: 1_000,
    slotsRefreshInterval: 1_000, // a node that is silent, not gone, is noticed by nothing else
    redisOptions: serverOptions(target),
    // Names stay names: the certificate is for them.
    ...(target.tls && { dnsLookup: (address, done) => done(null, address) }),
  } satisfies ClusterOptions;
  return (events) => {
    const cluster = new Cluster([...target.nodes], options);
    listen(cluster, events);
    cluster.on('node error', events.onError);
    return {
      isReady: () => cluster.status === 'ready',
      send: (name, args) => cluster.callBuffer(name, ...args),
      serverOf: (key) => cluster.slots[new Command('get', [key]).getSlot() ?? -1]?.[0] ?? '',
      close: () => end(cluster),
    };
  };
}

function listen(client: Redis | Cluster, { onReady, onLost, onError }: ConnectionEvents): void {
  client.on('ready', onReady);
  client.on('end', onLost);
  client.on('error', onError);
}

/** One that has ended would wait two seconds for what is over. */
export function end(client: Redis | Cluster): void {
  if (client.status !== 'end' && client.status !== 'close') client.disconnect();
}

/** What is true of every server alike. */
function serverOptions({ username, password, database, tls }: RedisTarget): Options {
  return {
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    db: database,
    ...(tls && { tls: { ...tls } }),
    connectTimeout: connectTimeoutMs,
    socketTimeout: silenceMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
    disableClientInfo: true, // unknown to servers before 7.2
  };
}

function placeOf({ kind, nodes, path, masterName, sentinelPassword, tls }: RedisTarget): Options {
  if (kind === 'sentinel') {
    return {
      sentinels: [...nodes],
      name: masterName,
      role: 'master',
      ...(sentinelPassword !== '' && { sentinelPassword }),
      ...(tls && { sentinelTLS: { ...tls }, enableTLSForSentinelMode: true }),
      sentinelCommandTimeout: connectTimeoutMs,
      sentinelRetryStrategy: () => null,
      failoverDetector: true,
    };
  }
  return path === undefined ? { ...nodes[0] } : { path };
}
