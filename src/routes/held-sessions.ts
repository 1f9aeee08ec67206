// Which sessions does a sign-out end? Expired and doubtful ones are signed out like any other.
import type { Session } from '../session/session.ts';
import type { CookieRequest, SessionStore } from '../session/store.ts';

export interface Held {
  /** Newest first; an old ID token still is a good hint. */
  readonly sessions: readonly Session[];
  /** `found`, or the reason code why there is none that counts. */
  readonly because: string;
  /** Of sessions that nobody can read now: they end all the same. */
  readonly unreadIds: readonly string[];
}

export interface HeldParts {
  readonly store: Pick<SessionStore, 'load'>;
  /** Of users who were not admitted here: they are signed in at the provider nevertheless. */
  readonly refused: Pick<SessionStore, 'load'>;
}

export async function heldSessions({ store, refused }: HeldParts, request: CookieRequest): Promise<Held> {
  const held = await heldIn(store, request);
  if (held.sessions.length > 0 || held.unreadIds.length > 0) return held;
  const kept = await heldIn(refused, request);
  return kept.sessions.length > 0 ? { ...kept, because: 'refused_account' } : held;
}

async function heldIn(store: HeldParts['store'], request: CookieRequest): Promise<Held> {
  const loaded = await store.load(request);
  switch (loaded.kind) {
    case 'found':
      return { sessions: [loaded.session], because: 'found', unreadIds: [] };
    case 'conflict':
      return { sessions: loaded.sessions, because: 'sessions_of_two_sign_ins', unreadIds: [] };
    case 'none':
      return { sessions: loaded.expired === undefined ? [] : [loaded.expired], because: loaded.because, unreadIds: [] };
    case 'unavailable':
      return { sessions: [], because: loaded.because, unreadIds: loaded.sessionIds ?? [] };
  }
}
