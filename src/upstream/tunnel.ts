// How does a WebSocket pass? Both sockets are joined once the upstream agrees (RFC 6455 §4).
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { endToEnd } from './header-lines.ts';
import { appendLines, bareHost, hostFor, type HttpUpstream, type Passage } from './http-proxy.ts';
import { upstreamProblem } from './upstream-problem.ts';

/** Finds out that the other end is gone without a word. */
const probeMs = 30_000;

/** Resolves when the tunnel stands, or the upstream has declined. */
export async function tunnel(upstream: HttpUpstream, passage: Passage): Promise<void> {
  const { req, res, onFailure } = passage;
  const call = dial(upstream, passage);
  const hangUp = () => call.destroy();
  req.socket.once('close', hangUp);
  const { upstreamTimeoutMs } = upstream.options;
  const late = () => call.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
  const timer = upstreamTimeoutMs > 0 ? setTimeout(late, upstreamTimeoutMs) : undefined;
  try {
    const { answer, socket } = await reply(call);
    clearTimeout(timer);
    res.statusCode = answer.statusCode ?? 502;
    if (socket) return join(socket, passage, answer);
    appendLines(res, endToEnd(answer.rawHeaders));
    await pipeline(answer, res);
  } catch (error) {
    if (req.socket.destroyed) return;
    if (res.headersSent) res.destroy();
    else await onFailure(upstreamProblem(error, upstream.id));
  } finally {
    clearTimeout(timer);
    req.socket.off('close', hangUp);
  }
}

function dial(upstream: HttpUpstream, { req, lines }: Passage): ClientRequest {
  const { origin, socketPath, options } = upstream;
  const host = bareHost(origin);
  const send = origin.protocol === 'https:' ? httpsRequest : httpRequest;
  const call = send({
    ...(socketPath === undefined ? { host, port: origin.port || undefined } : { socketPath }),
    method: 'GET',
    path: req.url,
    headers: ['Host', hostFor(upstream, req), ...lines.flat(), 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    agent: false,
    rejectUnauthorized: !options.sslUpstreamInsecureSkipVerify,
    servername: isIP(host) ? '' : host,
  });
  call.end();
  return call;
}

/** With a socket when the upstream switched protocols, else an ordinary answer. */
async function reply(call: ClientRequest): Promise<{ readonly answer: IncomingMessage; readonly socket?: Socket }> {
  return new Promise((agreed, failed) => {
    call.once('upgrade', (answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      agreed({ answer, socket: socket as Socket });
    });
    call.once('response', (answer) => agreed({ answer }));
    call.on('error', failed);
  });
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
