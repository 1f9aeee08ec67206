// What was asked for originally, before nginx turned it into a request to us?
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { loopbackNetworks, networkSet, parseAddress, privateNetworks } from '../lib/addresses.ts';
import { forwardedFacts, type ForwardedFacts } from './forwarded-facts.ts';

/** Everything a stranger's bytes may decide, read once per request. */
export interface OriginalRequest {
  /** Value of --request-id-header, else a fresh UUID. */
  readonly id: string;
  /** May forwarded headers of this peer be believed (security H-1)? */
  readonly believed: boolean;
  /** Upper case; X-Forwarded-Method or X-Original-Method of a believed proxy, else the request's own. */
  readonly method: string;
  /** A believed X-Forwarded-Proto to the letter, `https` on a TLS connection of ours, else empty (reference: util.GetRequestProto). */
  readonly scheme: string;
  /** Host and port to the letter, believed X-Forwarded-Host else Host. */
  readonly host: string;
  /** Path and query: believed X-Forwarded-Uri, even an empty one (security P13), else the request's own. */
  readonly uri: string;
  /** Path and query of the request that reached us, never a header. */
  readonly ownUri: string;
  /** Normalised address of the client (security H-11); undefined when unknown or garbled. */
  readonly clientAddress: string | undefined;
}

export interface OriginalRequestParts {
  readonly reverseProxy: boolean;
  readonly trustedProxyIps: readonly string[];
  readonly realClientIpHeader: string;
  readonly requestIdHeader: string;
  /** --forwarded-header: host, scheme and client come from RFC 7239 Forwarded instead of X-Forwarded-* */
  readonly forwardedHeader: boolean;
}

/** Of a request id that somebody else gave. */
export const longestId = 256;

export function readOriginalRequest(parts: OriginalRequestParts): (req: IncomingMessage) => OriginalRequest {
  const { reverseProxy, trustedProxyIps } = parts;
  // Default proxies only decide whether a direct peer is believed: a client on the LAN is no proxy (security H-11).
  const believable = networkSet(trustedProxyIps.length > 0 ? trustedProxyIps : privateNetworks);
  const factsOf = forwardedFacts(parts, networkSet([...loopbackNetworks, ...trustedProxyIps]));
  const nothingForwarded: ForwardedFacts = {};

  return (req) => {
    const { host, uri } = ownTarget(req);
    const believed = reverseProxy && isBelieved(req.socket, (address) => believable.contains(address));
    const facts = believed ? factsOf(req) : nothingForwarded;
    return {
      id: idOf(req, parts.requestIdHeader),
      believed,
      method: (facts.method ?? req.method ?? 'GET').toUpperCase(),
      scheme: facts.scheme || ((req.socket as Partial<TLSSocket>).encrypted ? 'https' : ''),
      host: facts.host || host,
      uri: facts.uri ?? uri,
      ownUri: uri,
      clientAddress: reverseProxy ? facts.clientAddress : parseAddress(req.socket.remoteAddress ?? ''),
    };
  };
}

/** A unix socket has no address; neither has a connection that is gone already, and that one proves nothing. */
function isBelieved({ remoteAddress, destroyed }: Socket, isBelievable: (address: string) => boolean): boolean {
  return remoteAddress === undefined ? !destroyed : isBelievable(remoteAddress);
}

/** RFC 9112 §3.2.2: the target may be a whole URL, and its host then replaces the header's. */
function ownTarget(req: IncomingMessage): { host: string; uri: string } {
  const url = req.url ?? '/';
  const { authority, rest = '' } = /^https?:\/\/(?<authority>[^/?#]*)(?<rest>.*)$/is.exec(url)?.groups ?? {};
  if (authority === undefined) return { host: req.headers.host ?? '', uri: url };
  return { host: authority, uri: rest.startsWith('/') ? rest : `/${rest}` };
}

function idOf(req: IncomingMessage, header: string): string {
  const given = String(req.headers[header.toLowerCase()] ?? '');
  return header !== '' && given !== '' && given.length <= longestId ? given : randomUUID();
}
