// How does the service take requests: hardened against slow and large ones, and ended without cutting any off?
import { createServer, ServerResponse, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bind } from './bind.ts';
import { trackConnections } from './connections.ts';
import type { ListenAddress } from './listen-address.ts';

export type Handler = (req: IncomingMessage, res: ServerResponse) => void;

export interface ListenerParts {
  readonly handler: Handler;
  /** Asked first. True: it has answered, at once and in full, so that nothing has to be kept of the request. */
  readonly quick?: ((req: IncomingMessage, res: ServerResponse) => boolean) | undefined;
  /** Told of faults of the server itself, such as too many open files. */
  readonly onError?: (error: Error) => void;
  /** Told of clients whose TLS handshake came to nothing. */
  readonly onHandshakeFault?: (fault: HandshakeFault) => void;
  /** Certificate, key, versions, ciphers: then it speaks TLS. */
  readonly tls?: TlsServerOptions;
  /** Hand WebSocket requests to the handler with `isUpgraded`; otherwise they are ordinary requests. */
  readonly websockets?: boolean;
  /** For the rest of a body whose request has been answered already (security V-1). */
  readonly leftoverTimeoutMs?: number;
}

export interface HandshakeFault {
  readonly client: string;
  /** Code of OpenSSL or of the system. */
  readonly cause: string;
}

export interface Listener {
  readonly server: Server;
  /** @throws an error that names address and option when the address cannot be had */
  listen(address: ListenAddress, option: string): Promise<void>;
  /** Takes nothing new, lets requests in flight finish, cuts what is left after the limit. */
  shutdown(timeoutMs: number): Promise<void>;
}

/** Security V-1, V-2, X-9. */
const limits = {
  maxHeaderSize: 64 * 1024,
  headersTimeout: 10_000,
  /** Off: uploads to an upstream may take their time; whoever reads a body limits it. */
  requestTimeout: 0,
  /** Longer than nginx keeps its end open (60 s), so that nginx never writes into a closed connection. */
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
} as const satisfies ServerOptions;

/** Node cuts off silently what is beyond its own limit; more lines than this are refused instead. */
const maxHeaderLines = 500;
const upgraded = Symbol('upgraded');

/** Is this a WebSocket handshake whose socket waits for a tunnel? `req.socket` is the socket then. */
export function isUpgraded(req: IncomingMessage): boolean {
  return upgraded in req;
}

export function createListener({ handler, quick, onError, tls, ...parts }: ListenerParts): Listener {
  const { websockets = false, leftoverTimeoutMs = 15_000, onHandshakeFault } = parts;
  // A handshake that is pipelined behind another request is an ordinary one: its socket is not free for a tunnel.
  const shouldUpgradeCallback = (req: IncomingMessage) =>
    websockets && asksForWebSocket(req) && !connections.isBusy(req.socket) && isOver(lastQuick.get(req.socket));
  /** What was answered at once has the socket until it is out, too. */
  const lastQuick = new WeakMap<Socket, ServerResponse>();
  const isOver = (res: ServerResponse | undefined) => res === undefined || res.destroyed;
  const options = { ...limits, shouldUpgradeCallback };
  const server: Server = tls
    ? createTlsServer({ handshakeTimeout: 10_000, ...tls, ...options })
    : createServer(options);
  server.maxHeadersCount = 2 * maxHeaderLines;
  const connections = trackConnections({ server, isTls: tls !== undefined, isEndless: isUpgraded });

  const take: Handler = (req, res) => {
    connections.begin(req, res);
    res.once('finish', () => limitLeftover(req, leftoverTimeoutMs));
    if (req.rawHeaders.length > 2 * maxHeaderLines) res.writeHead(431, { Connection: 'close' }).end();
    else handler(req, res);
  };
  server.on('request', (req, res) => {
    const isOrdinary = req.rawHeaders.length <= 2 * maxHeaderLines && !connections.isClosing();
    if (isOrdinary && quick?.(req, res)) lastQuick.set(req.socket, res);
    else take(req, res);
  });
  server.on('upgrade', (req, socket, head) => take(req, responseFor(req, socket as Socket, head)));
  server.on('clientError', (error, socket) => refuse(error, socket, connections.isAnswering(socket)));
  server.on('tlsClientError', (error: NodeJS.ErrnoException, { remoteAddress = '' }: Socket) =>
    onHandshakeFault?.({ client: remoteAddress, cause: error.code ?? error.message }),
  );
  // Accepting fails when file descriptors run out; without a listener that would end the process.
  server.on('error', (error) => onError?.(error));
  return { server, listen: (address, option) => bind(server, address, option), shutdown: connections.shutdown };
}

/**
 * RFC 6455 §4.2.1. Everything else that asks for an upgrade is answered as if it had not (RFC 9110 §7.8). So is a handshake
 * with a body: none has one, and while Node waits for it there is no socket that could be answered on (security V-1).
 */
function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody;
}

/** Gives a handshake a response, so that it passes sign-in and rules as every other request does (security H-7). */
function responseFor(req: IncomingMessage, socket: Socket, head: Buffer): ServerResponse {
  Object.defineProperty(req, upgraded, { value: true });
  if (head.length > 0) socket.unshift(head);
  socket.on('error', () => {}); // a client that goes away is no event
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket);
  res.once('finish', () => socket.destroySoon());
  return res;
}

/** A body that nobody reads must not hold its connection by dripping in (security V-1). */
function limitLeftover(req: IncomingMessage, timeoutMs: number): void {
  if (req.complete || isUpgraded(req)) return;
  const timer = setTimeout(() => req.complete || req.socket.destroy(), timeoutMs).unref();
  req.once('close', () => clearTimeout(timer));
}

/** Answers what is no request; a socket with half an answer on it can only be cut. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex, answered: boolean): void {
  // Before the handshake is through there is nobody who could read an answer.
  const isTlsFault = /^ERR_(?:SSL|TLS)_/.test(error.code ?? '');
  if (!socket.writable || answered || isTlsFault || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const reasons: Readonly<Record<string, string>> = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  };
  const status = reasons[error.code ?? ''] ?? '400 Bad Request';
  socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
