// Hands a request that may enter to the upstream.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../lib/logger.ts';
import type { IdentityHeaders } from '../response/identity-headers.ts';
import type { Pages } from '../response/pages.ts';
import type { Session } from '../session/session.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import type { Visits } from './visit.ts';

export interface ProxiedParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly upstreams: Upstreams;
  readonly identity: IdentityHeaders;
  readonly pages: Pages;
}

export function proxied({ visits, logger, upstreams, identity, pages }: ProxiedParts) {
  return (req: IncomingMessage, res: ServerResponse, session: Session | undefined): Promise<void> => {
    const visit = visits.of(req);
    const requestId = visit.original.id;
    countBody(res, (bytes) => (visit.passedBytes = (visit.passedBytes ?? 0) + bytes));
    return upstreams.handle(req, res, {
      requestHeaders: identity.requestHeaders(session),
      responseHeaders: identity.responseHeaders(session),
      isIdentityHeader: identity.isIdentityHeader,
      onUpstream: (id) => (visit.upstream = id),
      onFailure({ status, message, debug, reason, cause }) {
        logger.error(debug ?? message, {
          reason,
          request_id: requestId,
          cause: cause === undefined ? undefined : String(cause),
        });
        // Buttons would lead back to the same upstream (reference: errors of upstreams have none).
        pages.sendError(res, { status, message, debug, requestId, returnTo: undefined });
      },
    });
  };
}

/** For the request log: what streams through has no Content-Length that could tell. */
function countBody(res: ServerResponse, count: (bytes: number) => void): void {
  const { write, end } = res;
  const countChunk = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) count(Buffer.byteLength(chunk));
  };
  res.write = function written(...args: Parameters<typeof write>) {
    countChunk(args[0]);
    return write.apply(res, args);
  } as typeof write;
  res.end = function ended(...args: Parameters<typeof end>) {
    countChunk(args[0]);
    return end.apply(res, args);
  } as typeof end;
}
