// Whatever stands in an Authorization header: it is read as it was written or not at all (security T-5, P18).
import fc from 'fast-check';
import { bearerSession } from '../../src/provider/bearer-session.ts';
import { readAuthorization, readBasic } from '../../src/request/authorization.ts';
import { parsedRequest } from '../support/parsed-request.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const fragments = [
  'Basic ',
  'Bearer ',
  'bearer ',
  ' ',
  '\t',
  ',',
  '=',
  ':',
  'eyJhbGciOiJSUzI1NiJ9',
  '.',
  'YTpi',
  '==',
  'ey',
];
const anyText = wireText(fragments);
const lineText = anyText.map((text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ''));
const basicOf = (text: string) => Buffer.from(text).toString('base64');

test('T-5: user and password come back, whatever they are', () => {
  const user = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(':', ''));
  fc.assert(
    fc.property(user, fc.string({ unit: 'grapheme' }), (name, password) => {
      expect(readBasic(basicOf(`${name}:${password}`))).toEqual({ user: name, password });
    }),
    runs(400),
  );
});

test('any text is credentials or none, and one spelling alone stands for each', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.base64String()), (text) => {
      const found = readBasic(text);
      if (found === undefined) return;
      expect(found.user).not.toContain(':');
      expect(text).toMatch(/^[A-Za-z0-9+/]*={0,2}$/);
    }),
    runs(800),
  );
});

test('T-5, P18: any header is read, and two of them are never one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lineText, { maxLength: 3 }), async (values) => {
      const lines = values.map((value, at) => `${at % 2 ? 'authorization' : 'Authorization'}: ${value}`);
      const req = await parsedRequest({ lines }, { remoteAddress: '127.0.0.1' });
      fc.pre(req !== undefined);
      const authorization = readAuthorization(req);
      if (values.length === 0) expect(authorization).toEqual({ kind: 'none' });
      else if (values.length > 1) expect(authorization).toEqual({ kind: 'ambiguous' });
      else expect(['credentials', 'unusable']).toContain(authorization.kind);
    }),
    runs(250),
  );
});

test('only what has the form of a token is looked at as one', async () => {
  const seen: string[] = [];
  const identify = bearerSession({
    tokens: {
      verify: async (token) => {
        seen.push(token);
        return { kind: 'refused', because: 'bearer_invalid' } as never;
      },
    },
    isEnded: () => false,
    fallsBack: true,
    log: () => {},
  });
  const piece = fc.oneof(fc.constantFrom('eyJh', 'ey', 'x', '', 'a b', 'é', '='), fc.stringMatching(/^[\w-]{1,12}$/));
  const value = fc.oneof(
    fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('.')),
    fc.tuple(piece, piece, piece).map(([header, claims, end]) => `ey${header}.ey${claims}.${end}`),
  );
  const credentials = fc.record({
    kind: fc.constant('credentials' as const),
    scheme: fc.constantFrom('Bearer', 'bearer', 'Basic', 'Digest'),
    value: fc.oneof(
      value,
      fc.tuple(value, value).map(([user, password]) => basicOf(`${user}:${password}`)),
    ),
  });
  await fc.assert(
    fc.asyncProperty(credentials, async (authorization) => {
      expect(await identify(authorization, {} as never)).toEqual({ kind: 'none' });
    }),
    runs(500),
  );
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter((token) => !/^ey[\w-]*\.ey[\w-]*\.[\w-]+$/.test(token))).toEqual([]);
});

test('V-3: no value costs more than its length', () => {
  const headers = (authorization: string) =>
    ({ headers: { authorization }, rawHeaders: ['Authorization', authorization] }) as never;
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (text) => [readBasic(text), readAuthorization(headers(text))]),
    ),
    runs(30),
  );
});
