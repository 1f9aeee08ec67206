// Which commands of Redis do the questions of the service become?
import { z } from 'zod';
import type { Argument } from './redis-connection.ts';
import type { Calls } from './redis-calls.ts';
import { StoreFailure, type RedisLink } from './redis-link.ts';

/** Redis before 7 has no "only if longer" for the life of a key, and a new key differs from an endless one only before. */
const addScored = `
local before = redis.call('PTTL', KEYS[1])
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
local life = tonumber(ARGV[3])
if life == 0 then redis.call('PERSIST', KEYS[1])
elseif before == -2 or (before >= 0 and before < life) then redis.call('PEXPIRE', KEYS[1], life) end
return 1`;

/** A score by the clock of the server, the only one that all replicas see. What is over goes, and beyond the limit the oldest. */
const addNow = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. (now - ARGV[2]))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

const addedSince = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return { tostring(now), redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2]) }`;

const removeIf = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const prolongIf = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

const bytes = z.instanceof(Buffer);
const text = bytes.transform(String);
const found = bytes.nullable().transform((value) => value ?? undefined);
const done = z.coerce.number().transform((count) => count > 0);
const texts = z.array(text).readonly();
const sinceAnswer = z.tuple([text.transform(Number), texts]);
const anything = z.unknown();

export function redisCommands({ call }: Pick<Calls, 'call'>): Omit<RedisLink, 'onChange' | 'close'> {
  async function ask<T>(
    schema: z.ZodType<T, unknown>,
    name: string,
    args: readonly [string, ...Argument[]],
  ): Promise<T> {
    return understood(schema, await call({ name, key: args[0], args }));
  }
  async function script<T>(
    schema: z.ZodType<T, unknown>,
    [lua, key, ...args]: readonly [string, string, ...Argument[]],
  ) {
    return understood(schema, await call({ name: 'EVAL', key, args: [lua, 1, key, ...args] }));
  }

  return {
    get: (key) => ask(found, 'GET', [key]),
    async set(key, value, lifeMs) {
      await ask(anything, 'SET', [key, value, ...lifeArguments(lifeMs)]);
    },
    async setIfAbsent(key, value, lifeMs) {
      const args = [key, value, ...lifeArguments(lifeMs), 'NX'];
      return understood(found, await call({ name: 'SET', key, args, isOnce: true })) !== undefined;
    },
    async setIfPresent(key, value, lifeMs) {
      const args = [key, value, ...lifeArguments(lifeMs), 'XX'] as const;
      return (await ask(found, 'SET', args)) !== undefined;
    },
    async remove(...keys) {
      await Promise.all(keys.map((key) => ask(anything, 'DEL', [key])));
    },
    removeIf: (key, value) => script(done, [removeIf, key, value]),
    prolongIf: (key, value, lifeMs) => script(done, [prolongIf, key, value, lifeMs]),
    async addScored(key, member, { score, lifeMs }) {
      await script(anything, [addScored, key, score, member, whole(lifeMs)]);
    },
    scoredFrom: (key, score) => ask(texts, 'ZRANGEBYSCORE', [key, score, '+inf']),
    async removeScored(key, members) {
      if (members.length > 0) await ask(anything, 'ZREM', [key, ...members]);
    },
    async removeScoredBelow(key, score) {
      await ask(anything, 'ZREMRANGEBYSCORE', [key, '-inf', `(${score}`]);
    },
    async addNow(key, member, { lifeMs, limit }) {
      await script(anything, [addNow, key, member, whole(lifeMs), limit]);
    },
    async addedSince(key, sinceMs, limit) {
      const [nowMs, flat] = await script(sinceAnswer, [addedSince, key, sinceMs, limit]);
      const members = flat.flatMap((member, i) => (i % 2 === 0 ? [{ member, atMs: Number(flat[i + 1]) }] : []));
      return { nowMs, members };
    },
    async ping() {
      await call({ name: 'PING', args: [] });
    },
  };
}

/** Redis knows whole milliseconds, and refuses a life of none. */
function lifeArguments(lifeMs: number): readonly Argument[] {
  return lifeMs === 0 ? [] : ['PX', whole(lifeMs)];
}

function whole(lifeMs: number): number {
  return Math.ceil(lifeMs);
}

function understood<T>(schema: z.ZodType<T, unknown>, answer: unknown): T {
  const { success, data, error } = schema.safeParse(answer);
  if (!success) throw new StoreFailure('store_refused', error);
  return data;
}
