// Whose session does a request bring, refreshed when that is due?
import { assertNever } from '../lib/assert-never.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { CookieRequest, Loaded, SessionStore } from '../session/store.ts';
import type { Saved } from './renewal-memory.ts';
import { isExpired } from './renewal-pauses.ts';
import type { Current, Renewals } from './renewals.ts';

/** A session, or why there is none; and the Set-Cookie lines that the answer must carry either way. */
export interface Resumed {
  readonly session: Session | undefined;
  /** Reason code when there is no session. */
  readonly because: string | undefined;
  /** The session cannot be known now (store out, or due for a refresh that nobody can do): keep the cookie, begin no sign-in. */
  readonly unavailable: boolean;
  /** Not even a page that is open to strangers: 403 (--bearer-token-login-fallback=false). */
  readonly isForbidden?: true;
  readonly cookies: readonly string[];
}

export interface ResumeParts {
  readonly store: SessionStore;
  readonly marks: Pick<SignOutMarks, 'isEnded'>;
  /** Undefined: sessions are never refreshed (reference: --cookie-refresh=0). */
  readonly renewals: Renewals | undefined;
  readonly logger: Pick<Logger, 'error'>;
  readonly clock: Clock;
  /** A request brought a session that the reference wrote. */
  onForeign?(): void;
}

export function resume(parts: ResumeParts): (request: CookieRequest) => Promise<Resumed> {
  const { store, marks, renewals } = parts;

  return async function resumed(request) {
    const loaded = await store.load(request);
    switch (loaded.kind) {
      case 'none': {
        const cookies = loaded.because === 'no_cookie' ? [] : await store.clear(request);
        return none(loaded.because, cookies);
      }
      case 'conflict':
        return none('sessions_of_two_sign_ins', await store.clear(request));
      case 'unavailable':
        return { session: undefined, because: loaded.because, unavailable: true, cookies: [] };
      case 'found':
        break;
      default:
        return assertNever(loaded);
    }
    const { session } = loaded;
    if (loaded.isForeign) parts.onForeign?.();
    if (marks.isEnded(session)) return none('signed_out', await store.clear(request));
    if (renewals === undefined) return some(session, []);
    return outcome(parts, { request, loaded, current: await renewals(request, session) });
  };
}

interface Asked {
  readonly request: CookieRequest;
  readonly loaded: Loaded & { readonly kind: 'found' };
  readonly current: Current;
}

async function outcome(parts: ResumeParts, { request, loaded, current }: Asked): Promise<Resumed> {
  const { store, marks, clock } = parts;
  const { session, trouble, renewed } = current;
  if (trouble?.kind === 'revoked') return none('session_revoked', await store.clear(request));
  // The user may have signed out while the provider was asked, and be known by another name there since.
  if (marks.isEnded(loaded.session) || marks.isEnded(session)) return none('signed_out', await store.clear(request));
  if (trouble !== undefined && isExpired(session, clock())) {
    // Without a refresh token nothing can bring this session back; otherwise the provider may, once it answers again.
    const isLost = trouble.because === 'no_refresh_token';
    if (isLost || endsForeign(loaded, current)) return none('session_expired', await store.clear(request));
    return { session: undefined, because: 'session_expired_and_refresh_failed', unavailable: true, cookies: [] };
  }
  return some(session, renewed === undefined ? [] : await cookiesFor(parts, request, { session, ...renewed }));
}

/** The reference ends its sessions when they have expired and the provider failed; what it wrote ends so here, too. */
function endsForeign({ isForeign }: Asked['loaded'], { trouble, renewed }: Current): boolean {
  const isTried = trouble?.kind === 'unavailable' && trouble.fault !== undefined;
  return isForeign === true && isTried && renewed === undefined;
}

/** Whichever answer the browser gets first, it has the new session. */
async function cookiesFor(
  { store, logger }: ResumeParts,
  request: CookieRequest,
  { session, saved }: { readonly session: Session; readonly saved: Saved | undefined },
): Promise<readonly string[]> {
  const isSame = saved?.request.cookieHeader === request.cookieHeader && saved?.request.host === request.host;
  if (saved !== undefined && isSame) return saved.lines;
  try {
    return await store.save(request, session);
  } catch (error) {
    // The session is good and remembered; a later request saves it.
    const cause = error instanceof Error ? error.stack : String(error);
    logger.error('a refreshed session could not be saved', { reason: 'refresh_failed_here', cause });
    return [];
  }
}

function some(session: Session, cookies: readonly string[]): Resumed {
  return { session, because: undefined, unavailable: false, cookies };
}

function none(because: string, cookies: readonly string[]): Resumed {
  return { session: undefined, because, unavailable: false, cookies };
}
