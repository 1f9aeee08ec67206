// How does a request reach an HTTP upstream, and its answer the client, without either being held in memory?
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../lib/logger.ts';
import type { HeaderLine } from '../response/identity-headers.ts';
import { announced, framed, hasBody, lateLines } from './framing.ts';
import { endToEnd } from './header-lines.ts';
import { dial, reply, type Passage, type Wire } from './http-call.ts';
import { codeOf, isLostConnection, upstreamProblem } from './upstream-problem.ts';

/** Resolves when the answer is out, or cannot be. */
export async function proxy(wire: Wire, passage: Passage, logger: Pick<Logger, 'warn'>): Promise<void> {
  const { req, res } = passage;
  if (res.destroyed) return;
  let answer: IncomingMessage;
  try {
    answer = await ask(wire, passage);
  } catch (error) {
    if (!res.destroyed && !req.errored) await passage.onFailure(upstreamProblem(error, wire.upstream.id));
    return;
  }
  try {
    await relay(answer, res);
  } catch (error) {
    const isGone = codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE'; // the client, that is
    // Half an answer must not look like a whole one.
    res.destroy();
    if (!isGone)
      logger.warn('the upstream broke off its answer', { upstream: wire.upstream.id, because: String(error) });
  }
}

/** The upstream may close an idle connection just as it is used: what is safe to repeat is tried once more (RFC 9110 §9.2.2). */
async function ask(wire: Wire, passage: Passage): Promise<IncomingMessage> {
  const first = call(wire, passage, false);
  try {
    return await answerTo(first);
  } catch (error) {
    const isRepeatable = repeatable.has(passage.req.method ?? '') && !hasBody(passage.req);
    if (!isRepeatable || !first.reusedSocket || !isLostConnection(error) || passage.res.destroyed) throw error;
    return answerTo(call(wire, passage, true));
  }
}

const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

function call(wire: Wire, passage: Passage, fresh: boolean): ClientRequest {
  const { req, res, lines } = passage;
  const made = dial(wire, passage, { method: req.method ?? 'GET', lines: framed(lines, req), fresh });
  const hangUp = () => void (res.writableFinished || made.destroy());
  res.once('close', hangUp);
  made.once('close', () => {
    res.off('close', hangUp);
    req.resume(); // what is left of a body has nowhere to go
  });
  sendBody(made, passage);
  return made;
}

async function answerTo(made: ClientRequest): Promise<IncomingMessage> {
  const { answer, socket } = await reply(made);
  // Nobody asked for another protocol.
  if (socket) {
    socket.destroy();
    throw new Error('the upstream switched protocols unasked');
  }
  return answer;
}

function sendBody(made: ClientRequest, { req, body, isIdentityHeader }: Passage): void {
  const addTrailers = () => {
    const names = new Set(announced(req.headers.trailer ?? '').map((name) => name.toLowerCase()));
    const late = lateLines(req.rawTrailers).filter(
      ([name]) => names.has(name.toLowerCase()) && !isIdentityHeader(name),
    );
    if (late.length > 0) made.addTrailers(pairs(late));
  };
  if (!hasBody(req)) return void made.end();
  if (body) {
    addTrailers();
    return void made.end(body);
  }
  // Headers go out before the first byte of the body. Not flushHeaders(): it writes their bytes as UTF-8 once more.
  made.write(Buffer.alloc(0));
  req.pipe(made, { end: false });
  req.once('end', () => {
    addTrailers();
    made.end();
  });
  req.once('close', () => req.complete || made.destroy(new Error('the client broke off its request')));
}

async function relay(answer: IncomingMessage, res: ServerResponse): Promise<void> {
  res.statusCode = answer.statusCode ?? 502;
  appendLines(res, endToEnd(answer.rawHeaders));
  const trailers = announced(answer.headers.trailer ?? '');
  const isChunked = !res.hasHeader('Content-Length') && takesTrailers(res);
  if (isChunked && trailers.length > 0) res.setHeader('Trailer', trailers.join(', '));
  // An event stream may begin long before its first event.
  if (!res.hasHeader('Content-Length')) res.write(Buffer.alloc(0));
  await pipeline(answer, res, { end: false });
  const late = lateLines(answer.rawTrailers);
  if (isChunked && late.length > 0) res.addTrailers(pairs(late));
  res.end();
}

/** Without chunks there is no place for them (RFC 9112 §7.1.2). */
function takesTrailers({ req, statusCode }: ServerResponse): boolean {
  return req.httpVersion === '1.1' && req.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
}

function pairs(lines: readonly HeaderLine[]): [string, string][] {
  return lines.map(([name, value]) => [name, value]);
}

/** Added to what is there already: the same name from us and from the upstream makes two lines (reference: behaviour of Header.Add). */
export function appendLines(res: ServerResponse, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) res.appendHeader(name, value);
}
