// Only a browser window is sent to sign in.
import { kindOfRequest, type RequestKind } from '../../src/request/navigation.ts';

type Row = [string, Record<string, string>, RequestKind, string?];

/** Every row of the same length: jest would take a missing cell for its `done`. */
const filled = (rows: readonly Row[]) =>
  rows.map(([title, headers, kind, method = 'GET']) => [title, headers, kind, method] as const);

const chromePage = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const window = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

test.each(
  filled([
    ['nothing said: as the reference', {}, 'navigation'],
    ['anything accepted', { accept: '*/*' }, 'navigation'],
    ['a page accepted', { accept: chromePage }, 'navigation'],
    ['a window', { ...window, 'sec-fetch-site': 'none', accept: chromePage }, 'navigation'],
    ['a link on another site', { ...window, 'sec-fetch-site': 'cross-site' }, 'navigation'],
    ['a form of another site', { ...window, 'sec-fetch-site': 'cross-site' }, 'navigation', 'POST'],
    ['a browser without Sec-Fetch-Dest', { 'sec-fetch-mode': 'navigate' }, 'navigation'],
    ['a page preferred to JSON', { accept: 'text/html, application/json;q=0.5' }, 'navigation'],
    ['JSON refused', { accept: 'application/json;q=0, text/html' }, 'navigation'],
    ['an OPTIONS request', {}, 'navigation', 'OPTIONS'],
    ['a library without preference', { accept: 'text/plain' }, 'navigation'],
    ['JSON', { accept: 'application/json' }, 'script'],
    ['JSON in a list, as in the reference', { accept: 'text/html, application/json' }, 'script'],
    ['JSON with weight', { accept: 'application/json;q=0.9' }, 'script'],
    ['JSON with weight before anything', { accept: 'application/json;q=0.9, */*;q=0.1' }, 'script'],
    ['JSON in capitals', { accept: 'Application/JSON' }, 'script'],
    ['another JSON', { accept: 'application/vnd.api+json' }, 'script'],
    ['XMLHttpRequest', { 'x-requested-with': 'XMLHttpRequest', accept: chromePage }, 'script'],
    ['fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }, 'script'],
    ['fetch that accepts pages', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: chromePage }, 'script'],
    ['a WebSocket', { 'sec-fetch-mode': 'websocket' }, 'script'],
    ['a CORS preflight', { 'access-control-request-method': 'PUT', accept: '*/*' }, 'script', 'OPTIONS'],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 'subresource'],
    ['a style', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'style' }, 'subresource'],
    ['a prefetched page', { ...window, 'sec-purpose': 'prefetch;prerender' }, 'subresource'],
    ['an old browser for an image', { accept: 'image/avif,image/webp,*/*;q=0.8' }, 'subresource'],
    ['an old browser for a style', { accept: 'text/css,*/*;q=0.1' }, 'subresource'],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin' }, 'frame'],
    ['an object', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' }, 'frame'],
  ]),
)('%s', (_, headers, expected, method) => {
  expect(kindOfRequest(headers, method).kind).toBe(expected);
});

test.each<[string, Record<string, string>]>([
  ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ['fetch without CORS', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' }],
  ['fetch for JSON', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: 'application/json' }],
  ['nothing else said', {}],
])('F-4: %s of another site is a stranger', (_, headers) => {
  expect(kindOfRequest({ ...headers, 'sec-fetch-site': 'cross-site' }).kind).toBe('cross-site');
});

test.each(['same-origin', 'same-site', 'none'])('F-4: %s is no stranger', (site) => {
  const image = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': site };
  expect(kindOfRequest(image).kind).toBe('subresource');
});
