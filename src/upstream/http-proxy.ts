// How does a request reach an HTTP upstream, and its answer the client, without either being held in memory?
import { isIP } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildConnector, Pool, type Dispatcher } from 'undici';
import type { Logger } from '../lib/logger.ts';
import type { Problem } from '../lib/problem.ts';
import type { HeaderLine } from '../response/identity-headers.ts';
import { endToEnd } from './header-lines.ts';
import { isLostConnection, upstreamProblem } from './upstream-problem.ts';

export interface UpstreamOptions {
  readonly disableKeepAlives: boolean;
  readonly passHostHeader: boolean;
  readonly proxyWebsockets: boolean;
  readonly sslUpstreamInsecureSkipVerify: boolean;
  /** How long the headers of an answer may take; 0 means for ever. */
  readonly upstreamTimeoutMs: number;
}

export interface HttpUpstream {
  readonly id: string;
  readonly origin: URL;
  readonly socketPath: string | undefined;
  readonly options: UpstreamOptions;
}

/** One request on its way. */
export interface Passage {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** As the upstream shall see them, without `Host`. */
  readonly lines: readonly HeaderLine[];
  onFailure(problem: Problem): void | Promise<void>;
}

const longestConnectMs = 10_000;

export function createPool({ origin, socketPath, options }: HttpUpstream): Pool {
  const { disableKeepAlives, sslUpstreamInsecureSkipVerify, upstreamTimeoutMs } = options;
  const connect = buildConnector({
    ...(socketPath !== undefined && { socketPath }),
    allowH2: false,
    rejectUnauthorized: !sslUpstreamInsecureSkipVerify,
    timeout: Math.min(upstreamTimeoutMs || longestConnectMs, longestConnectMs),
  });
  const servername = isIP(bareHost(origin)) ? '' : origin.hostname;
  return new Pool(origin.origin, {
    // The certificate must be the upstream's, whatever host the client asked for.
    connect: (details, callback) => connect({ ...details, servername }, callback),
    pipelining: disableKeepAlives ? 0 : 1,
    headersTimeout: upstreamTimeoutMs,
    bodyTimeout: 0, // event streams may be silent for hours
    maxHeaderSize: 64 * 1024,
    allowH2: false,
  });
}

export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

export function hostFor({ origin, options }: HttpUpstream, req: IncomingMessage): string {
  return options.passHostHeader ? (req.headers.host ?? origin.host) : origin.host;
}

export interface ProxyParts {
  readonly upstream: HttpUpstream;
  readonly pool: Pool;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Resolves when the answer is out, or cannot be. */
export async function proxy({ upstream, pool, logger }: ProxyParts, passage: Passage): Promise<void> {
  const { req, res, lines, onFailure } = passage;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  if (res.destroyed) return;

  const options: Dispatcher.RequestOptions = {
    path: req.url ?? '/', // byte for byte
    method: req.method ?? 'GET',
    headers: ['host', hostFor(upstream, req), ...lines.flat()],
    body: bodyOf(req),
    signal: gone.signal,
    responseHeaders: 'raw',
  };
  let answer: Dispatcher.ResponseData;
  try {
    answer = await request(pool, options);
  } catch (error) {
    if (!gone.signal.aborted && !req.errored) await onFailure(upstreamProblem(error, upstream.id));
    return;
  }
  try {
    await relay(answer, res);
  } catch (error) {
    // Half an answer must not look like a whole one.
    res.destroy();
    if (!gone.signal.aborted)
      logger.warn('the upstream broke off its answer', { upstream: upstream.id, because: String(error) });
  }
}

/** The upstream may close an idle connection just as it is used: what is safe to repeat is tried once more (RFC 9110 §9.2.2). */
async function request(pool: Pool, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request(options);
  } catch (error) {
    const repeatable = options.body === null && ['GET', 'HEAD', 'OPTIONS'].includes(options.method);
    if (!repeatable || !isLostConnection(error)) throw error;
    return pool.request(options);
  }
}

async function relay({ statusCode, headers, body, trailers }: Dispatcher.ResponseData, res: ServerResponse) {
  res.statusCode = statusCode;
  // With `responseHeaders: 'raw'` it is a list of names and values.
  appendLines(res, endToEnd(headers as unknown as readonly string[]));
  // An event stream may begin long before its first event. Not flushHeaders(): it writes header bytes as UTF-8 once more.
  if (!res.hasHeader('Content-Length')) res.write(Buffer.alloc(0));
  await pipeline(body, res, { end: false });
  if (Object.keys(trailers).length > 0) res.addTrailers(trailers);
  res.end();
}

/** Added to what is there already: the same name from us and from the upstream makes two lines (reference: behaviour of Header.Add). */
export function appendLines(res: ServerResponse, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) res.appendHeader(name, value);
}

/** A stream of its own: the HTTP client destroys what it cannot send, and with the request our 502 would go. */
function bodyOf(req: IncomingMessage): PassThrough | null {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (encoding === undefined && (length === undefined || Number(length) === 0)) return null;
  const body = new PassThrough();
  req.pipe(body);
  req.once('close', () => req.complete || body.destroy(new Error('the client broke off its request')));
  return body;
}
