// How does Node's own parser read these bytes? No socket and no port, and the peer may be anybody.
import { createServer, type IncomingMessage } from 'node:http';
import { duplexPair } from 'node:stream';
import { bytesOf, type Question } from './ask.ts';

export interface Peer {
  /** Undefined: a unix socket. */
  readonly remoteAddress: string | undefined;
}

/** Undefined when the parser refuses them. The body comes as it does from the network. */
export function parsedRequest(question: Question, peer: Peer): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const [near, far] = duplexPair();
    const server = createServer({ maxHeaderSize: 256 * 1024 }, (req) => resolve(req));
    server.on('clientError', () => resolve(undefined));
    server.emit('connection', Object.assign(far, peer));
    near.on('error', () => resolve(undefined)).resume();
    near.write(bytesOf(question), 'latin1');
  });
}
