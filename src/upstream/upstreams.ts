// The protected site when the sidecar stands in front of it: which upstream answers, and what is added on the way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pool } from 'undici';
import { isUpgraded } from '../lib/listen.ts';
import { assertNever } from '../lib/assert-never.ts';
import type { Logger } from '../lib/logger.ts';
import { Problem } from '../lib/problem.ts';
import type { HeaderLine } from '../response/identity-headers.ts';
import { sendText } from '../response/send.ts';
import { requestLines, type Outgoing } from './header-lines.ts';
import { appendLines, createPool, proxy, type HttpUpstream, type UpstreamOptions } from './http-proxy.ts';
import { splitTarget } from './request-path.ts';
import { matchRoute, parseRoutes, type Route } from './routes.ts';
import { cutWhenStalled } from './stall.ts';
import { tunnel } from './tunnel.ts';

export interface UpstreamsParts {
  readonly upstream: UpstreamOptions & { readonly upstreams: readonly string[] };
  readonly logger: Pick<Logger, 'warn'>;
  /** How long a client may owe bytes, or a read, without moving any (security V-1). */
  readonly clientStallTimeoutMs?: number;
}

export interface Handling extends Outgoing {
  /** Ours; they are on every answer, also when the upstream fails. */
  readonly responseHeaders: readonly HeaderLine[];
  /** Writes the error page. Nothing but headers has been set on the response then. */
  onFailure(problem: Problem): void | Promise<void>;
  /** Told the upstream's id for the request log, as soon as it is known. */
  onUpstream?(id: string): void;
}

export interface Upstreams {
  /** Resolves when the answer is out (or the tunnel stands). WebSocket handshakes of lib/listen are understood. */
  handle(req: IncomingMessage, res: ServerResponse, handling: Handling): Promise<void>;
  close(): Promise<void>;
}

interface Served extends HttpUpstream {
  readonly pool: Pool;
}

/** @throws when an upstream makes no sense; config has checked them before */
export function createUpstreams({
  upstream: options,
  logger,
  clientStallTimeoutMs = 60_000,
}: UpstreamsParts): Upstreams {
  const parsed = parseRoutes(options.upstreams);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  const { routes } = parsed;
  const served = new Map(routes.flatMap((route) => serve(route, options)));

  const pass = async (route: Route, passage: Parameters<typeof proxy>[1]) => {
    const upstream = served.get(route);
    if (upstream === undefined) return sendStatic(passage.res, route);
    if (isUpgraded(passage.req) && options.proxyWebsockets) return tunnel(upstream, passage);
    cutWhenStalled(passage.req, passage.res, clientStallTimeoutMs);
    await proxy({ upstream, pool: upstream.pool, logger }, passage);
  };

  return {
    async handle(req, res, handling) {
      appendLines(res, handling.responseHeaders);
      const match = matchRoute(routes, splitTarget(req.url ?? '/'));
      switch (match.kind) {
        case 'route': {
          handling.onUpstream?.(match.route.id);
          const onFailure: Handling['onFailure'] = (problem) => handling.onFailure(problem);
          return pass(match.route, { req, res, lines: requestLines(req, handling), onFailure });
        }
        case 'redirect':
          res.writeHead(301, { Location: match.location, 'Content-Length': 0 }).end();
          return;
        case 'none':
          return sendText(res, 404, '404 page not found\n');
        case 'malformed':
          return handling.onFailure(malformedPath());
        default:
          return assertNever(match);
      }
    },
    async close() {
      await Promise.all([...served.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

function serve(route: Route, options: UpstreamOptions): [Route, Served][] {
  const { id, destination } = route;
  if (destination.kind !== 'http') return [];
  const upstream = { id, origin: destination.origin, socketPath: destination.socketPath, options };
  return [[route, { ...upstream, pool: createPool(upstream) }]];
}

function sendStatic(res: ServerResponse, { destination }: Route): void {
  sendText(res, destination.kind === 'static' ? destination.status : 200, 'Authenticated');
}

function malformedPath(): Problem {
  return new Problem({ status: 400, reason: 'malformed_path', message: 'The address of this page is malformed.' });
}
