// What does a believed proxy say about the request it got?
import type { IncomingMessage } from 'node:http';
import type { NetworkSet } from '../lib/addresses.ts';
import { addressOf, clientAddressOf } from './client-address.ts';
import { parseForwarded, type ForwardedElement } from './forwarded.ts';

/** Absent: not said. */
export interface ForwardedFacts {
  readonly method?: string | undefined;
  readonly scheme?: string | undefined;
  readonly host?: string | undefined;
  readonly uri?: string | undefined;
  readonly clientAddress?: string | undefined;
}

export interface ForwardedFactsParts {
  /** X-Real-IP, X-Forwarded-For, … */
  readonly realClientIpHeader: string;
  readonly forwardedHeader: boolean;
}

/** Several lines of a name reach us as one, joined with a comma: no host, scheme or path that means anything. */
export function forwardedFacts(
  { realClientIpHeader, forwardedHeader }: ForwardedFactsParts,
  proxies: NetworkSet,
): (req: IncomingMessage) => ForwardedFacts {
  const addressHeader = realClientIpHeader.toLowerCase();
  const text = (req: IncomingMessage, name: string) => req.headers[name]?.toString();

  return (req) => ({
    method: text(req, 'x-forwarded-method') || text(req, 'x-original-method') || undefined,
    uri: text(req, 'x-forwarded-uri'),
    ...(forwardedHeader
      ? // A proxy that writes Forwarded may hand on its client's X-Forwarded-*, so those do not count then.
        standardFacts(text(req, 'forwarded') ?? '', proxies)
      : {
          scheme: text(req, 'x-forwarded-proto'),
          host: text(req, 'x-forwarded-host'),
          clientAddress: clientAddressOf(text(req, addressHeader) ?? '', proxies),
        }),
  });
}

/**
 * RFC 7239: each proxy appends who asked it, and for what. Read from the right as the address list is (security H-11):
 * while an element's client is a known proxy, the one to its left was written by that proxy.
 */
function standardFacts(header: string, proxies: NetworkSet): ForwardedFacts {
  const elements = parseForwarded(header) ?? [];
  let told: ForwardedElement = {};
  let clientAddress: string | undefined;
  for (const element of elements.toReversed()) {
    told = element;
    // §6.2, §6.3: `unknown` and `_hidden` are no addresses
    clientAddress = addressOf(element.for ?? '');
    if (clientAddress === undefined || !proxies.contains(clientAddress)) break;
  }
  return { scheme: told.proto, host: told.host, clientAddress };
}
