// {prefix}/backchannel-logout: the provider says, server to server, that somebody has signed out. Back-Channel Logout 1.0 §2.5–2.8.
import type { Request, RequestHandler, Response } from 'express';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { Problem } from '../lib/problem.ts';
import { ProviderFailure } from '../provider/failure.ts';
import type { LogoutToken } from '../provider/logout-token.ts';
import type { Provider } from '../provider/provider.ts';
import { readForm } from '../request/form.ts';
import { readParameters } from '../request/parameters.ts';
import { sendJson } from '../response/send.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';

export interface BackchannelLogoutParts {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'logoutToken'>;
  readonly clock: Clock;
  readonly provider: Pick<Provider, 'verifyLogoutToken'>;
  readonly marks: SignOutMarks;
  /** --backchannel-logout-all-sessions */
  readonly endsAllSessions: boolean;
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
  /** Something is broken, here or at the provider: nobody could say whether the token is good. */
  readonly isFailure?: boolean;
}

/** The provider waits for the answer, and its user with it (security B19). The work goes on meanwhile. */
const patienceMs = 800;
const late: Refusal = { status: 400, reason: 'logout_token_late', isFailure: true };

export function backchannelLogout(parts: BackchannelLogoutParts): RequestHandler {
  return async (req, res) => {
    res.setHeader('Cache-Control', 'no-store'); // §2.8
    if (req.method !== 'POST') {
      res.setHeader('Allow', 'POST');
      return refuse(parts, res, { status: 405, reason: 'logout_token_method' });
    }
    const raw = await readLogoutToken(req);
    if (typeof raw !== 'string') return refuse(parts, res, raw);
    const refusal = await Promise.race([obey(parts, raw), wait(patienceMs, late, { ref: false })]);
    if (refusal !== undefined) return refuse(parts, res, refusal);
    // The same for a session that nobody knows: no oracle (security B14).
    res.status(200).setHeader('Content-Length', '0').end();
  };
}

/** Exactly one logout_token, and only in a form: what stands in a URL ends up in logs (security B1). */
async function readLogoutToken(req: Request): Promise<string | Refusal> {
  const malformed: Refusal = { status: 400, reason: 'logout_token_form' };
  try {
    const form = await readForm(req);
    const parameters = form === undefined ? undefined : readParameters(form, { semicolons: false });
    const [token, ...others] = parameters?.kind === 'ok' ? parameters.getAll('logout_token') : [];
    return token === undefined || others.length > 0 ? malformed : token;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: error.status, reason: `logout_token_${error.reason}` };
  }
}

/** Undefined: what the token says is done. */
async function obey(parts: BackchannelLogoutParts, raw: string): Promise<Refusal | undefined> {
  try {
    await end(parts, await parts.provider.verifyLogoutToken(raw));
    return undefined;
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    return { status: 400, reason: error.reason, isFailure: error.kind !== 'rejected' };
  }
}

async function end(parts: BackchannelLogoutParts, token: LogoutToken): Promise<void> {
  const { logger, metrics, marks, endsAllSessions, clock } = parts;
  const { issuer, subject, sid, tokenId, issuedAtMs } = token;
  // A replay within its life changes nothing (security B7): the first one has ended what there was.
  if (!(await marks.isFirstUse(`${issuer} ${tokenId}`))) {
    metrics.logoutToken('ok', 'replayed');
    return logger.info('a logout token came twice', { reason: 'logout_token_replayed' });
  }
  const isWide = subject !== undefined && (sid === undefined || endsAllSessions);
  if (sid !== undefined) await marks.endSid({ issuer, sid, isProven: true });
  if (isWide) await marks.endSubject({ issuer, subject, atMs: untilMs(issuedAtMs, clock()) });
  metrics.logoutToken('ok');
  logger.info('the provider ended sessions', { scope: isWide ? 'sub' : 'sid', subject, sid });
}

/** `iat` has whole seconds: a session that began within that second is meant, too, unless it began after the token came. */
function untilMs(issuedAtMs: number, nowMs: number): number {
  return Math.min(issuedAtMs + 999, nowMs);
}

function refuse({ logger, metrics }: BackchannelLogoutParts, res: Response, refusal: Refusal): void {
  const { status, reason, isFailure = false } = refusal;
  logger.warn('a logout token was refused', { reason });
  metrics.logoutToken(isFailure ? 'failed' : 'refused', reason);
  sendJson(res, status, JSON.stringify({ error: 'invalid_request', error_description: reason }));
}
