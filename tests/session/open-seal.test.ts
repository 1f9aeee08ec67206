// Does the opener open exactly what iron-session opens?
import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import '../support/seeded.ts';
import { sealData, unsealData } from 'iron-session';
import { openSeal } from '../../src/session/open-seal.ts';

const passwords = { 7: randomBytes(32).toString('base64url'), 4294967295: randomBytes(32).toString('base64url') };
const opening = new Map(Object.entries(passwords));
const [only] = Object.entries(passwords);
const sealed = (data: unknown, ids: object = Object.fromEntries([only ?? []])) =>
  sealData(data, { password: { ...ids }, ttl: 0 });
const byIron = async (seal: string) => {
  const data = await unsealData<object>(seal, { password: passwords, ttl: 0 });
  return Object.keys(data).length === 0 ? undefined : data;
};

test('what iron-session seals comes out as iron-session opens it', async () => {
  const anything = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }), { minKeys: 1, maxKeys: 8 });
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(...Object.entries(passwords)), async (data, [id, password]) => {
      const seal = await sealed(data, { [id]: password });
      const opened = openSeal(seal, opening);
      expect(opened).toEqual(await byIron(seal));
      expect(JSON.stringify(opened)).toBe(JSON.stringify(data));
    }),
    { numRuns: 150 },
  );
});

test('C-2, P33: what iron-session refuses is refused, whatever was changed', async () => {
  const seal = await sealed({ user: 'wörld', list: [1, 2, 3] });
  // A digest may end in three other characters that decode to the same bytes: only the opener refuses those.
  const alias = /^[^]{43}$/;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(seal.length - 1),
      fc.nat(2),
      fc.oneof(fc.constantFrom(...'*~.A_-0 =+/\u0000é'), fc.string({ maxLength: 3 })),
      async (at, cut, put) => {
        const changed = seal.slice(0, at) + put + seal.slice(at + cut);
        fc.pre(changed !== seal && !(at > seal.length - 4 && alias.test(changed.slice(0, -2).slice(-43))));
        expect(openSeal(changed, opening)).toBeUndefined();
        // iron-session looks at nothing behind the first ~, and skips blanks within base64.
        if (changed.endsWith('~2') && !/\s/.test(put)) expect(await byIron(changed)).toBeUndefined();
      },
    ),
    { numRuns: 400 },
  );
});

test('an unused bit in the last character of the MAC is a change', async () => {
  const seal = await sealed({ a: 1 });
  const last = seal.at(-3) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = alphabet[alphabet.indexOf(last) ^ 1];
  expect(openSeal(seal, opening)).toEqual({ a: 1 });
  expect(openSeal(`${seal.slice(0, -3)}${other}~2`, opening)).toBeUndefined();
});

/** A seal of any frame, signed with the right key: what only its maker can bring about. */
function signed(fields: readonly string[], [, password = ''] = only ?? []): string {
  const salt = randomBytes(32).toString('hex');
  const base = fields.join('*');
  const key = pbkdf2Sync(password, salt, 1, 32, 'sha1');
  return `${base}*${salt}*${createHmac('sha256', key).update(base).digest('base64url')}~2`;
}

test('a frame of our own making is opened like one of iron-session', async () => {
  const seal = await sealed({ a: 1 });
  const again = signed(seal.split('*').slice(0, 6));
  expect(again).not.toBe(seal);
  expect([openSeal(again, opening), await byIron(again)]).toEqual([{ a: 1 }, { a: 1 }]);
});

test.each<[string, (fields: readonly string[]) => readonly string[]]>([
  ['of another version', ([, ...rest]) => ['Fe26.1', ...rest]],
  ['with an end', (fields) => [...fields.slice(0, 5), String(Date.now() + 60_000)]],
  ['with one field more', (fields) => [...fields, '']],
  ['with one field less', (fields) => fields.slice(0, 5)],
  ['under an id that nobody has', ([prefix = '', , ...rest]) => [prefix, '8', ...rest]],
  ['under the id of another secret', ([prefix = '', , ...rest]) => [prefix, '4294967295', ...rest]],
  ['under an id that every object has', ([prefix = '', , ...rest]) => [prefix, '__proto__', ...rest]],
])('a signed frame %s is refused', async (_, change) => {
  const fields = (await sealed({ a: 1 })).split('*').slice(0, 6);
  expect(openSeal(signed(change(fields)), opening)).toBeUndefined();
});

test.each([[{}], [[]], [7], ['text'], [null]])('a seal of %j holds nothing', async (data) => {
  expect(openSeal(await sealed(data), opening)).toBeUndefined();
});

test.each(['', '~2', 'Fe26.2*~2', `${'*'.repeat(7)}~2`, `Fe26.2*7${'*'.repeat(6)}~2`, `Fe26.2*7*${'a*'.repeat(5)}a~2`])(
  'V-3: junk %p is no seal',
  (junk) => expect(openSeal(junk, opening)).toBeUndefined(),
);
