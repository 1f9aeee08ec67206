// A front with the upstreams of src/upstream behind it: what goes in, what arrives, what comes back?
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseListenAddress } from '../../src/lib/listen-address.ts';
import { createListener } from '../../src/lib/listen.ts';
import { judgeUpstreams, type Upstream, type UpstreamConfig, type WrittenUpstream } from '../../src/config/upstream.ts';
import type { Problem } from '../../src/lib/problem.ts';
import { createUpstreams, type Handling, type UpstreamsParts } from '../../src/upstream/upstreams.ts';
import { load } from '../config/given.ts';
import { dial, type Exchange } from './raw-client.ts';

export const cleanups: (() => unknown)[] = [];
/** Ends whatever a test has started. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}

export async function startUpstream(listener: RequestListener, where?: string) {
  const server = createServer(listener);
  await new Promise<void>((done) => (where ? server.listen(where, done) : server.listen(0, '127.0.0.1', done)));
  cleanups.push(() => (server.closeAllConnections(), server.close()));
  return { server, url: where ? `unix://${where}` : `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export interface Front {
  readonly port: number;
  readonly problems: Problem[];
  readonly ids: string[];
  readonly warnings: string[];
  /** Connections of clients. */
  open(): number;
}

/** Settings of all upstreams, what a request brings, and how patient the front is. */
type Options = Partial<Omit<Upstream, 'id' | 'path' | 'destination'>> &
  Partial<Handling> &
  Partial<Pick<UpstreamsParts, 'clientStallTimeoutMs' | 'signatureKey'>> & { readonly proxyRawPath?: boolean };

/** As in --upstream, or as in the alpha configuration. */
export type Site = string | WrittenUpstream;

export function upstreamConfigOf(sites: readonly Site[], options: Options = {}): UpstreamConfig {
  const argv = sites.filter((site) => typeof site === 'string').map((text) => `--upstream=${text}`);
  const judged = judgeUpstreams(sites.filter((site) => typeof site !== 'string'));
  if (judged.problems.length > 0) throw new Error(judged.problems.map(({ what }) => what).join('; '));
  const upstreams = [...load({ argv }).upstreamConfig.upstreams, ...judged.upstreams];
  return {
    proxyRawPath: options.proxyRawPath ?? false,
    upstreams: upstreams.map((one) => ({ ...one, timeoutMs: 2000, ...options })),
  };
}

export async function startFront(sites: readonly Site[], options: Options = {}): Promise<Front> {
  const [problems, ids, warnings]: [Problem[], string[], string[]] = [[], [], []];
  const { clientStallTimeoutMs, requestHeaders = [], responseHeaders = [], isIdentityHeader = () => false } = options;
  const upstreamConfig = upstreamConfigOf(sites, options);
  const logger = { warn: (message: string) => void warnings.push(message) };
  const parts = createUpstreams({
    upstreamConfig,
    logger,
    signatureKey: options.signatureKey,
    ...(clientStallTimeoutMs !== undefined && { clientStallTimeoutMs }),
  });
  const handler = (req: IncomingMessage, res: ServerResponse) =>
    void parts.handle(req, res, {
      requestHeaders,
      responseHeaders,
      isIdentityHeader,
      onUpstream: (id) => ids.push(id),
      onFailure: (problem) => {
        problems.push(problem);
        res.writeHead(problem.status, { 'Content-Type': 'text/plain' }).end(problem.message);
      },
    });
  const listener = createListener({ handler, websockets: options.proxyWebsockets ?? true });
  await listener.listen(parseListenAddress('127.0.0.1:0'), 'http-address');
  cleanups.push(
    () => parts.close(),
    () => listener.shutdown(0),
  );
  let connections = 0;
  listener.server.on('connection', (socket) => {
    connections++;
    socket.once('close', () => connections--);
  });
  const { port } = listener.server.address() as AddressInfo;
  return { port, problems, ids, warnings, open: () => connections };
}

export function send(port: number, bytes: string): Exchange {
  const exchange = dial(port, bytes);
  cleanups.push(() => exchange.socket.destroy());
  return exchange;
}

export const get = (target: string, ...lines: string[]) =>
  [`GET ${target} HTTP/1.1`, 'Host: app.example.com', ...lines, 'Connection: close', '', ''].join('\r\n');

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Tells what it saw, and answers with it. */
export const echo: RequestListener = async (req, res) => {
  const chunks: Buffer[] = [];
  req.on('error', () => {}).on('data', (chunk) => chunks.push(chunk as Buffer));
  if (!(await new Promise((done) => req.once('close', () => done(req.complete))))) return;
  const headers = pairs(req.rawHeaders);
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ method: req.method, url: req.url, headers, body: Buffer.concat(chunks).toString() }));
};

export const pairs = (raw: readonly string[]) =>
  raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : []));
export const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4);
export const linesOf = (text: string) =>
  text
    .slice(0, text.indexOf('\r\n\r\n'))
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .split('\r\n');

export async function seenThrough(front: Front, bytes: string): Promise<Seen> {
  const text = await send(front.port, bytes).closed();
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  return JSON.parse(
    Buffer.from(bodyOf(text), 'latin1')
      .toString()
      .replace(/^[\da-f]+\r\n|\r\n0\r\n\r\n$/g, ''),
  ) as Seen;
}

export const valuesOf = (seen: Seen, name: string) =>
  seen.headers.filter(([key]) => key === name).map(([, value]) => value);
