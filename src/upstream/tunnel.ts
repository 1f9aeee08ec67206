// How does a WebSocket pass? Both sockets are joined once the upstream agrees (RFC 6455 §4).
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { HeaderLine } from '../response/identity-headers.ts';
import { endToEnd } from './header-lines.ts';
import { dial, reply, type Passage, type Wire } from './http-call.ts';
import { appendLines } from './http-proxy.ts';
import { upstreamProblem } from './upstream-problem.ts';

/** Finds out that the other end is gone without a word. */
const probeMs = 30_000;

/** Resolves when the tunnel stands, or the upstream has declined. */
export async function tunnel(wire: Wire, passage: Passage): Promise<void> {
  const { req, res, onFailure } = passage;
  const switching: HeaderLine[] = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ];
  const call = dial(wire, passage, { method: 'GET', lines: [...passage.lines, ...switching], fresh: true });
  const hangUp = () => call.destroy();
  req.socket.once('close', hangUp);
  try {
    call.end();
    const { answer, socket } = await reply(call);
    res.statusCode = answer.statusCode ?? 502;
    if (socket) return join(socket, passage, answer);
    appendLines(res, endToEnd(answer.rawHeaders));
    await pipeline(answer, res);
  } catch (error) {
    if (req.socket.destroyed) return;
    if (res.headersSent) res.destroy();
    else await onFailure(upstreamProblem(error, wire.upstream.id));
  } finally {
    req.socket.off('close', hangUp);
  }
}

/** From the 101 on the bytes are none of ours; the response object lives until the socket closes, and is never written. */
function join(upstreamSocket: Socket, { req, res }: Passage, answer: IncomingMessage): void {
  const client = req.socket;
  const ours = Object.entries(res.getHeaders()).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, one]),
  );
  const switching = [
    ['Connection', 'Upgrade'],
    ['Upgrade', answer.headers.upgrade ?? 'websocket'],
  ];
  const lines = [...switching, ...ours, ...endToEnd(answer.rawHeaders)].map(([name, value]) => `${name}: ${value}\r\n`);
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1');
  connect(client, upstreamSocket);
  connect(upstreamSocket, client);
}

function connect(from: Socket, to: Socket): void {
  from.setTimeout(0);
  from.setNoDelay(true);
  from.setKeepAlive(true, probeMs);
  from.on('error', () => to.destroy());
  from.once('close', () => to.destroySoon()); // what is on its way still arrives
  from.pipe(to);
}
