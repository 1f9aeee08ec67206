// Does a request bring a token that stands for a session?
import type { Authorization } from '../request/authorization.ts';
import { readBasic } from '../request/authorization.ts';
import type { Session } from '../session/session.ts';
import type { BearerTokens } from './bearer-token.ts';
import type { Identify, SessionRequest } from './who-asks.ts';

export interface BearerSessionParts {
  readonly tokens: BearerTokens;
  /** A session that the provider ended (back channel) ends for its tokens as well. */
  isEnded(session: Session): boolean;
  /** --bearer-token-login-fallback: false lets nobody in whose Authorization header is no token that counts. */
  readonly fallsBack: boolean;
  log(request: SessionRequest, reason: string): void;
}

const jwt = /^ey[A-Za-z0-9_-]*\.ey[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/;

export function bearerSession({ tokens, isEnded, fallsBack, log }: BearerSessionParts): Identify {
  return async (authorization, request) => {
    const token = tokenIn(authorization);
    const verdict = token === undefined ? undefined : await tokens.verify(token);
    if (verdict?.kind === 'fine' && !isEnded(verdict.session)) return { kind: 'session', session: verdict.session };
    const because = verdict === undefined ? 'bearer_missing' : verdict.kind === 'fine' ? 'signed_out' : verdict.because;
    if (verdict !== undefined || !fallsBack) log(request, because);
    return fallsBack ? { kind: 'none' } : { kind: 'forbidden', because };
  };
}

/** `Bearer JWT`, or a JWT as user or as password of Basic, for programs that know nothing else (reference: jwt_session.go). */
function tokenIn(authorization: Authorization): string | undefined {
  if (authorization.kind !== 'credentials') return undefined;
  const { scheme, value } = authorization;
  if (scheme === 'Bearer') return jwt.test(value) ? value : undefined;
  const basic = scheme === 'Basic' ? readBasic(value) : undefined;
  if (basic === undefined) return undefined;
  if (jwt.test(basic.user) && (basic.password === '' || basic.password === 'x-oauth-basic')) return basic.user;
  return jwt.test(basic.password) ? basic.password : undefined;
}
