// Where do sessions live? What every store can do.
import type { Session } from './session.ts';

/** What a store needs to know of a request. */
export interface CookieRequest {
  readonly cookieHeader: string | undefined;
  /** Host the browser asked for; decides the Domain attribute. */
  readonly host: string;
}

export type Loaded =
  | {
      readonly kind: 'found';
      readonly session: Session;
      /** The reference wrote it; it becomes one of ours when it is saved. */
      readonly isForeign?: true;
    }
  /** `because` is a reason code: `no_cookie`, `cookie_unreadable`, `session_expired`. */
  | {
      readonly kind: 'none';
      readonly because: string;
      /** One that is too old to count; its ID token still tells the provider who signs out. */
      readonly expired?: Session | undefined;
    }
  /** Sessions of two different sign-ins at once: nobody can say which is the user's, so none counts (security C-3). */
  | {
      readonly kind: 'conflict';
      /** All of them, newest first: a sign-out ends every one. */
      readonly sessions: readonly Session[];
    }
  /** The store cannot be asked: the session is unknown, not gone (security C-8). */
  | {
      readonly kind: 'unavailable';
      readonly because: string;
      /** Ids of the sessions that the request names, so that they can be signed out all the same. */
      readonly sessionIds?: readonly string[];
    };

/** For whoever remembers what a store said: it is told when that may have changed. */
export interface StoreWatch {
  /** Under which the store keeps this very session; undefined: it is not known, so nobody would be told of changes. */
  keyOf(session: Session): string | undefined;
  /** It has ended here, whatever the store says. */
  isEnded(key: string): boolean;
  /** False: nobody would be told, so nothing may be remembered. */
  isWatching(): boolean;
  /** Undefined: any may have changed. */
  onChange(listener: (key: string | undefined) => void): void;
}

export interface SessionStore {
  /** Absent: what a cookie says once it says always. */
  readonly watch?: StoreWatch;
  load(request: CookieRequest): Promise<Loaded>;
  /** @returns Set-Cookie lines; the first is the one that counts most. */
  save(request: CookieRequest, session: Session): Promise<readonly string[]>;
  /** As `save`, after a sign-in: nothing of an older session may survive in the browser. */
  replace(request: CookieRequest, session: Session): Promise<readonly string[]>;
  clear(request: CookieRequest): Promise<readonly string[]>;
  /** Why sessions cannot be stored now; undefined when they can. */
  notReadyBecause(): Promise<string | undefined>;
}
