// Does a callback belong to a sign-in that this browser began? One small cookie per attempt holds the other half.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { cookieNames, cookieValues } from '../request/cookies.ts';
import type { CookieScope } from './cookie-scope.ts';
import type { ForeignAttempts } from './reference-attempt.ts';
import type { Sealer } from './seal.ts';
import { derivedFrom, keyMaterial, type Secrets } from './secrets.ts';
import { setCookieLine } from './set-cookie.ts';
import type { CookieRequest } from './store.ts';

/** What the browser keeps, sealed, until the callback. */
export interface LoginAttempt {
  readonly nonce: string;
  readonly codeVerifier: string | undefined;
  readonly startedAtMs: number;
}

/** The `state` parameter, taken apart. */
export interface State {
  readonly text: string;
  readonly mark: string;
  readonly returnTo: string;
  /** How often this sign-in was started over; undefined: this state is none of ours, or its target was changed. */
  readonly restarts: number | undefined;
}

export interface LoginAttempts {
  begin(request: CookieRequest, wish: { returnTo: string; restarts: number; attempt: LoginAttempt }): Promise<Begun>;
  /** Undefined when the text cannot be a state. */
  readState(text: string): State | undefined;
  find(request: CookieRequest, state: State): Promise<LoginAttempt | undefined>;
  /** Set-Cookie lines that end the attempt. */
  finish(request: CookieRequest, state: State): readonly string[];
}

export interface Begun {
  readonly state: string;
  readonly cookies: readonly string[];
}

export interface LoginAttemptParts {
  readonly cookieName: string;
  /** False restores the reference's single cookie, which breaks a second tab. */
  readonly perRequest: boolean;
  /** How many attempts may be under way in one browser; 0: any number. */
  readonly limit: number;
  /** --cookie-csrf-expire in milliseconds; 0: no end. */
  readonly lifetimeMs: number;
  /** --encode-state: the whole state travels as base64url. */
  readonly encodeState: boolean;
  readonly secrets: Secrets;
  readonly sealer: Sealer;
  /** Attempts that the reference began before it was swapped. */
  readonly foreign?: ForeignAttempts;
  readonly scope: CookieScope;
  readonly clock: Clock;
}

const attemptSchema = z.object({
  /** SHA-256 of the state: the target is bound to the browser without being stored twice (security N3). */
  h: z.string(),
  n: z.string(),
  cv: z.string().optional(),
  t: z.number(),
});

/** How many attempts beyond the limit are looked at. */
const surplusSeen = 10;

/** A sign-in may be started over once before a page explains. */
export const maxRestarts = 1;

export function loginAttempts(parts: LoginAttemptParts): LoginAttempts {
  const { cookieName, perRequest, encodeState, sealer, scope, clock, lifetimeMs } = parts;
  const marks = stateMarks(parts.secrets, cookieName);
  const fixedName = `${cookieName}_csrf`;
  const nameFor = (mark: string) =>
    perRequest && mark.length >= 8 ? `${cookieName}_${mark.slice(0, 8)}_csrf` : fixedName;

  function readState(text: string): State | undefined {
    const plain = encodeState ? Buffer.from(text, 'base64url').toString() : text;
    const colon = plain.indexOf(':');
    if (colon < 0) return undefined;
    const [mark, returnTo] = [plain.slice(0, colon), plain.slice(colon + 1)];
    return { text: plain, mark, returnTo, restarts: marks.restartsOf(mark, returnTo) };
  }

  async function open(value: string) {
    const parsed = attemptSchema.safeParse(await sealer.open(value));
    if (!parsed.success) return undefined;
    return isCurrent(parsed.data.t) ? parsed.data : undefined;
  }

  const isCurrent = (startedAtMs: number) => lifetimeMs === 0 || startedAtMs > clock() - lifetimeMs;

  async function attemptIn(name: string, value: string, state: State): Promise<LoginAttempt | undefined> {
    const attempt = await open(value);
    if (attempt !== undefined) {
      const isOfState = same(attempt.h, digest(state.text));
      return isOfState ? { nonce: attempt.n, codeVerifier: attempt.cv, startedAtMs: attempt.t } : undefined;
    }
    const foreign = parts.foreign?.open({ name, value }, state.mark);
    return foreign && isCurrent(foreign.startedAtMs) ? foreign : undefined;
  }

  /** The oldest attempts under way beyond the limit; what cannot be opened ends by itself (reference: csrf.go). */
  async function surplus({ cookieHeader }: CookieRequest): Promise<readonly string[]> {
    if (!perRequest || parts.limit === 0) return [];
    const names = cookieNames(cookieHeader).filter(
      (name) => name.startsWith(`${cookieName}_`) && name.endsWith('_csrf'),
    );
    if (names.length <= parts.limit) return [];
    // Each costs a decryption, and a stranger may bring many: what is beyond that goes unseen.
    const seen = names.slice(0, parts.limit + surplusSeen);
    const opened = await Promise.all(
      seen.map(async (name) => ({ name, at: (await open(cookieValues(cookieHeader, name)[0] ?? ''))?.t })),
    );
    const underWay = opened.flatMap(({ name, at }) => (at === undefined ? [] : [{ name, at }]));
    const oldestFirst = underWay.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
    return [...oldestFirst.slice(0, Math.max(0, underWay.length - parts.limit)), ...names.slice(seen.length)];
  }

  const deletion = (name: string, host: string) => setCookieLine(name, '', scope.csrfDeletion(host));

  return {
    async begin(request, { returnTo, restarts, attempt }) {
      const mark = marks.create(returnTo, restarts);
      const text = `${mark}:${returnTo}`;
      const { nonce: n, codeVerifier: cv, startedAtMs: t } = attempt;
      const value = await sealer.seal({ h: digest(text), n, cv, t });
      const expired = (await surplus(request)).map((name) => deletion(name, request.host));
      const cookie = setCookieLine(nameFor(mark), value, scope.csrf(request.host));
      return { state: encodeState ? Buffer.from(text).toString('base64url') : text, cookies: [...expired, cookie] };
    },
    readState,
    async find({ cookieHeader }, state) {
      // The single name too: --cookie-csrf-per-request may have been switched on while a sign-in was under way.
      const names = new Set([nameFor(state.mark), fixedName]);
      for (const name of names) {
        for (const value of cookieValues(cookieHeader, name)) {
          const attempt = await attemptIn(name, value, state);
          if (attempt !== undefined) return attempt;
        }
      }
      return undefined;
    },
    finish(request, state) {
      const present = cookieNames(request.cookieHeader);
      const names = [...new Set([nameFor(state.mark), fixedName])].filter((name) => present.includes(name));
      return names.map((name) => deletion(name, request.host));
    },
  };
}

/**
 * The mark in front of the colon: 16 random bytes, then a MAC over them, the target and the number of restarts. So the
 * count and the target can be believed when the cookie is gone, and no second cookie is needed to stop a loop.
 */
function stateMarks(secrets: Secrets, cookieName: string) {
  const keys = derivedFrom(secrets, (list) => list.map((secret) => keyMaterial(secret, `state ${cookieName}`, 32)));
  const mac = (key: Buffer, random: Buffer, signed: { returnTo: string; restarts: number }) =>
    createHmac('sha256', key).update(random).update(`${signed.restarts}:${signed.returnTo}`).digest().subarray(0, 16);

  return {
    create(returnTo: string, restarts: number): string {
      const random = randomBytes(16);
      const [key = Buffer.alloc(0)] = keys();
      return Buffer.concat([random, mac(key, random, { returnTo, restarts })]).toString('base64url');
    },
    restartsOf(mark: string, returnTo: string): number | undefined {
      const bytes = Buffer.from(mark, 'base64url');
      if (bytes.length !== 32 || mark.length !== 43) return undefined;
      const counts = Array.from({ length: maxRestarts + 1 }, (_, restarts) => restarts);
      return counts.find((restarts) =>
        keys().some((key) =>
          timingSafeEqual(mac(key, bytes.subarray(0, 16), { returnTo, restarts }), bytes.subarray(16)),
        ),
      );
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Compared in constant time (security C-7); both are digests of equal length. */
function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
