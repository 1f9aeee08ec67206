// Where is Redis, and who are we there? What the options say, settled.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { Config } from '../config/options.ts';
import { readRedisUrl, type RedisUrl } from '../config/redis-url.ts';
import { redisUrls } from '../config/redis-use.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisTls {
  readonly ca: string[] | undefined;
  readonly rejectUnauthorized: boolean;
  /** Undefined: the host that is connected to. */
  readonly servername: string | undefined;
}

export interface RedisTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** Sentinels, or some nodes of the cluster, or the one server. */
  readonly nodes: readonly RedisNode[];
  /** Unix socket of the one server. */
  readonly path: string | undefined;
  readonly masterName: string;
  readonly sentinelPassword: string;
  readonly username: string;
  readonly password: string;
  readonly database: number;
  readonly tls: RedisTls | undefined;
}

/** Of what the start has checked already (config/invariants-redis.ts). */
export function redisTarget(options: Config['session']): RedisTarget {
  const kind = options.redisUseSentinel ? 'sentinel' : options.redisUseCluster ? 'cluster' : 'standalone';
  const urls = redisUrls(options).map(read);
  const last = urls.at(-1);
  if (last === undefined) throw new Error('no Redis URL'); // unreachable: invariants-redis
  return {
    kind,
    nodes: urls.map(({ host, port }) => ({ host, port })),
    path: last.kind === 'unix' ? last.path : undefined,
    masterName: options.redisSentinelMasterName,
    sentinelPassword: options.redisSentinelPassword,
    // reference: the last URL speaks for all, and the options of their own for it
    username: options.redisUsername || last.username,
    password: options.redisPassword || last.password,
    database: kind === 'standalone' ? last.database : 0, // reference: sentinels' URLs name none
    tls: tlsOf(options, last),
  };
}

function read(text: string): RedisUrl {
  const url = readRedisUrl(text);
  if (typeof url === 'string') throw new Error(`a Redis URL ${url}`); // unreachable: invariants-redis
  return url;
}

/** reference: a CA file and the leave to check nothing turn TLS on by themselves; the file adds to the system's authorities. */
function tlsOf(options: Config['session'], { isTls, host }: RedisUrl): RedisTls | undefined {
  const { redisCaPath, redisInsecureSkipTlsVerify } = options;
  if (!isTls && redisCaPath === '' && !redisInsecureSkipTlsVerify) return undefined;
  return {
    ca:
      redisCaPath === ''
        ? undefined
        : [...getCACertificates('default'), ...getCACertificates('system'), readFileSync(redisCaPath, 'utf8')],
    rejectUnauthorized: !redisInsecureSkipTlsVerify,
    // Nodes tell one another by address, certificates by name: that of rediss:// counts for all of them (reference: ParseURL).
    servername: isTls && isIP(host) === 0 ? host : undefined,
  };
}
