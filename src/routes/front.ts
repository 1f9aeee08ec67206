// The first to see a request: tidies its target, begins its visit, and lets `auth` by without further ado.
import type { ServerResponse } from 'node:http';
import { cleanTarget, originForm } from '../request/clean-target.ts';
import type { Listener } from './auth.ts';
import type { ForceHttps } from './force-https.ts';
import type { Visits } from './visit.ts';

export interface FrontParts {
  readonly proxyPrefix: string;
  /** --allow-query-semicolons: `;` separates parameters as `&` does. */
  readonly allowQuerySemicolons: boolean;
  readonly visits: Visits;
  readonly forceHttps: ForceHttps | undefined;
  readonly auth: Listener;
  readonly others: Listener;
}

export function front({ proxyPrefix, allowQuerySemicolons, visits, forceHttps, ...parts }: FrontParts): Listener {
  const { auth, others } = parts;
  const authPath = `${proxyPrefix}/auth`;
  const authPathWithQuery = `${authPath}?`;

  return (req, res) => {
    const target = originForm(req.url ?? '/');
    const cleaned = cleanTarget(target);
    // Before logs and metrics, and never off the site: two slashes in front are one afterwards (reference: mux).
    if (cleaned !== undefined) return movedTo(res, cleaned);
    req.url = allowQuerySemicolons ? withAmpersands(target) : target;
    const visit = visits.begin(req, res);
    if (forceHttps?.(visit.original, res)) {
      visit.silent = true; // reference: before the request log
      return;
    }
    if (req.url === authPath || req.url.startsWith(authPathWithQuery)) auth(req, res);
    else others(req, res);
  };
}

function movedTo(res: ServerResponse, target: string): void {
  res.writeHead(301, { Location: target, 'Content-Length': 0 }).end();
}

function withAmpersands(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query) + target.slice(query).replaceAll(';', '&');
}
