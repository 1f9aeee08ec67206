// How is an HTTP upstream called, and for how long is it waited for?
import {
  Agent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Destination } from '../config/upstream-destination.ts';
import type { Upstream } from '../config/upstream.ts';
import type { Problem } from '../lib/problem.ts';
import type { HeaderLine } from '../response/identity-headers.ts';

/** An upstream that can be called, with its open connections. */
export interface Wire {
  readonly upstream: Upstream;
  readonly destination: Destination & { readonly kind: 'http' };
  readonly agent: Agent;
}

/** One request on its way. */
export interface Passage {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** For the request line. */
  readonly target: string;
  /** As the upstream shall see them, without `Host` and framing. */
  readonly lines: readonly HeaderLine[];
  /** Read already, because it had to be signed. */
  readonly body?: Buffer | undefined;
  /** May a trailer of this name not reach the upstream (security H-6)? */
  isIdentityHeader(name: string): boolean;
  onFailure(problem: Problem): void | Promise<void>;
}

export interface Dialling {
  readonly method: string;
  readonly lines: readonly HeaderLine[];
  /** On a connection of its own. */
  readonly fresh?: boolean;
}

export interface Reply {
  readonly answer: IncomingMessage;
  /** When the upstream switched protocols. */
  readonly socket: Socket | undefined;
}

const longestConnectMs = 10_000;
/** As long as the reference keeps an idle connection. */
const idleConnectionMs = 90_000;
const maxHeaderSize = 64 * 1024;

export function createWire(upstream: Upstream, destination: Wire['destination']): Wire {
  const options = { keepAlive: !upstream.disableKeepAlives, timeout: idleConnectionMs };
  const agent = isTls(destination) ? new TlsAgent(options) : new Agent(options);
  return { upstream, destination, agent };
}

/** @throws when Node finds the request line unfit */
export function dial({ upstream, destination, agent }: Wire, passage: Passage, dialling: Dialling): ClientRequest {
  const { origin, socketPath } = destination;
  const host = origin.hostname.replace(/^\[(.*)\]$/, '$1');
  const asked = upstream.passHostHeader ? (passage.req.headers.host ?? origin.host) : origin.host;
  const send = isTls(destination) ? httpsRequest : httpRequest;
  const call = send({
    ...(socketPath === undefined ? { host, port: origin.port || undefined } : { socketPath }),
    method: dialling.method,
    path: passage.target,
    headers: ['Host', asked, ...dialling.lines.flat()],
    agent: dialling.fresh ? false : agent,
    maxHeaderSize,
    rejectUnauthorized: !upstream.insecureSkipTlsVerify,
    // The certificate must be the upstream's, whatever host the client asked for.
    servername: isIP(host) ? '' : host,
  });
  limitWait(call, upstream.timeoutMs);
  return call;
}

function isTls({ origin }: Wire['destination']): boolean {
  return origin.protocol === 'https:';
}

/** Connecting is limited, and waiting for an answer once the request is out; an upload may take its time. */
function limitWait(call: ClientRequest, timeoutMs: number): void {
  const late = () => call.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
  const connectMs = timeoutMs > 0 ? Math.min(timeoutMs, longestConnectMs) : longestConnectMs;
  let timer: NodeJS.Timeout | undefined = setTimeout(late, connectMs).unref();
  let isOver = false;
  const stop = () => clearTimeout(timer);
  call.once('socket', (socket: Socket) => {
    if (!socket.connecting) stop();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', stop);
  });
  call.once('finish', () => {
    stop();
    if (timeoutMs > 0 && !isOver) timer = setTimeout(late, timeoutMs).unref();
  });
  for (const event of ['response', 'upgrade', 'close']) {
    call.once(event, () => {
      isOver = true;
      stop();
    });
  }
}

/** Rejects when nothing came back. Later faults show at the answer or the socket. */
export function reply(call: ClientRequest): Promise<Reply> {
  return new Promise((agreed, failed) => {
    call.once('upgrade', (answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      agreed({ answer, socket: socket as Socket });
    });
    call.once('response', (answer) => agreed({ answer, socket: undefined }));
    call.on('error', failed);
  });
}
