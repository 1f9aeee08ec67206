// Which connections of a server are busy, so that it can end without cutting an answer off?
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

export interface Connections {
  begin(req: IncomingMessage, res: ServerResponse): void;
  /** Is a request of this socket still without its whole answer? */
  isBusy(socket: unknown): boolean;
  /** Has an answer begun to go out on this socket? */
  isAnswering(socket: unknown): boolean;
  isClosing(): boolean;
  /** Takes nothing new, waits until nothing is pending, at most so long, and cuts what is left. */
  shutdown(timeoutMs: number): Promise<void>;
}

export interface Observed {
  readonly server: Server;
  readonly isTls: boolean;
  /** Has no end of its own (a tunnel), so nobody waits for it. */
  isEndless(req: IncomingMessage): boolean;
}

/**
 * So long a connection without a request is still listened to: nginx may have sent one already, and repeats none that is
 * not idempotent (RFC 9110 §9.2.2) when the connection ends instead of an answer.
 */
const lingerMs = 1_000;
/** For answers that are complete but still on their way to a client. */
const flushTimeoutMs = 1_000;

export function trackConnections({ server, isTls, isEndless }: Observed): Connections {
  const plain = openSockets(server, 'connection');
  const sockets = isTls ? openSockets(server, 'secureConnection') : plain;
  const inFlight = new Set<ServerResponse>();
  /** Of these the client has read that the connection goes on, so it may have sent another request. */
  const promised = new WeakSet<ServerResponse>();
  let closing = false;
  let lingers = false;
  const busy = () => new Set([...inFlight].map(({ req }) => req.socket));
  const pending = () => [...inFlight].filter(({ req }) => !isEndless(req));

  return {
    begin(req, res) {
      inFlight.add(res);
      if (closing) res.shouldKeepAlive = false;
      res.once('close', () => {
        inFlight.delete(res);
        const maySendMore = lingers && promised.has(res);
        if (closing && !maySendMore && !busy().has(req.socket)) req.socket.destroySoon();
      });
    },
    isBusy: (socket) => busy().has(socket as Socket),
    isAnswering: (socket) => [...inFlight].some((res) => res.req.socket === socket && res.headersSent),
    isClosing: () => closing,
    async shutdown(timeoutMs) {
      closing = lingers = true;
      for (const res of inFlight) {
        if (res.headersSent) promised.add(res);
        else res.shouldKeepAlive = false;
      }
      // What the system has accepted for us is taken first: its clients may have sent a request.
      await new Promise((done) => setImmediate(done));
      // http's own close() cuts answers that are written but not yet sent; net's does not.
      const closed = new Promise<void>((done) => NetServer.prototype.close.call(server, () => done()));
      const expiry = after(timeoutMs);
      const lingered = after(Math.min(lingerMs, timeoutMs)).then(() => {
        lingers = false;
        endAllBut(busy(), sockets);
      });
      await Promise.race([lingered, closed]);

      let expired = false;
      void expiry.then(() => (expired = true));
      while (pending().length > 0 && !expired) await Promise.race([Promise.all(pending().map(ended)), expiry]);

      endAllBut(new Set(), sockets);
      await Promise.race([closed, after(flushTimeoutMs)]);
      for (const socket of plain) socket.destroy();
      server.close(); // only for http's timer that watches connections: it would hold the server in memory for ever
    },
  };
}

function endAllBut(busy: ReadonlySet<Socket>, sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) if (!busy.has(socket)) socket.destroySoon();
}

function openSockets(server: Server, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function ended(res: ServerResponse): Promise<void> {
  await new Promise<void>((done) => res.once('close', () => done()));
}

async function after(ms: number): Promise<void> {
  await new Promise<void>((done) => setTimeout(done, ms).unref());
}
