// Whose session is it: that of the credentials a request brings, or that of its cookie?
import type { IncomingMessage } from 'node:http';
import { assertNever } from '../lib/assert-never.ts';
import { readAuthorization, type Authorization } from '../request/authorization.ts';
import type { Session } from '../session/session.ts';
import type { CookieRequest } from '../session/store.ts';
import type { Resumed } from './resume.ts';

/** A request, for whoever reads credentials and cookies of it. */
export interface SessionRequest extends CookieRequest {
  readonly message: IncomingMessage;
  /** Address of the client as it is believed. */
  readonly client: string;
}

export type Identified =
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'none' }
  /** These credentials let nobody in, whatever else the request brings (--bearer-token-login-fallback=false). */
  | { readonly kind: 'forbidden'; readonly because: string };

/** Reads credentials of one kind. The order of them is the order in which they count (security T-5). */
export type Identify = (authorization: Authorization, request: SessionRequest) => Promise<Identified>;

export interface WhoAsksParts {
  readonly identify: readonly Identify[];
  /** --bearer-token-login-fallback=false: an Authorization header that counts for nobody is a no. */
  readonly forbidsUnusable: boolean;
  resume(request: CookieRequest): Promise<Resumed>;
}

export type WhoAsks = (request: SessionRequest) => Promise<Resumed>;

/** Credentials count for their request alone: no cookie is set or deleted by them. */
export function whoAsks({ identify, forbidsUnusable, resume }: WhoAsksParts): WhoAsks {
  if (identify.length === 0) return resume;
  return async (request) => {
    const authorization = readAuthorization(request.message);
    if (authorization.kind === 'none') return resume(request);
    if (authorization.kind === 'ambiguous')
      return { ...nobody('two_authorization_headers'), ...(forbidsUnusable && { isForbidden: true }) };
    for (const one of identify) {
      const identified = await one(authorization, request);
      switch (identified.kind) {
        case 'session':
          return { session: identified.session, because: undefined, unavailable: false, cookies: [] };
        case 'forbidden':
          return { ...nobody(identified.because), isForbidden: true };
        case 'none':
          break;
        default:
          return assertNever(identified);
      }
    }
    return resume(request);
  };
}

function nobody(because: string): Resumed {
  return { session: undefined, because, unavailable: false, cookies: [] };
}
