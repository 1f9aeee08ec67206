// Is Redis wanted, and which option says where it is?
import type { Config, Flag } from './options.ts';

export const redisUrlFlags = [
  'redis-connection-url',
  'redis-sentinel-connection-urls',
  'redis-cluster-connection-urls',
] as const satisfies readonly Flag[];

export type RedisUrlFlag = (typeof redisUrlFlags)[number];

/** The one of three that counts. */
export function redisUrlFlag({ redisUseSentinel, redisUseCluster }: Config['session']): RedisUrlFlag {
  if (redisUseSentinel) return 'redis-sentinel-connection-urls';
  return redisUseCluster ? 'redis-cluster-connection-urls' : 'redis-connection-url';
}

export function redisUrls(options: Config['session']): readonly string[] {
  const { redisConnectionUrl, redisSentinelConnectionUrls, redisClusterConnectionUrls } = options;
  return {
    'redis-connection-url': redisConnectionUrl === '' ? [] : [redisConnectionUrl],
    'redis-sentinel-connection-urls': redisSentinelConnectionUrls,
    'redis-cluster-connection-urls': redisClusterConnectionUrls,
  }[redisUrlFlag(options)];
}

/** Sessions in cookies need it too where replicas are to know of each other's sign-outs and refreshes (security B15, T-7). */
export function usesRedis(options: Config['session']): boolean {
  return options.sessionStoreType === 'redis' || redisUrls(options).length > 0;
}
