// A connection to Redis as the service opens it, with what it wrote into the log.
import { loadConfig } from '../../src/config/load.ts';
import type { Fields } from '../../src/lib/logger.ts';
import type { RedisLink } from '../../src/session/redis-link.ts';
import { openRedisLink } from '../../src/session/redis-shared.ts';
import { readFileSync } from 'node:fs';

export interface TestLink extends RedisLink {
  readonly logged: readonly string[];
  readonly logger: { info(message: string, fields?: Fields): void; warn(message: string, fields?: Fields): void };
}

const base = {
  provider: 'oidc',
  'oidc-issuer-url': 'https://id.example',
  'client-id': 'app',
  'client-secret': 's3cret-of-the-client',
  'cookie-secret': 's3cret-of-the-cookie',
  'email-domain': '*',
  'session-store-type': 'redis',
};

/** By the URL of a standalone server, or by options as an operator writes them. */
export function linkTo(where: string | Readonly<Record<string, string | readonly string[]>>): TestLink {
  const options = typeof where === 'string' ? { 'redis-connection-url': where } : where;
  const argv = Object.entries({ ...base, ...options }).flatMap(([flag, value]) =>
    [value].flat().map((one) => `--${flag}=${one}`),
  );
  const loaded = loadConfig({ argv, env: {}, readFile: readFileSync });
  if (loaded.kind !== 'run') throw new Error(`the options ask for ${loaded.kind}`);
  const logged: string[] = [];
  const log = (message: string, fields: Fields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { info: log, warn: log };
  return { ...openRedisLink(loaded.config.session, logger), logged, logger };
}
