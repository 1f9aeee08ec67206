// The protected site when the sidecar stands in front of it: which upstream answers, and what is added on the way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignatureKey } from '../config/signature-key.ts';
import type { UpstreamConfig } from '../config/upstream.ts';
import { assertNever } from '../lib/assert-never.ts';
import { isUpgraded } from '../lib/listen.ts';
import type { Logger } from '../lib/logger.ts';
import { Problem } from '../lib/problem.ts';
import type { HeaderLine } from '../response/identity-headers.ts';
import { sendText } from '../response/send.ts';
import { serveFile } from './files.ts';
import { requestLines, type Outgoing } from './header-lines.ts';
import { createWire, type Passage, type Wire } from './http-call.ts';
import { appendLines, proxy } from './http-proxy.ts';
import { splitTarget } from './request-path.ts';
import { createRoutes, matchRoute, type Match, type Route } from './routes.ts';
import { signed } from './signature.ts';
import { cutWhenStalled } from './stall.ts';
import { tunnel } from './tunnel.ts';

export interface UpstreamsParts {
  readonly upstreamConfig: UpstreamConfig;
  /** Absent: requests are not signed. */
  readonly signatureKey?: SignatureKey | undefined;
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
  close(): void;
}

interface Asking {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly handling: Handling;
}

interface Reaching extends UpstreamsParts {
  readonly wires: ReadonlyMap<Route, Wire>;
}

export function createUpstreams(parts: UpstreamsParts): Upstreams {
  const routes = createRoutes(parts.upstreamConfig);
  const reaching: Reaching = { ...parts, wires: wiresOf(routes.routes) };
  return {
    async handle(req, res, handling) {
      appendLines(res, handling.responseHeaders);
      const match = matchRoute(routes, splitTarget(req.url ?? '/'));
      switch (match.kind) {
        case 'route':
          handling.onUpstream?.(match.route.upstream.id);
          return pass(reaching, match, { req, res, handling });
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
    close() {
      for (const { agent } of reaching.wires.values()) agent.destroy();
    },
  };
}

function wiresOf(routes: readonly Route[]): ReadonlyMap<Route, Wire> {
  const wires = new Map<Route, Wire>();
  for (const route of routes) {
    const { destination } = route.upstream;
    if (destination.kind === 'http') wires.set(route, createWire(route.upstream, destination));
  }
  return wires;
}

async function pass(reaching: Reaching, match: Match & { kind: 'route' }, asking: Asking): Promise<void> {
  const { req, res } = asking;
  const { upstream } = match.route;
  const wire = reaching.wires.get(match.route);
  if (wire && isUpgraded(req) && upstream.proxyWebsockets) {
    const passage = await passageOf(reaching, match, asking);
    return passage && tunnel(wire, passage);
  }
  cutWhenStalled(req, res, reaching.clientStallTimeoutMs ?? 60_000);
  if (wire) {
    const passage = await passageOf(reaching, match, asking);
    return passage && proxy(wire, passage, reaching.logger);
  }
  const { destination } = upstream;
  if (destination.kind === 'files') return serveFile({ req, res, root: destination.root, path: match.rest });
  if (destination.kind === 'static') sendText(res, destination.status, 'Authenticated');
}

/** Undefined when the request cannot be passed on; that has been answered then. */
async function passageOf(
  { signatureKey }: Reaching,
  { target }: Match & { kind: 'route' },
  { req, res, handling }: Asking,
): Promise<Passage | undefined> {
  const onFailure: Handling['onFailure'] = (problem) => handling.onFailure(problem);
  const { isIdentityHeader } = handling;
  const unsigned = requestLines(req, handling);
  const common = { req, res, target: target ?? req.url ?? '/', isIdentityHeader, onFailure };
  if (signatureKey === undefined) return { ...common, lines: unsigned };
  const user = handling.responseHeaders.find(([name]) => name === 'Gap-Auth')?.[1] ?? '';
  try {
    return { ...common, ...(await signed(signatureKey, { req, lines: unsigned, user })) };
  } catch (error) {
    if (res.destroyed || req.errored) return undefined; // the client is gone
    if (!(error instanceof Problem)) throw error;
    await onFailure(error);
    return undefined;
  }
}

function malformedPath(): Problem {
  return new Problem({ status: 400, reason: 'malformed_path', message: 'The address of this page is malformed.' });
}
