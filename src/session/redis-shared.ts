// What do replicas share through Redis? Loaded only where sessions are kept there.
import type { Config } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { redisCalls } from './redis-calls.ts';
import { redisChanges } from './redis-changes.ts';
import { redisCommands } from './redis-commands.ts';
import { connectTo } from './redis-connection.ts';
import { redisMarkBoard } from './redis-mark-board.ts';
import type { RedisLink } from './redis-link.ts';
import { redisTarget } from './redis-target.ts';
import { redisTurns } from './redis-turns.ts';
import type { Shared } from './shared.ts';

export interface RedisSharedParts {
  readonly config: Pick<Config, 'session' | 'cookie'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Resolves when the marks of sign-outs are known, or cannot be known now: nobody is served before. */
export async function redisShared({ config, logger }: RedisSharedParts): Promise<Shared> {
  const link = openRedisLink(config.session, logger);
  // Keys of our own lie beside those of the reference, under a name that cannot be taken for them.
  const prefix = `oauth2-sidecar:${config.cookie.cookieName}:`;
  const turns = redisTurns({ link, prefix, logger });
  const board = redisMarkBoard({ link, prefix, logger });
  await board.looked;
  return {
    ...{ link, turns, board },
    async close() {
      turns.close();
      await board.close();
      await link.close();
    },
  };
}

export function openRedisLink(options: Config['session'], logger: Pick<Logger, 'info' | 'warn'>): RedisLink {
  const target = redisTarget(options);
  const calls = redisCalls({ connect: connectTo(target), logger });
  const changes = redisChanges(target);
  return {
    ...redisCommands(calls),
    onChange: changes.onChange,
    async close() {
      changes.close();
      calls.close();
    },
  };
}
