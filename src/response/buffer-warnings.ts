// Which of nginx's buffers is too small by default for what goes to and fro, and what helps?
import type { HeaderRules } from '../config/header-rule.ts';
import type { Config } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { nameOf, type Session } from '../session/session.ts';
import type { LargePart } from '../session/size-watch.ts';

export type TooLarge = LargePart | 'identity_headers';

export type WarnOfBuffer = (what: TooLarge, session: Session, bytes: number) => void;

/** What it is for one user it soon is for many: nobody needs a line for each. */
const pauseMs = 3600_000;

const smaller = 'or keep sessions in Redis (--session-store-type=redis), or without tokens (--session-cookie-minimal)';

const kinds = {
  cookie_line: {
    reason: 'cookie_line_large',
    message: `the cookies of a user make a line that is larger than nginx takes by default (400): raise large_client_header_buffers, ${smaller}`,
  },
  set_cookie: {
    reason: 'set_cookie_large',
    message: `an answer with the session cookie is larger than nginx takes by default (502): raise proxy_buffer_size, ${smaller}`,
  },
  identity_headers: {
    reason: 'headers_large',
    message: 'the identity headers of a user are larger than nginx takes by default: raise proxy_buffer_size',
  },
} as const satisfies Record<TooLarge, { readonly reason: string; readonly message: string }>;

export function bufferWarnings({ logger, clock }: { logger: Pick<Logger, 'warn'>; clock: Clock }): WarnOfBuffer {
  const toldAtMs = new Map<TooLarge, number>();
  return (what, session, bytes) => {
    const now = clock();
    if (now - (toldAtMs.get(what) ?? Number.NEGATIVE_INFINITY) < pauseMs) return;
    toldAtMs.set(what, now);
    const { message, reason } = kinds[what];
    logger.warn(message, { reason, username: nameOf(session), bytes });
  };
}

/** Sizes of an ordinary Keycloak session, measured: tokens as headers, and its cookie with all of them. */
const typicalBytes = { access_token: 1500, id_token: 1300, cookie: 2600, rest: 300 } as const;
const defaultBytes = 4096;

/** What the configuration alone lets expect: tokens as headers of the very answer that renews the cookie. */
export function likelyBufferProblem({ cookie, session }: Config, { response }: HeaderRules): string | undefined {
  if (session.sessionStoreType !== 'cookie' || cookie.cookieRefresh === 0) return undefined;
  const values = response.flatMap((rule) => rule.values);
  const claims = values.flatMap((value) => (value.kind === 'claim' ? [value.claim] : []));
  const tokens = claims.filter((claim) => claim === 'access_token' || claim === 'id_token');
  const bytes = tokens.reduce((sum, claim) => sum + typicalBytes[claim], typicalBytes.cookie + typicalBytes.rest);
  if (tokens.length === 0 || bytes <= defaultBytes) return undefined;
  const names = tokens.map((claim) => claim.replace('_', ' ')).join(' and ');
  return `an answer of auth that carries the ${names} and a refreshed session cookie has about ${bytes} bytes, and nginx takes 4096 by default: set proxy_buffer_size 16k and proxy_buffers 8 16k in the location of auth, or keep sessions in Redis (--session-store-type=redis)`;
}
