// What do replicas share through Redis? Loaded only where sessions are kept there.
import type { Config } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { redisCalls } from './redis-calls.ts';
import { redisCommands } from './redis-commands.ts';
import { connectTo } from './redis-connection.ts';
import type { RedisLink } from './redis-link.ts';
import { redisTarget } from './redis-target.ts';
import type { Shared } from './shared.ts';
import { alone } from './turns.ts';

export interface RedisSharedParts {
  readonly config: Pick<Config, 'session' | 'cookie'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

export function redisShared({ config, logger }: RedisSharedParts): Shared {
  const link = openRedisLink(config.session, logger);
  return { link, turns: alone, board: undefined, close: () => link.close() };
}

export function openRedisLink(options: Config['session'], logger: Pick<Logger, 'info' | 'warn'>): RedisLink {
  const target = redisTarget(options);
  const calls = redisCalls({ connect: connectTo(target), logger });
  return {
    ...redisCommands(calls),
    onChange: () => Promise.resolve(false),
    close: () => Promise.resolve(calls.close()),
  };
}
