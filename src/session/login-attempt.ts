// Does a callback belong to a sign-in that this browser began? One small cookie per attempt holds the other half.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { cookieNames, cookieValues } from '../request/cookies.ts';
import type { CookieScope } from './cookie-scope.ts';
import { keptAttempts, type KeptAttemptsParts } from './kept-attempt.ts';
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

export interface LoginAttemptParts extends KeptAttemptsParts {
  readonly cookieName: string;
  /** False restores the reference's single cookie, which breaks a second tab. */
  readonly perRequest: boolean;
  /** How many attempts may be under way in one browser; 0: any number. */
  readonly limit: number;
  /** --encode-state: the whole state travels as base64url. */
  readonly encodeState: boolean;
  readonly secrets: Secrets;
  readonly scope: CookieScope;
}

/** How many attempts beyond the limit are looked at. */
const surplusSeen = 10;

/** A sign-in may be started over once before a page explains. */
export const maxRestarts = 1;

export function loginAttempts(parts: LoginAttemptParts): LoginAttempts {
  const { cookieName, perRequest, encodeState, scope } = parts;
  const kept = keptAttempts(parts);
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
      seen.map(async (name) => ({ name, kept: await kept.read(name, cookieValues(cookieHeader, name)[0] ?? '') })),
    );
    const underWay = opened.flatMap(({ name, kept }) => (kept ? [{ name, at: kept.attempt.startedAtMs }] : []));
    const oldestFirst = underWay.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
    return [...oldestFirst.slice(0, Math.max(0, underWay.length - parts.limit)), ...names.slice(seen.length)];
  }

  const deletion = (name: string, host: string) => setCookieLine(name, '', scope.csrfDeletion(host));

  return {
    async begin(request, { returnTo, restarts, attempt }) {
      const mark = marks.create(returnTo, restarts);
      const text = `${mark}:${returnTo}`;
      const value = await kept.seal(attempt, text);
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
          const found = await kept.read(name, value);
          if (found?.isOf(state)) return found.attempt;
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
