// Sessions that live in the browser's cookies alone, sealed.
import type { Clock } from '../lib/clock.ts';
import { cookieLines, cookiesOf, joinedValues, partName } from './chunks.ts';
import { compressed, inflated } from './compression.ts';
import type { CookieScope } from './cookie-scope.ts';
import { foreignIn } from './foreign-cookies.ts';
import type { ForeignSessions } from './foreign.ts';
import { looksLikeSeal, type Sealer } from './seal.ts';
import type { Session } from './session.ts';
import { setCookieLine } from './set-cookie.ts';
import { soleSessionCookie } from './sole-cookie.ts';
import type { CookieRequest, Loaded, SessionStore } from './store.ts';
import { fromWire, toWire } from './wire.ts';

export interface CookieStoreParts {
  readonly name: string;
  readonly sealer: Sealer;
  readonly scope: CookieScope;
  readonly clock: Clock;
  /** --cookie-expire in milliseconds, counted from creation or the last refresh; 0: no end. */
  readonly lifetimeMs: number;
  /** --session-cookie-minimal: tokens are not kept. */
  readonly minimal: boolean;
  /** Sessions that the reference left behind. Undefined: it never had any in these cookies. */
  readonly foreign?: Pick<ForeignSessions, 'looksRight' | 'open'> | undefined;
}

/** How far a cookie may come from the future: clocks of replicas differ (reference: encryption.Validate). */
const skewMs = 5 * 60_000;

export function cookieStore(parts: CookieStoreParts): SessionStore {
  const { name, sealer, scope, minimal } = parts;
  const reading = { ...parts, read: sessionReader(sealer) };

  async function save({ cookieHeader, host }: CookieRequest, session: Session): Promise<readonly string[]> {
    const attributes = scope.session(host);
    const lines = cookieLines(
      name,
      await sealer.seal(compressed(toWire(minimal ? withoutTokens(session) : session))),
      attributes,
    );
    const written = new Set(lines.map((line) => line.slice(0, line.indexOf('='))));
    const stale = cookiesOf(name, cookieHeader).filter((cookie) => !written.has(cookie));
    return [...lines, ...stale.flatMap((cookie) => deletionLines(cookie, host))];
  }

  function deletionLines(cookie: string, host: string): readonly string[] {
    return scope.sessionDeletions(host).map((variant) => setCookieLine(cookie, '', variant));
  }

  async function replace(request: CookieRequest, session: Session): Promise<readonly string[]> {
    const saved = await save(request, session);
    // Variants for other domains first: the line that sets the cookie must be the last of its name.
    const variants = cookiesOf(name, request.cookieHeader).flatMap((cookie) =>
      deletionLines(cookie, request.host).slice(1),
    );
    return [...variants, ...saved];
  }

  return {
    load: ({ cookieHeader }) => load(reading, cookieHeader),
    save,
    replace,
    clear: ({ cookieHeader, host }) =>
      Promise.resolve(cookiesOf(name, cookieHeader).flatMap((cookie) => deletionLines(cookie, host))),
    notReadyBecause: () => Promise.resolve(undefined),
  };
}

type Read = (seal: string) => Promise<Session | undefined>;

/** A seal that is remembered gives the same data again, and that the same session: nothing is inflated or checked twice. */
function sessionReader(sealer: Sealer): Read {
  const known = new WeakMap<object, Session | undefined>();
  return async (seal) => {
    const data = await sealer.open(seal);
    if (typeof data !== 'object' || data === null) return undefined;
    if (!known.has(data)) known.set(data, fromWire(inflated(data)));
    return known.get(data);
  };
}

async function load(
  { name, read, foreign, clock, lifetimeMs }: CookieStoreParts & { readonly read: Read },
  cookieHeader: string | undefined,
): Promise<Loaded> {
  const sole = await soleSession({ name, read, clock, lifetimeMs }, cookieHeader);
  if (sole !== undefined) return found(sole);
  const values = joinedValues(name, cookieHeader, looksLikeSeal).filter(looksLikeSeal);
  const opened = (await Promise.all(values.map(read))).filter((session) => session !== undefined);
  const now = clock();
  const split = (sessions: readonly Session[]) => ({
    current: sessions.filter((session) => isCurrent(session, lifetimeMs, now)),
    expired: sessions.filter((session) => !isCurrent(session, lifetimeMs, now)),
  });
  const own = split(opened);
  const sessions = newestOfEach(own.current, isSameSignIn);
  const [newest] = sessions;
  if (newest !== undefined) return sessions.length > 1 ? { kind: 'conflict', sessions } : found(newest);

  // Only now: whoever has a session of ours pays nothing for those of the reference.
  const theirs = split(foreign === undefined ? [] : foreignIn(foreign, name, cookieHeader));
  // Each of its states has another id, so that two of one person cannot be told from two sign-ins.
  const inherited = newestOfEach(theirs.current, isSamePerson);
  const [heir] = inherited;
  if (heir !== undefined) {
    return inherited.length > 1 ? { kind: 'conflict', sessions: inherited } : { ...found(heir), isForeign: true };
  }
  const [latest] = newestOfEach([...own.expired, ...theirs.expired], isSameSignIn);
  if (latest !== undefined) return { kind: 'none', because: 'session_expired', expired: latest };
  return { kind: 'none', because: isBegun(name, cookieHeader) ? 'cookie_unreadable' : 'no_cookie' };
}

/** What nearly every request brings, without looking through all that others might; anything else is looked at in full. */
async function soleSession(
  { name, read, clock, lifetimeMs }: Pick<CookieStoreParts, 'name' | 'clock' | 'lifetimeMs'> & { readonly read: Read },
  cookieHeader: string | undefined,
): Promise<Session | undefined> {
  const value = cookieHeader && soleSessionCookie(cookieHeader, name);
  if (!value || !looksLikeSeal(value)) return undefined;
  const session = await read(value);
  return session !== undefined && isCurrent(session, lifetimeMs, clock()) ? session : undefined;
}

function found(session: Session) {
  return { kind: 'found', session } as const;
}

/** One of each kind, newest first: an older state of the same session counts for nothing. */
function newestOfEach(sessions: readonly Session[], isSame: (a: Session, b: Session) => boolean): readonly Session[] {
  const newestFirst = sessions.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  return newestFirst.filter((session, i) => newestFirst.findIndex((other) => isSame(other, session)) === i);
}

function isSameSignIn(a: Session, b: Session): boolean {
  return a.id === b.id;
}

function isSamePerson(a: Session, b: Session): boolean {
  const isSameIssuer = a.issuer === b.issuer || a.issuer === undefined || b.issuer === undefined;
  const personOf = ({ subject, user, email }: Session) => subject || user || email;
  return isSameIssuer && personOf(a) === personOf(b);
}

function isCurrent({ createdAtMs }: Session, lifetimeMs: number, now: number): boolean {
  return createdAtMs < now + skewMs && (lifetimeMs === 0 || createdAtMs > now - lifetimeMs);
}

/** Later parts alone are no session that could be unreadable (reference: loadCookie). */
function isBegun(name: string, cookieHeader: string | undefined): boolean {
  return cookiesOf(name, cookieHeader).some((cookie) => cookie === name || cookie === partName(name, 0));
}

function withoutTokens(session: Session): Session {
  return { ...session, accessToken: undefined, idToken: undefined, refreshToken: undefined };
}
