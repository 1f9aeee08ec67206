// Whatever path and whatever kind of request: no spelling opens what is closed, and nobody is led to sign in who cannot (security H-14, F-4).
import fc from 'fast-check';
import { openPath, routedPath } from '../../src/policy/open-path.ts';
import { kindOfRequest } from '../../src/request/navigation.ts';
import type { ReturnTo } from '../../src/request/return-to.ts';
import { fillIdToken } from '../../src/routes/id-token-placeholder.ts';
import { headersWith } from '../response/jane.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const fragments = [
  ...[
    '/',
    '//',
    '.',
    '..',
    '/../',
    '/./',
    '..;',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    '%',
    '%25',
    '%252e',
    '%00',
    '#',
    '%23',
    '?',
    '%3f',
  ],
  ...['public', 'admin', 'ä', '%c3%a4', '%ff', ' ', '%20', ';', 'x'],
];
const target = wireText(fragments, 10).map((text) => `/${text}`);

/** nginx: decoded once, slashes merged, dot segments resolved; written anew. */
function asNginxRoutes(uri: string): string {
  const [path = ''] = uri.split('?');
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const merged = bytes.replace(/\/+/g, '/');
  const kept: string[] = [];
  for (const segment of merged.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

test('H-14, P9: a path that may be open is the path that nginx routes, and stays it when it is decoded again', () => {
  let open = 0;
  fc.assert(
    fc.property(target, (uri) => {
      const path = openPath(uri);
      if (path === undefined) return;
      open++;
      const bytes = Buffer.from(path).toString('latin1');
      expect([uri, asNginxRoutes(uri)]).toEqual([uri, bytes]);
      expect(asNginxRoutes(bytes)).toBe(bytes);
      expect(new URL(`https://site.invalid${encodeURI(path)}`).pathname).toBe(encodeURI(path));
      expect(path).not.toMatch(/[\x00-\x1f\x7f\\#?%]|\/\/|\/\.{1,2}(?:\/|;|$)/);
    }),
    runs(2000),
  );
  expect(open).toBeGreaterThan(20);
});

test('a path that is routed is tidy, whatever it was', () => {
  fc.assert(
    fc.property(fc.oneof(target, wireText(fragments)), (uri) => {
      const path = routedPath(uri);
      expect(path.startsWith('/')).toBe(true);
      expect(path).not.toMatch(/\/\/|\/\.{1,2}(?:\/|$)/);
    }),
    runs(1000),
  );
});

const word = fc.constantFrom(
  'cross-site',
  'same-origin',
  'none',
  'navigate',
  'cors',
  'no-cors',
  'document',
  'iframe',
  'image',
  'empty',
  '',
  'x',
);
const headers = fc.record(
  {
    'sec-fetch-site': word,
    'sec-fetch-mode': word,
    'sec-fetch-dest': word,
    'sec-purpose': fc.constantFrom('prefetch', 'prefetch;prerender', ''),
    accept: wireText(['application/json', 'text/html', '*/*', ',', ';q=', '0', '.5', 'image/png', ' ']),
    'x-requested-with': fc.constantFrom('XMLHttpRequest', 'x'),
    'access-control-request-method': fc.constant('GET'),
  },
  { requiredKeys: [] },
);

test('F-4: another site leads here by a navigation of the whole window, or is a stranger', () => {
  const kinds = ['navigation', 'script', 'subresource', 'frame', 'cross-site'];
  fc.assert(
    fc.property(headers, fc.constantFrom('GET', 'POST', 'OPTIONS'), (given, method) => {
      const { kind } = kindOfRequest(given, method);
      expect(kinds).toContain(kind);
      if (given['sec-fetch-site'] !== 'cross-site') return expect(kind).not.toBe('cross-site');
      const isWindow = given['sec-fetch-dest'] === 'document' || !given['sec-fetch-dest'];
      const isNavigation = isWindow && (given['sec-fetch-mode'] === 'navigate' || !given['sec-fetch-mode']);
      if (!isNavigation) expect(kind).toBe('cross-site');
    }),
    runs(800),
  );
});

test('N2, R7: the ID token goes to the provider as a whole value, and nowhere else', () => {
  const idToken = 'eyTHE.eyTOKEN.x';
  const fill = fillIdToken({
    ownOrigins: () => ['https://idp.test'],
    logger: { warn: () => {} },
    root: '/' as ReturnTo,
  });
  const start = fc.constantFrom(
    'https://idp.test',
    'https://evil.test',
    'https://idp.test.evil.test',
    'https://idp.test:8443',
    '',
  );
  const rest = wireText(['{id_token}', '?', '&', '=', '#', '/', 'a', 'id_token_hint=', '{id_token'], 10).map((text) =>
    text.replace(/[\x00-\x20\x7f-\xff\\]/g, ''),
  );
  fc.assert(
    fc.property(start, rest, fc.boolean(), (origin, text, hasToken) => {
      const asked = `${origin}/${text}`;
      const target = fill(asked as ReturnTo, hasToken ? idToken : undefined);
      expect(target).not.toContain('{id_token}');
      if (!target.includes(idToken)) return;
      expect([hasToken, new URL(target).origin]).toEqual([true, 'https://idp.test']);
      expect(target.split('#')[0]?.split('?').slice(1).join('?')).toContain(`=${idToken}`);
      expect(new URL(target).pathname + new URL(target).hash).not.toContain(idToken);
    }),
    runs(800),
  );
});

const { requestHeaders } = headersWith();
const person = (user: string) => ({
  id: 'i',
  user,
  email: '',
  preferredUsername: '',
  groups: [],
  signedInAtMs: 0,
  createdAtMs: 0,
});
const sent = (user: string) => new Map(requestHeaders(person(user))).get('X-Forwarded-User') ?? '';

test('H-9: whatever a name is, it is one line, bytes, and not trimmed into the name of somebody else', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    wireText(['\r\n', 'X: 1', ' ', '\t', '\0', 'admin'], 6),
  );
  fc.assert(
    fc.property(name, (user) => {
      fc.pre(user !== '' && user.isWellFormed());
      const value = sent(user);
      expect(value).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/);
      expect(value.trim() === value || /^[\x80-\xff]|[\x80-\xff]$/.test(value)).toBe(true);
      if (/^[!-~]+$/.test(user)) expect(value).toBe(user);
      else if (user.trim() === 'admin' && user !== 'admin') expect(value).not.toBe('admin');
    }),
    runs(800),
  );
});

test('V-3: no path, header or name costs more than its length', () => {
  fc.assert(
    fc.property(repetitive([...fragments, ',', ';q=0', 'application/json', '{id_token}', '\n']), (pieces) =>
      isCheap(pieces, (text) => [openPath(text), routedPath(text), kindOfRequest({ accept: text }), sent(`a${text}a`)]),
    ),
    runs(40),
  );
});
