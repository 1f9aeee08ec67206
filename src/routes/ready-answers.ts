// Was this very cookie let in a moment ago? Then the answer of `auth` is ready, and nothing has to be worked out.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import { soleSessionCookie } from '../session/sole-cookie.ts';
import type { EndedBy, SignOutMarks } from '../session/sign-out-marks.ts';
import type { Session } from '../session/session.ts';
import type { StoreWatch } from '../session/store.ts';
import { answerMemory, type Remembered } from './answer-memory.ts';

export interface ReadyAnswersParts {
  /** Targets that are asked for: `{prefix}/auth`, with or without a query. */
  readonly path: string;
  readonly cookieName: string;
  readonly clock: Clock;
  readonly marks: Pick<SignOutMarks, 'version' | 'isEnded'>;
  /** What the answers depend on beside the session: another value after any change makes all answers void. */
  readonly inputs: readonly (() => unknown)[];
  /** Cookies of other kinds, and those of secrets that are on their way out, are counted, so they are not for here. */
  isCurrentSeal(cookie: string): boolean;
  /** Undefined: the cookie alone says everything. */
  readonly watch: StoreWatch | undefined;
  /** Memory for answers. */
  readonly bytes: number;
  /** Credentials of other kinds are looked at (bearer tokens, passwords), so such requests are not for here. */
  readonly readsAuthorization: boolean;
  /** Strangers get 401 everywhere, whatever they ask for; undefined: it depends. */
  readonly strangers: StrangersAnswer | undefined;
  /** Told of every answer that was given here. Absent: nobody wants to know. */
  readonly onAnswer?: ((req: IncomingMessage, answer: Given) => void) | undefined;
}

export interface StrangersAnswer {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Given {
  readonly status: 202 | 401;
  readonly username: string | undefined;
  readonly bodyBytes: number;
}

export interface Admitted {
  readonly session: Session;
  readonly username: string | undefined;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** From then on it has to be worked out again. */
  readonly untilMs: number;
}

/** Where things stood when a request came in: what changed since may not have been seen by what was worked out for it. */
export type Standing = readonly unknown[];

export interface ReadyAnswers {
  /** True: the answer was ready, and has been given. */
  give(req: IncomingMessage, res: ServerResponse): boolean;
  standing(): Standing;
  /** For later requests that bring the same cookie and ask for the same. */
  keep(req: IncomingMessage, standing: Standing, admitted: Admitted): void;
}

interface Answer extends Remembered {
  readonly headers: string[];
  readonly untilMs: number;
  readonly fromMs: number;
  readonly username: string | undefined;
  readonly who: EndedBy;
  /** Those that were allowed, each in full: the query may ask for groups. */
  readonly targets: readonly string[];
  readonly standing: Standing;
  marksVersion: number;
}

/** Locations with different constraints; each is remembered for itself. */
const targetLimit = 16;
/** How far a session may come from the future, as where it was worked out: clocks of replicas differ. */
const skewMs = 5 * 60_000;
/** Whoever reaches us past nginx chooses the target; no location of nginx has one that long. */
const longestTarget = 1024;

export function readyAnswers(parts: ReadyAnswersParts): ReadyAnswers {
  const { path, cookieName, clock, marks, inputs, watch, strangers, onAnswer } = parts;
  const answers = answerMemory<Answer>(parts.bytes, clock);
  let changes = 0;
  watch?.onChange((key) => {
    changes += 1;
    if (key === undefined) answers.clear();
    else answers.deleteOf(key);
  });

  function standing(): Standing {
    const now = inputs.map((input) => input());
    return watch === undefined ? now : [...now, changes];
  }

  /** The store's changes void the answers they are about, not the others. */
  function standsAsBefore(before: Standing): boolean {
    for (let i = 0; i < inputs.length; i++) if (inputs[i]?.() !== before[i]) return false;
    return true;
  }

  function isGood(answer: Answer): boolean {
    const now = clock();
    if (now >= answer.untilMs || now < answer.fromMs || !standsAsBefore(answer.standing)) return false;
    if (answer.storeKey !== undefined && watch?.isEnded(answer.storeKey)) return false;
    if (answer.marksVersion !== marks.version()) {
      if (marks.isEnded(answer.who)) return false;
      answer.marksVersion = marks.version();
    }
    return true;
  }

  function giveTo(req: IncomingMessage, res: ServerResponse, cookieHeader: string): boolean {
    const cookie = soleSessionCookie(cookieHeader, cookieName);
    if (cookie === undefined) return false;
    const answer = answers.get(cookie);
    if (answer === undefined || !answer.targets.includes(req.url ?? '')) return false;
    if (!isGood(answer)) {
      answers.delete(cookie);
      return false;
    }
    res.writeHead(202, answer.headers);
    res.end();
    onAnswer?.(req, { status: 202, username: answer.username, bodyBytes: 0 });
    return true;
  }

  function refuseStranger(req: IncomingMessage, res: ServerResponse, { headers, body }: StrangersAnswer): boolean {
    if (req.url !== path && !req.url?.startsWith(`${path}?`)) return false;
    res.writeHead(401, headers as string[]);
    res.end(body);
    onAnswer?.(req, { status: 401, username: undefined, bodyBytes: body.length });
    return true;
  }

  return {
    standing,
    give(req, res) {
      // Anything else that begins like this is looked at in full before it is answered.
      if (!req.url?.startsWith(path)) return false;
      const cookieHeader = cookieOf(req.rawHeaders, parts.readsAuthorization);
      if (cookieHeader === undefined) return false;
      if (cookieHeader !== '' && cookieHeader.includes(cookieName)) return giveTo(req, res, cookieHeader);
      return strangers !== undefined && refuseStranger(req, res, strangers);
    },
    keep(req, before, { session, username, headers, untilMs }) {
      const cookieHeader = cookieOf(req.rawHeaders, parts.readsAuthorization);
      const cookie = cookieHeader && soleSessionCookie(cookieHeader, cookieName);
      const storeKey = watch?.keyOf(session);
      // Nobody would say when that session changes.
      if (watch !== undefined && (storeKey === undefined || !watch.isWatching())) return;
      const now = standing();
      if (!cookie || !parts.isCurrentSeal(cookie) || clock() >= untilMs || now.some((value, i) => value !== before[i]))
        return;
      const target = req.url ?? '';
      if (target.length > longestTarget) return;
      const known = answers.get(cookie);
      if (known !== undefined && isGood(known) && known.untilMs === untilMs) {
        const targets = [...known.targets.slice(0, targetLimit - 1), target];
        return known.targets.includes(target) ? undefined : answers.set(cookie, { ...known, targets });
      }
      const { id, issuer, subject, sid, authTime, signedInAtMs } = session;
      answers.set(cookie, {
        headers: [...headers],
        untilMs,
        fromMs: session.createdAtMs - skewMs,
        username,
        who: { id, issuer, subject, sid, authTime, signedInAtMs },
        targets: [target],
        storeKey,
        standing: now,
        marksVersion: marks.isEnded(session) ? -1 : marks.version(),
      });
    },
  };
}

/**
 * The Cookie header, `''` when there is none; undefined when there is more than one, or something else that has to be looked at:
 * a body that somebody announced, or credentials. Read as it came: Node's object of headers costs more than the whole answer.
 */
function cookieOf(rawHeaders: readonly string[], readsAuthorization: boolean): string | undefined {
  let cookie = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    switch (name.length) {
      case 6:
        if (name !== 'Cookie' && name.toLowerCase() !== 'cookie') break;
        if (cookie !== '') return undefined;
        cookie = rawHeaders[i + 1] ?? '';
        break;
      case 13:
        if (readsAuthorization && name.toLowerCase() === 'authorization') return undefined;
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') return undefined;
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') return undefined;
    }
  }
  return cookie;
}
