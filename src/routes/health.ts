// Is the service alive, is it ready, and what may robots read?
import type { RequestHandler } from 'express';
import type { Config } from '../config/options.ts';
import type { Visits } from './visit.ts';
import { sendText } from '../response/send.ts';

export interface ProbeParts {
  readonly server: Pick<Config['server'], 'pingPath' | 'pingUserAgent' | 'readyPath' | 'gcpHealthchecks'>;
  readonly silent: boolean;
  readonly visits: Visits;
  /** Why the service is not ready; undefined when it is. */
  notReadyBecause(): Promise<string | undefined>;
}

/** Answered before routing; on other paths and for other agents the request goes on as any other (security A11). */
export function probes({ server, silent, visits, notReadyBecause }: ProbeParts): RequestHandler {
  const googlePaths = server.gcpHealthchecks ? ['/liveness_check', '/readiness_check'] : [];
  const pingPaths = new Set([server.pingPath, ...googlePaths].filter((path) => path !== ''));
  const googleAgent = server.gcpHealthchecks ? ['GoogleHC/1.0'] : [];
  const agents = [server.pingUserAgent, ...googleAgent].filter((agent) => agent !== '');

  return async (req, res, next) => {
    if (pingPaths.has(req.path) && (agents.length === 0 || agents.includes(req.get('user-agent') ?? ''))) {
      visits.of(req).silent = silent;
      return sendText(res, 200, 'OK');
    }
    if (server.readyPath === '' || req.path !== server.readyPath) return next();
    visits.of(req).silent = silent;
    const because = await notReadyBecause();
    if (because === undefined) return sendText(res, 200, 'OK');
    sendText(res, 503, `error: ${because}\n`);
  };
}

/** @param own of the operator's templates */
export function robots(own = 'User-agent: *\nDisallow: /\n'): RequestHandler {
  return (_req, res) => sendText(res, 200, own);
}
