// {prefix}/frontchannel-logout: the provider's page loads it in a frame when somebody signs out there. Front-Channel Logout 1.0 §2.
import type { RequestHandler } from 'express';
import type { Logger } from '../lib/logger.ts';
import { Problem } from '../lib/problem.ts';
import type { Provider } from '../provider/provider.ts';
import { queryOf, readParameters } from '../request/parameters.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { SessionStore } from '../session/store.ts';
import { appendCookies } from './answer.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface FrontchannelLogoutParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly provider: Pick<Provider, 'issuer' | 'ownOrigins'>;
  readonly marks: SignOutMarks;
  readonly store: Pick<SessionStore, 'load' | 'clear'>;
}

/**
 * It proves nothing about who asks, so it ends the named session here and does no more (security FC-4). Cookies of other
 * sites' frames are mostly not sent; `iss` and `sid` say which session it is (FC-2).
 */
export function frontchannelLogout({
  visits,
  logger,
  provider,
  marks,
  store,
}: FrontchannelLogoutParts): RequestHandler {
  return async (req, res) => {
    res.setHeader('Cache-Control', 'no-cache, no-store');
    const parameters = readParameters(queryOf(req.url), { semicolons: false });
    const iss = parameters.kind === 'ok' ? parameters.getAll('iss') : [];
    const sid = parameters.kind === 'ok' ? parameters.getAll('sid') : [];
    if (
      iss.length > 1 ||
      sid.length > 1 ||
      iss.length !== sid.length ||
      (iss[0] ?? provider.issuer()) !== provider.issuer()
    ) {
      throw new Problem({
        status: 400,
        reason: 'frontchannel_parameters',
        message: 'This address is for the identity provider; it needs both iss and sid, or neither.',
      });
    }
    const request = cookieRequest(req, visits.of(req));
    const loaded = await store.load(request);
    const session = loaded.kind === 'found' ? loaded.session : undefined;
    const named = sid[0];
    if (named !== undefined) await marks.endSid(provider.issuer(), named);
    // Without a name it can only be this browser's own session; with one, only if it is the same.
    if (session !== undefined && (named === undefined || session.sid === named)) {
      await marks.endSession(session);
      appendCookies(res, await store.clear(request));
    }
    logger.info('the provider ended a session by front channel', { sid: named });
    const ancestors = provider.ownOrigins().join(' ') || "'none'";
    res.setHeader('Content-Security-Policy', `default-src 'none'; frame-ancestors ${ancestors}`);
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.status(200).end('<!doctype html><title>Signed out</title>');
  };
}
