// Which headers say how a message is framed on the next connection? They are made anew for it (RFC 9112 §6).
import type { IncomingMessage } from 'node:http';
import type { HeaderLine } from '../response/identity-headers.ts';
import { linesOf } from './header-lines.ts';

export function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && Number(length) !== 0);
}

/** `lines` with what the next connection needs; a length that was there stays. */
export function framed(lines: readonly HeaderLine[], req: IncomingMessage): readonly HeaderLine[] {
  const framing: HeaderLine[] = [];
  // RFC 9110 §10.1.4: gRPC asks so whether trailers get through.
  if (/(?:^|,)\s*trailers\s*(?:$|,)/i.test(String(req.headers.te ?? ''))) framing.push(['TE', 'trailers']);
  const hasLength = lines.some(([name]) => name.toLowerCase() === 'content-length');
  if (!hasBody(req)) {
    // Without it some methods would be sent with an empty body in chunks.
    if (!hasLength && !bodyless.has(req.method ?? '')) framing.push(['Content-Length', '0']);
  } else if (req.headers['transfer-encoding'] !== undefined || !hasLength) {
    framing.push(['Transfer-Encoding', 'chunked']);
    const names = req.headers.trailer === undefined ? [] : announced(String(req.headers.trailer));
    if (names.length > 0) framing.push(['Trailer', names.join(', ')]);
    return [...lines.filter(([name]) => name.toLowerCase() !== 'content-length'), ...framing];
  }
  return [...lines, ...framing];
}

const bodyless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** Fields that may not come late (RFC 9110 §6.5.1): they decide about framing, routing or who asks. */
const neverLate: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'forwarded',
  'gap-auth',
  'gap-signature',
  'host',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-real-ip',
]);

/** Names in a `Trailer` header that may come late. */
export function announced(trailer: string): readonly string[] {
  return trailer
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && mayComeLate(name));
}

function mayComeLate(name: string): boolean {
  // Applications that fold trailers into headers read `_` as `-` (security A9).
  const spelt = name.toLowerCase().replaceAll('_', '-');
  return !neverLate.has(spelt) && !spelt.startsWith('x-forwarded-');
}

/** What came behind the body, as far as it may have come there. */
export function lateLines(raw: readonly string[]): readonly HeaderLine[] {
  return linesOf(raw).filter(([name]) => mayComeLate(name));
}
