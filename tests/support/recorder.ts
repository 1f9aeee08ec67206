// A tiny server that writes down what reaches it, and answers as told.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  readonly method: string;
  readonly url: string;
  /** As on the wire, names in lower case; duplicates stay apart. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface Recorder {
  readonly port: number;
  readonly requests: Recorded[];
  /** How many connections were opened. */
  connections(): number;
  stop(): Promise<void>;
}

export type Answer = (request: Recorded, response: ServerResponse) => void;

export async function startRecorder(answer: Answer): Promise<Recorder> {
  const requests: Recorded[] = [];
  let connections = 0;
  const server = createServer({ maxHeaderSize: 131_072, keepAliveTimeout: 65_000 }, (incoming, response) => {
    const recorded = record(incoming).then((request) => {
      requests.push(request);
      answer(request, response);
    });
    recorded.catch(() => response.destroy()); // the client went away in the middle
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, requests, connections: () => connections, stop };
}

async function record(incoming: IncomingMessage): Promise<Recorded> {
  const chunks = await incoming.toArray();
  const { rawHeaders } = incoming;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 ? [] : [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as const],
  );
  return { method: incoming.method ?? '', url: incoming.url ?? '', headers, body: Buffer.concat(chunks).toString() };
}

/** Every value under a name; an absent header is an empty list. */
export function valuesOf(recorded: Recorded | undefined, name: string): readonly string[] {
  return (recorded?.headers ?? []).filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** One request exactly as written: dot segments stay, no redirect is followed, no header added but Host. */
export async function send(url: string, { method = 'GET', headers = {}, body }: RawRequest = {}): Promise<RawAnswer> {
  const { origin } = new URL(url);
  const outgoing = request(origin, {
    path: url.slice(origin.length) || '/',
    method,
    headers,
    agent: false,
    maxHeaderSize: 131_072,
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks = await incoming.toArray();
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
}

/** Headers of a browser that goes to a page. */
export const navigation = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
} as const;
