// Is it clear where Redis is, and how to reach it?
import { X509Certificate } from 'node:crypto';
import { whyUnreadable, type Checkup } from './checkup.ts';
import type { Flag } from './options.ts';
import { readRedisUrl, type RedisUrl } from './redis-url.ts';
import { redisUrlFlag, redisUrlFlags, redisUrls, usesRedis } from './redis-use.ts';

export function checkRedis(checkup: Checkup): void {
  const { config, problem, nameOf } = checkup;
  const { redisUseSentinel, redisUseCluster, redisSentinelMasterName } = config.session;
  if (!usesRedis(config.session)) return;
  if (redisUseSentinel && redisUseCluster) {
    problem('redis-use-sentinel', `and ${nameOf('redis-use-cluster')} exclude each other`, 'leave one of them out');
  } else {
    checkUrls(checkup);
  }
  if (redisUseSentinel && redisSentinelMasterName === '') {
    problem('redis-sentinel-master-name', 'is required with sentinels', 'it stands behind "sentinel monitor" there');
  }
  checkTls(checkup);
}

function checkUrls({ config, problem, warn, nameOf, isGiven }: Checkup): void {
  const flag = redisUrlFlag(config.session);
  const texts = redisUrls(config.session);
  const remedy = 'such as redis://host:6379';
  if (texts.length === 0) problem(flag, 'is required where sessions are kept in Redis', remedy);
  texts.forEach((text, i) => {
    const url = readRedisUrl(text);
    // A password may stand in it, so it is not shown.
    const which = texts.length > 1 ? `(number ${i + 1}) ` : '';
    if (typeof url === 'string') problem(flag, `${which}${url}`, remedy);
    else if (url.kind === 'unix' && flag !== 'redis-connection-url') problem(flag, `${which}names a socket`, remedy);
    else warnOfUnused({ warn, nameOf }, flag, url);
  });
  for (const other of redisUrlFlags)
    if (other !== flag && isGiven(other)) warn(`${nameOf(other)} is not used: ${nameOf(flag)} counts`);
}

function warnOfUnused({ warn, nameOf }: Pick<Checkup, 'warn' | 'nameOf'>, flag: Flag, url: RedisUrl): void {
  const { unused, database } = url;
  if (unused.length > 0) warn(`${nameOf(flag)}: ${unused.join(', ')} behind the ? means nothing here`);
  if (database > 0 && flag !== 'redis-connection-url')
    warn(`${nameOf(flag)}: number ${database} is not used, database 0 is`);
}

function checkTls({ config, problem, warn, nameOf, readFile }: Checkup): void {
  const { redisCaPath, redisInsecureSkipTlsVerify } = config.session;
  if (redisInsecureSkipTlsVerify) warn(`${nameOf('redis-insecure-skip-tls-verify')} is insecure and meant for tests`);
  if (redisCaPath === '') return;
  const flag: Flag = 'redis-ca-path';
  let content;
  try {
    content = Buffer.from(readFile(redisCaPath));
  } catch (error) {
    return problem(flag, `names "${redisCaPath}", but ${whyUnreadable(error)}`);
  }
  try {
    new X509Certificate(content);
  } catch {
    problem(flag, `names "${redisCaPath}", which holds no certificates in PEM form`);
  }
}
