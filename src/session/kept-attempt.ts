// What does the cookie of a sign-in attempt hold, ours or the reference's?
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { isSameText } from '../lib/same-text.ts';
import type { LoginAttempt, State } from './login-attempt.ts';
import type { ForeignAttempts } from './reference-attempt.ts';
import type { Sealer } from './seal.ts';

export interface KeptAttempt {
  readonly attempt: LoginAttempt;
  isOf(state: Pick<State, 'text' | 'mark'>): boolean;
}

export interface KeptAttempts {
  seal(attempt: LoginAttempt, state: string): Promise<string>;
  /** Undefined for what is no attempt, or is over. */
  read(name: string, value: string): Promise<KeptAttempt | undefined>;
}

export interface KeptAttemptsParts {
  readonly sealer: Sealer;
  /** Attempts that the reference began before it was swapped. */
  readonly foreign?: ForeignAttempts;
  readonly clock: Clock;
  /** --cookie-csrf-expire in milliseconds; 0: no end. */
  readonly lifetimeMs: number;
}

const attemptSchema = z.object({
  /** SHA-256 of the state: the target is bound to the browser without being stored twice (security N3). */
  h: z.string(),
  n: z.string(),
  cv: z.string().optional(),
  t: z.number(),
});

export function keptAttempts({ sealer, foreign, clock, lifetimeMs }: KeptAttemptsParts): KeptAttempts {
  async function ours(value: string): Promise<KeptAttempt | undefined> {
    const parsed = attemptSchema.safeParse(await sealer.open(value));
    if (!parsed.success) return undefined;
    const { h, n, cv, t } = parsed.data;
    return {
      attempt: { nonce: n, codeVerifier: cv, startedAtMs: t },
      isOf: ({ text }) => isSameText(h, digest(text)),
    };
  }

  /** The reference binds its state to the browser, and the target not at all: that is judged anew at the callback. */
  function theirs(name: string, value: string): KeptAttempt | undefined {
    const found = foreign?.open(name, value);
    if (found === undefined) return undefined;
    const { mark: expected, ...attempt } = found;
    return { attempt, isOf: ({ mark }) => isSameText(expected, mark) };
  }

  return {
    seal: ({ nonce: n, codeVerifier: cv, startedAtMs: t }, state) => sealer.seal({ h: digest(state), n, cv, t }),
    async read(name, value) {
      const kept = (await ours(value)) ?? theirs(name, value);
      const isCurrent = lifetimeMs === 0 || (kept?.attempt.startedAtMs ?? 0) > clock() - lifetimeMs;
      return isCurrent ? kept : undefined;
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
