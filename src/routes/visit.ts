// One request, from its arrival to its line in the request log.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { Logger, RequestFacts } from '../lib/logger.ts';
import { longestId, type OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { SessionRequest } from '../provider/who-asks.ts';

export interface Visit {
  readonly original: OriginalRequest;
  readonly startedAtMs: number;
  /** E-mail or user name, once known. */
  username: string | undefined;
  /** Where a sign-in was on its way to: the buttons of an error page lead there. */
  returnTo: ReturnTo | undefined;
  /** Bytes of a body that was passed through; undefined: Content-Length says it. */
  passedBytes: number | undefined;
  /** Id of the upstream that answered; `-` for ourselves. */
  upstream: string;
  /** True for probes that --silence-ping-logging keeps out of the log. */
  silent: boolean;
}

export interface VisitParts {
  readonly readOriginal: (req: IncomingMessage) => OriginalRequest;
  readonly reverseProxy: boolean;
  /** --request-id-header */
  readonly requestIdHeader: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface Visits {
  begin(req: IncomingMessage, res: ServerResponse): Visit;
  of(req: IncomingMessage): Visit;
  facts(req: IncomingMessage): RequestFacts;
  /** Writes down a request that was answered at once, without a visit. */
  note(req: IncomingMessage, answered: Answered): void;
}

export interface Answered {
  readonly status: number;
  readonly username: string | undefined;
  readonly bodyBytes: number;
}

export function visits({ readOriginal, reverseProxy, requestIdHeader, logger, clock }: VisitParts): Visits {
  const idHeader = requestIdHeader.toLowerCase();
  const current = new WeakMap<IncomingMessage, Visit>();

  function of(req: IncomingMessage): Visit {
    const visit = current.get(req);
    if (visit === undefined) throw new TypeError('a handler ran outside of a visit');
    return visit;
  }

  function facts(req: IncomingMessage): RequestFacts {
    const { original, username } = of(req);
    return factsOf(req, original, username);
  }

  function factsOf(req: IncomingMessage, original: OriginalRequest, username: string | undefined): RequestFacts {
    return {
      client: clientOf(req, original, reverseProxy),
      host: original.host,
      protocol: `HTTP/${req.httpVersion}`,
      requestId: original.id,
      method: req.method ?? 'GET',
      userAgent: req.headers['user-agent'] ?? '',
      username,
    };
  }

  /** Without --reverse-proxy nothing that a client forwards counts; read as it came, which costs less than Node's headers. */
  function directFacts(req: IncomingMessage, username: string | undefined): RequestFacts {
    const { rawHeaders } = req;
    let [host, userAgent, requestId] = ['', '', ''];
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] ?? '';
      const value = rawHeaders[i + 1] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') host ||= value;
      else if (name.length === 10 && name.toLowerCase() === 'user-agent') userAgent ||= value;
      else if (name.length === idHeader.length && name.toLowerCase() === idHeader) requestId ||= value;
    }
    return {
      client: peerOf(req),
      host,
      protocol: req.httpVersionMinor === 1 ? 'HTTP/1.1' : `HTTP/${req.httpVersion}`,
      requestId: requestId !== '' && requestId.length <= longestId ? requestId : randomUUID(),
      method: req.method ?? 'GET',
      userAgent,
      username,
    };
  }

  return {
    of,
    facts,
    note(req, { status, username, bodyBytes }) {
      logger.request({
        ...(reverseProxy ? factsOf(req, readOriginal(req), username) : directFacts(req, username)),
        startedAtMs: clock(),
        durationMs: 0,
        uri: req.url ?? '',
        upstream: '-',
        statusCode: status,
        responseSize: bodyBytes,
      });
    },
    begin(req, res) {
      const visit: Visit = {
        original: readOriginal(req),
        startedAtMs: clock(),
        username: undefined,
        returnTo: undefined,
        passedBytes: undefined,
        upstream: '-',
        silent: false,
      };
      current.set(req, visit);
      res.once('close', () => {
        if (visit.silent) return;
        logger.request({
          ...facts(req),
          startedAtMs: visit.startedAtMs,
          durationMs: clock() - visit.startedAtMs,
          uri: visit.original.ownUri,
          upstream: visit.upstream,
          statusCode: res.headersSent ? res.statusCode : 0,
          responseSize: visit.passedBytes ?? bodySize(res),
        });
      });
      return visit;
    },
  };
}

/** Without --reverse-proxy the peer with its port, as in the reference. */
function clientOf(req: IncomingMessage, original: OriginalRequest, reverseProxy: boolean): string {
  return reverseProxy ? (original.clientAddress ?? req.socket.remoteAddress ?? '') : peerOf(req);
}

function peerOf({ socket: { remoteAddress, remotePort } }: IncomingMessage): string {
  if (remoteAddress === undefined) return '@'; // a unix socket, as the reference writes it
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}

function bodySize(res: ServerResponse): number {
  const length = Number(res.getHeader('content-length') ?? Number.NaN);
  return Number.isNaN(length) ? 0 : length;
}

/** What stores, attempts and readers of credentials need to know of a request. */
export function cookieRequest(req: IncomingMessage, { original }: Visit): SessionRequest {
  return {
    cookieHeader: req.headers.cookie,
    host: original.host,
    message: req,
    client: original.clientAddress ?? req.socket.remoteAddress ?? '',
  };
}
