// {prefix}/backchannel-logout: the provider says, server to server, that somebody has signed out. Back-Channel Logout 1.0 §2.5–2.8.
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { ProviderFailure } from '../provider/failure.ts';
import type { LogoutToken } from '../provider/logout-token.ts';
import type { Provider } from '../provider/provider.ts';
import { readAllParameters } from '../request/parameters.ts';
import { sendJson } from '../response/send.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';

export interface BackchannelLogoutParts {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly provider: Pick<Provider, 'verifyLogoutToken'>;
  readonly marks: SignOutMarks;
  /** --backchannel-logout-all-sessions */
  readonly endsAllSessions: boolean;
}

export function backchannelLogout(parts: BackchannelLogoutParts): RequestHandler {
  return async (req, res) => {
    res.setHeader('Cache-Control', 'no-store'); // §2.8
    if (req.method !== 'POST') {
      res.setHeader('Allow', 'POST');
      return refuse(parts.logger, res, { status: 405, reason: 'logout_token_method' });
    }
    const raw = await readLogoutToken(req);
    if (raw === undefined) return refuse(parts.logger, res, { status: 400, reason: 'logout_token_form' });
    let token: LogoutToken;
    try {
      token = await parts.provider.verifyLogoutToken(raw);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      return refuse(parts.logger, res, { status: 400, reason: error.reason });
    }
    await end(parts, token);
    // The same for a session that nobody knows: no oracle (security B14).
    res.status(200).setHeader('Content-Length', '0').end();
  };
}

/** Exactly one logout_token in a form, and nothing in the query (security B1). */
async function readLogoutToken(req: Request): Promise<string | undefined> {
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(req.get('content-type') ?? '')) return undefined;
  const parameters = await readAllParameters(req, { semicolons: false });
  if (parameters.kind !== 'ok') return undefined;
  const tokens = parameters.getAll('logout_token');
  return tokens.length === 1 ? tokens[0] : undefined;
}

async function end({ logger, marks, endsAllSessions }: BackchannelLogoutParts, token: LogoutToken): Promise<void> {
  const { issuer, subject, sid, tokenId, issuedAtMs, expiresAtMs } = token;
  // A replay within its life changes nothing (security B7): the first one has ended what there was.
  if (!(await marks.isFirstUse(`${issuer} ${tokenId}`, expiresAtMs))) {
    return logger.info('a logout token came twice', { reason: 'logout_token_replayed' });
  }
  const isWide = subject !== undefined && (sid === undefined || endsAllSessions);
  if (isWide) await marks.endSubject({ issuer, subject, atMs: issuedAtMs });
  else if (sid !== undefined) await marks.endSid(issuer, sid);
  logger.info('the provider ended sessions', { scope: isWide ? 'sub' : 'sid', subject, sid });
}

function refuse(logger: Logger, res: Response, { status, reason }: { status: number; reason: string }): void {
  logger.warn('a logout token was refused', { reason });
  sendJson(res, status, JSON.stringify({ error: 'invalid_request', error_description: reason }));
}
