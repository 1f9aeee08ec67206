// --force-https: where must a request go that its client sent over plain http?
import type { ServerResponse } from 'node:http';
import type { OriginalRequest } from '../request/original-request.ts';

export interface ForceHttpsParts {
  readonly forceHttps: boolean;
  /** Port of the https listener. */
  readonly httpsPort: number;
}

/** Sends it there and says so. Probes go there too (reference: it comes before everything but the cleaning of paths); `auth` does not (front.ts). */
export type ForceHttps = (original: OriginalRequest, res: ServerResponse) => boolean;

const hostAndPort = /^(?<host>[\w.-]+|\[[\da-fA-F:.]+\])(?<port>:\d*)?$/;

/** Undefined: nobody is sent anywhere. */
export function forceHttps({ forceHttps, httpsPort }: ForceHttpsParts): ForceHttps | undefined {
  if (!forceHttps) return undefined;
  return ({ scheme, host, ownUri }, res) => {
    // What a believed proxy says of its client counts, not the connection to us, be it TLS.
    if (scheme.toLowerCase() === 'https') return false;
    const { host: name, port } = hostAndPort.exec(host)?.groups ?? {};
    if (name === undefined) {
      // Whatever is in there, it must not become an address (security RD-1).
      res.writeHead(400, { 'Content-Length': 0, Connection: 'close' }).end();
      return true;
    }
    const where = `https://${name}${port === undefined || port === ':' ? '' : `:${httpsPort}`}${ownUri}`;
    // 308, not 302: a form that is sent keeps its method and its body (RFC 9110 §15.4.9).
    // The connection ends, lest a body that is announced and not sent eat the next request (security X-2).
    res.writeHead(308, { Location: where, 'Content-Length': 0, Connection: 'close' }).end();
    return true;
  };
}
