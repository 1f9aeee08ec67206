// Who waits for the answer: a person at a browser window, or something that cannot follow a sign-in?
import type { IncomingHttpHeaders } from 'node:http';

/**
 * `navigation`: a browser window; only it may be sent to sign in.
 * `script`: fetch, XMLHttpRequest, a client of an API. `subresource`: image, style, favicon, prefetch.
 * `frame`: iframe, embed, object. `cross-site`: another site's page asks, and not by navigating (security F-4).
 */
export type RequestKind = 'navigation' | 'script' | 'subresource' | 'frame' | 'cross-site';

const frameDestinations = ['iframe', 'frame', 'embed', 'object', 'fencedframe'];

/** Fetch Metadata decides where the browser sends it, else Accept and X-Requested-With, else it is a navigation as in the reference. */
export function kindOfRequest(headers: IncomingHttpHeaders, method = 'GET'): { readonly kind: RequestKind } {
  return { kind: kindOf(headers, method) };
}

function kindOf(headers: IncomingHttpHeaders, method: string): RequestKind {
  const byMetadata = kindByMetadata(headers);
  if (headers['sec-fetch-site'] === 'cross-site' && byMetadata !== 'navigation') return 'cross-site';
  // The reference answers these as a program whatever else is said (reference: isAjax).
  if (namesJsonExactly(headers.accept)) return 'script';
  return byMetadata ?? kindByHints(headers, method);
}

/** https://www.w3.org/TR/fetch-metadata/; undefined when the browser sends none. */
function kindByMetadata(headers: IncomingHttpHeaders): RequestKind | undefined {
  const mode = text(headers['sec-fetch-mode']);
  const destination = text(headers['sec-fetch-dest']);
  if (mode === '' && destination === '') return undefined;
  if (frameDestinations.includes(destination)) return 'frame';
  // A page fetched ahead would begin a sign-in that nobody asked for.
  if (/prefetch/.test(`${text(headers['sec-purpose'])} ${text(headers['purpose'])}`)) return 'subresource';
  if (destination === 'document' || (mode === 'navigate' && destination === '')) {
    return mode === 'navigate' || mode === '' ? 'navigation' : 'subresource';
  }
  return destination === 'empty' || destination === '' ? 'script' : 'subresource';
}

function kindByHints(headers: IncomingHttpHeaders, method: string): RequestKind {
  if (text(headers['x-requested-with']) === 'xmlhttprequest') return 'script';
  if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) return 'script';
  const types = acceptedTypes(headers.accept);
  const weightOf = (matches: (type: string) => boolean) =>
    Math.max(0, ...types.filter(({ type }) => matches(type)).map(({ weight }) => weight));
  const page = weightOf((type) => type === 'text/html' || type === 'application/xhtml+xml');
  const json = weightOf((type) => /^application\/(?:[^/]+\+)?json$/.test(type));
  if (json > page) return 'script';
  if (page > 0) return 'navigation';
  return /^(?:image|audio|video|font)\/|^text\/(?:css|javascript)$/.test(types[0]?.type ?? '')
    ? 'subresource'
    : 'navigation';
}

/** RFC 9110 §12.5.1, most of it: parameters other than q are passed over. */
function acceptedTypes(accept = ''): readonly { readonly type: string; readonly weight: number }[] {
  return accept.split(',', 50).map((element) => {
    const [type = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, weight: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
  });
}

function namesJsonExactly(accept = ''): boolean {
  return accept.includes('application/json') && accept.split(',').some((part) => part.trim() === 'application/json');
}

function text(header: string | readonly string[] | undefined): string {
  return String(header ?? '').toLowerCase();
}
