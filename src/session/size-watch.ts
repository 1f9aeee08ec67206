// Do the cookies of a session still fit through an nginx whose buffers nobody has raised?
import { cookieNames, cookieValues } from '../request/cookies.ts';
import { isCookieOf } from './chunks.ts';
import type { Session } from './session.ts';
import type { CookieRequest, SessionStore } from './store.ts';

/** What is too large: the line in which a browser will send its cookies, or the answer that sets them. */
export type LargePart = 'cookie_line' | 'set_cookie';

export interface SizeWatchParts {
  /** Name of the session cookie. */
  readonly name: string;
  readonly store: SessionStore;
  /** What an answer of auth says of the user beside its cookies. */
  identityBytes(session: Session): number;
  warn(what: LargePart, session: Session, bytes: number): void;
}

/** One buffer of large_client_header_buffers must hold a line of the request; the default is four of 8 KiB. */
const lineLimit = 8192;
/** proxy_buffer_size must hold all headers of an answer; the default is one page of memory. */
const answerLimit = 4096;
/** Status line, date, caching and the like. */
const otherBytes = 300;

export function watchedSizes({ name, store, identityBytes, warn }: SizeWatchParts): SessionStore {
  function look({ cookieHeader }: CookieRequest, session: Session, told: { lines: readonly string[]; beside: number }) {
    const answer = told.lines.reduce((sum, line) => sum + line.length + 'Set-Cookie: \r\n'.length, told.beside);
    if (answer + otherBytes > answerLimit) warn('set_cookie', session, answer + otherBytes);

    const others = cookieNames(cookieHeader)
      .filter((other) => !isCookieOf(name, other))
      .flatMap((other) => cookieValues(cookieHeader, other).map((value) => `${other}=${value}`));
    const pairs = told.lines.map((line) => line.slice(0, line.indexOf(';'))).filter((pair) => !pair.endsWith('='));
    const line = `Cookie: ${[...pairs, ...others].join('; ')}\r\n`.length;
    if (line > lineLimit) warn('cookie_line', session, line);
  }

  return {
    ...store,
    async save(request, session) {
      const lines = await store.save(request, session);
      look(request, session, { lines, beside: identityBytes(session) });
      return lines;
    },
    async replace(request, session) {
      const lines = await store.replace(request, session);
      look(request, session, { lines, beside: 0 }); // the callback redirects, and says nothing of the user
      return lines;
    },
  };
}
