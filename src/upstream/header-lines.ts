// Which headers pass through us, and which belong to one connection only?
import type { IncomingMessage } from 'node:http';
import { parseAddress } from '../lib/addresses.ts';
import type { HeaderLine } from '../response/identity-headers.ts';

/** RFC 9110 §7.6.1, and what older clients send. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** We answer `Expect` ourselves; the host is set apart. */
const ours: ReadonlySet<string> = new Set(['expect', 'host']);

export interface Outgoing {
  /** Ours, for this session; they come last. */
  readonly requestHeaders: readonly HeaderLine[];
  /** Names that a client may not use (security H-6). */
  isIdentityHeader(name: string): boolean;
}

/**
 * What the upstream sees of a client's request. Order matters: what the client declares hop-by-hop goes first, so that
 * it cannot name our identity headers and have them removed (security N11, P22).
 */
export function requestLines(req: IncomingMessage, { requestHeaders, isIdentityHeader }: Outgoing): HeaderLine[] {
  const client = endToEnd(req.rawHeaders).filter(([name]) => !ours.has(name.toLowerCase()) && !isIdentityHeader(name));
  const lines = joined([...client, ...requestHeaders]);
  const peer = parseAddress(req.socket.remoteAddress ?? ''); // unix sockets have none
  if (peer === undefined) return lines;
  const before = lines.find(([name]) => name.toLowerCase() === 'x-forwarded-for');
  const chain: HeaderLine = ['X-Forwarded-For', before ? `${before[1]}, ${peer}` : peer];
  return [...lines.filter((line) => line !== before), chain];
}

/** From a list of names and values, as Node has them. */
export function linesOf(raw: readonly string[]): HeaderLine[] {
  return raw.flatMap((name, at): HeaderLine[] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
}

/** Lines without those that concern one connection: the known ones, and those that `Connection` lists. */
export function endToEnd(raw: readonly string[]): HeaderLine[] {
  const lines = linesOf(raw);
  const listed = lines
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase()));
  const dropped = new Set([...hopByHop, ...listed]);
  return lines.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** One line per name, values joined by a bare comma (reference: flattenHeaders); cookies as RFC 6265 §5.4 has them. */
function joined(lines: readonly HeaderLine[]): HeaderLine[] {
  const byName = new Map<string, HeaderLine>();
  for (const line of lines) {
    const [name, value] = line;
    const key = name.toLowerCase();
    const before = byName.get(key);
    byName.set(key, before ? [before[0], `${before[1]}${key === 'cookie' ? '; ' : ','}${value}`] : line);
  }
  return [...byName.values()];
}
