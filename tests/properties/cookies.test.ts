// Whatever stands in a Cookie header: it is read within bounds, and what we wrote comes back (security V-3, L16, C-2).
import fc from 'fast-check';
import { cookieNames, cookieValues } from '../../src/request/cookies.ts';
import { cookieLimit, cookieLines, cookiesOf, isCookieOf, joinedValues, partName } from '../../src/session/chunks.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const attributes = {
  path: '/',
  domain: undefined,
  maxAge: 3600,
  httpOnly: true,
  secure: true,
  sameSite: 'Lax' as const,
};
const own = '_oauth2_proxy';
const fragments = [own, `${own}_0`, `${own}_1`, `${own}_99999999`, '=', ';', '; ', '"', ' ', '\t', 'a', '__proto__'];
const anyHeader = wireText(fragments, 40);

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}$/);
const value = fc.stringMatching(/^[!#-+.-:<-[\]-~]{0,60}$/);
const pair = fc.tuple(fc.oneof(token, fc.constantFrom('a', '__proto__', 'constructor')), value);
const written = (pairs: readonly (readonly [string, string])[]) => pairs.map((each) => each.join('=')).join('; ');
const isDistinct = (list: readonly string[]) => new Set(list).size === list.length;

test('V-3: any header is read, and no more of it than makes sense', () => {
  fc.assert(
    fc.property(anyHeader, fc.constantFrom(own, 'a', '__proto__'), (header, name) => {
      const values = cookieValues(header, name);
      const names = cookieNames(header);
      expect(values.length).toBeLessThanOrEqual(10);
      expect(names.length).toBeLessThanOrEqual(200);
      expect(isDistinct(values) && isDistinct(names)).toBe(true);
      expect(values.every((each) => header.includes(each) && !each.includes(';'))).toBe(true);
      expect(values.length > 0).toBe(names.includes(name));
    }),
    runs(1500),
  );
});

test('cookies that a browser sends are read as it has them', () => {
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 30 }), (pairs) => {
      const header = written(pairs);
      expect(cookieNames(header)).toEqual([...new Set(pairs.map(([name]) => name))]);
      for (const [name] of pairs) {
        const values = pairs.filter(([other]) => other === name).map(([, text]) => text);
        expect(cookieValues(header, name)).toEqual([...new Set(values)].slice(0, 10));
      }
    }),
    runs(400),
  );
});

test('a value of any length comes back from its parts, in any order and among others', () => {
  const length = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 3700, max: 60_000 }));
  fc.assert(
    fc.property(length, fc.array(pair, { maxLength: 5 }), fc.nat(), token, (size, others, turn, name) => {
      fc.pre(others.every(([other]) => !isCookieOf(name, other)));
      const whole = Array.from({ length: size }, (_, i) => String.fromCharCode(97 + ((i * i + size) % 26))).join('');
      const lines = cookieLines(name, whole, attributes);
      expect(lines.every((line) => line.length <= cookieLimit)).toBe(true);
      const sent = lines.map((line) => line.slice(0, line.indexOf(';')));
      const at = turn % (sent.length + 1);
      const header = [...sent.slice(at), ...(others.length > 0 ? [written(others)] : []), ...sent.slice(0, at)];
      expect(joinedValues(name, header.join('; '), (joined) => joined === whole)).toEqual([whole]);
      expect(cookiesOf(name, header.join('; ')).length).toBe(sent.length);
    }),
    runs(200),
  );
});

test('V-3: however many parts in however many spellings, only a handful of values is tried', () => {
  fc.assert(
    fc.property(anyHeader, (header) => {
      let asked = 0;
      const values = joinedValues(own, header, () => ++asked > 0);
      expect(values.length).toBeLessThanOrEqual(6);
      expect(asked).toBeLessThanOrEqual(20 * 8);
      expect(isDistinct(values) && !values.includes('')).toBe(true);
    }),
    runs(800),
  );
});

test('only the name itself and its numbered parts are the session, to the letter', () => {
  const name = fc.oneof(token, fc.constantFrom('a.b+c', '__Host-x', 'x'.repeat(256), 'x'.repeat(300)));
  const suffix = fc.oneof(
    wireText(['_', '0', '1', '00', '٣', 'x'], 4),
    fc.nat(12_000).map((index) => `_${index}`),
  );
  fc.assert(
    fc.property(name, suffix, (base, end) => {
      const candidate = base + end;
      const isPart = [...Array(1000).keys()].some((index) => partName(base, index) === candidate);
      if (end === '' || isPart) expect(isCookieOf(base, candidate)).toBe(true);
      else if (!/_\d+$/.test(candidate)) expect(isCookieOf(base, candidate)).toBe(false);
    }),
    runs(400),
  );
});

test('V-3: no header costs more than its length', () => {
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (header) => [
        cookieValues(header, own),
        cookieNames(header),
        joinedValues(own, header, () => true),
      ]),
    ),
    runs(40),
  );
});
