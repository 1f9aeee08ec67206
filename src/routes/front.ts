// The first to see a request: tidies its target, begins its visit, and lets `auth` by without further ado.
import type { ServerResponse } from 'node:http';
import { cleanTarget, originForm } from '../request/clean-target.ts';
import type { Listener } from './auth.ts';
import type { ForceHttps } from './force-https.ts';
import type { Visits } from './visit.ts';

export interface FrontParts {
  readonly proxyPrefix: string;
  readonly visits: Visits;
  readonly forceHttps: ForceHttps | undefined;
  readonly auth: Listener;
  readonly others: Listener;
}

export function front({ proxyPrefix, visits, forceHttps, ...parts }: FrontParts): Listener {
  const { auth, others } = parts;
  const authPath = `${proxyPrefix}/auth`;
  const authPathWithQuery = `${authPath}?`;

  return (req, res) => {
    const target = originForm(req.url ?? '/');
    const cleaned = cleanTarget(target);
    // Before logs and metrics, and never off the site: two slashes in front are one afterwards (reference: mux).
    if (cleaned !== undefined) return movedTo(res, cleaned);
    req.url = target;
    const visit = visits.begin(req, res);
    // nginx takes nothing but 2xx, 401 and 403 from `auth` (security X-1); its client was sent to https by nginx, or was not.
    if (req.url === authPath || req.url.startsWith(authPathWithQuery)) return auth(req, res);
    if (!forceHttps?.(visit.original, res)) return others(req, res);
    visit.silent = true; // reference: before the request log
  };
}

function movedTo(res: ServerResponse, target: string): void {
  res.writeHead(301, { Location: target, 'Content-Length': 0 }).end();
}
