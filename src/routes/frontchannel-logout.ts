// {prefix}/frontchannel-logout: the provider's page loads it in a frame when somebody signs out there. Front-Channel Logout 1.0 §2.
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config/options.ts';
import type { Logger } from '../lib/logger.ts';
import type { Provider } from '../provider/provider.ts';
import { queryOf, readParameters } from '../request/parameters.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { SessionStore } from '../session/store.ts';
import { appendCookies } from './answer.ts';
import { mayEndUnasked } from './gate.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface FrontchannelLogoutParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly provider: Pick<Provider, 'issuer' | 'ownOrigins'>;
  readonly marks: Pick<SignOutMarks, 'endSession' | 'endSid'>;
  readonly store: Pick<SessionStore, 'load' | 'clear'>;
  readonly signOutConfirm: Config['signOut']['signOutConfirm'];
}

/**
 * It proves nothing about who asks, so it ends the named session here and does no more (security FC-4). Browsers mostly
 * send no cookies from frames in other sites; `iss` and `sid` say which session it is (FC-2).
 */
export function frontchannelLogout({
  visits,
  logger,
  provider,
  marks,
  store,
  signOutConfirm,
}: FrontchannelLogoutParts): RequestHandler {
  return async (req, res) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET');
      return send(res, provider, 405);
    }
    const named = readNamed(req, provider.issuer());
    if (named === undefined) {
      logger.warn('a front-channel logout was refused', { reason: 'frontchannel_parameters' });
      return send(res, provider, 400);
    }
    const { sid } = named;
    // Without a name it means the browser's own session, which a link on any page could end: providers use frames.
    if (sid === undefined && req.headers['sec-fetch-dest'] === 'document' && !mayEndUnasked(req, signOutConfirm)) {
      logger.warn('a front-channel logout was refused', { reason: 'frontchannel_link' });
      return send(res, provider, 400);
    }
    const request = cookieRequest(req, visits.of(req));
    const loaded = await store.load(request);
    const session = loaded.kind === 'found' ? loaded.session : undefined;
    if (sid !== undefined) await marks.endSid({ issuer: provider.issuer(), sid, isProven: false });
    // Without a name it can only be this browser's own session; with one, only if it is the same.
    if (session !== undefined && (sid === undefined || session.sid === sid)) {
      await marks.endSession(session);
      appendCookies(res, await store.clear(request));
    }
    logger.info('the provider ended a session by the front channel', { sid });
    send(res, provider, 200);
  };
}

/** Both or none of `iss` and `sid`, each once, and the issuer is ours (security FC-1); undefined: anything else. */
function readNamed(req: Request, issuer: string): { readonly sid: string | undefined } | undefined {
  const parameters = readParameters(queryOf(req.url), { semicolons: false });
  if (parameters.kind !== 'ok') return undefined;
  const [issuers, sids] = [parameters.getAll('iss'), parameters.getAll('sid')];
  if (issuers.length === 0 && sids.length === 0) return { sid: undefined };
  const [iss, sid = ''] = [issuers[0], sids[0]];
  const isGood = issuers.length === 1 && sids.length === 1 && iss === issuer && sid !== '' && sid.length <= 255;
  return isGood ? { sid } : undefined;
}

/** For a frame of the provider's page, and of nobody else's (security FC-3). */
function send(res: Response, provider: Pick<Provider, 'ownOrigins'>, status: number): void {
  const ancestors = provider.ownOrigins().join(' ') || "'none'";
  const text = status === 200 ? 'Signed out' : 'This address is for the identity provider';
  const body = Buffer.from(`<!doctype html><title>${text}</title>${text}\n`);
  res.setHeader('Cache-Control', 'no-cache, no-store');
  res.setHeader('Content-Security-Policy', `default-src 'none'; frame-ancestors ${ancestors}`);
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Length', body.length);
  res.status(status).end(res.req.method === 'HEAD' ? undefined : body);
}
