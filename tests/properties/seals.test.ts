// Whatever stands in place of a seal, a ticket or a state: it is unharmed and ours, or it is nothing (security C-2, P33, M27).
import fc from 'fast-check';
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { loginAttempts } from '../../src/session/login-attempt.ts';
import { looksLikeSeal, sealer } from '../../src/session/seal.ts';
import { openBytes, sealBytes } from '../../src/session/sealed-bytes.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import { tickets } from '../../src/session/ticket.ts';
import { cookieOptions } from '../support/cookie-options.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const secrets = fixedSecrets('0123456789abcdef', 'fedcba9876543210');
const box = (purpose: string) => sealer({ secrets, purpose, rememberedBytes: 100_000 });
const fragments = ['Fe26.2', '*', '~2', '~', '=', '; ', '_oauth2_proxy', '_oauth2_proxy=', ':', 'A', '0', '-', '_'];
const characters = [...'*~.A_-0:/=;, \u0000é', ''];

/** A text with a piece cut out, something put in, or its end cut off; never the same text. */
const harmed = (whole: string) =>
  fc
    .record({
      at: fc.nat(whole.length),
      cut: fc.nat(3),
      put: fc.oneof(fc.constantFrom(...characters), fc.base64String({ maxLength: 4 })),
      end: fc.oneof(fc.constant(whole.length + 9), fc.nat(whole.length)),
    })
    .map(({ at, cut, put, end }) => (whole.slice(0, at) + put + whole.slice(at + cut)).slice(0, end))
    .filter((text) => text !== whole);

test('C-2: a seal opens whole, for its own purpose, and under each secret', async () => {
  const data = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 5 });
  const older = sealer({ secrets: fixedSecrets('fedcba9876543210'), purpose: 'a', rememberedBytes: 0 });
  await fc.assert(
    fc.asyncProperty(data, fc.boolean(), async (given, isOlder) => {
      const seal = await (isOlder ? older : box('a')).seal(given);
      expect(JSON.stringify(box('a').openNow(seal))).toBe(JSON.stringify(given));
      expect(box('b').openNow(seal)).toBeUndefined();
    }),
    runs(100),
  );
});

test('P33: no harm is done to a seal that still opens', async () => {
  const mine = box('a');
  const seal = await mine.seal({ user: 'jane', list: [1, 2, 3] });
  expect(mine.openNow(seal)).toBeDefined(); // remembered from now on
  fc.assert(
    fc.property(harmed(seal), (text) => {
      expect(mine.openNow(text)).toBeUndefined();
    }),
    runs(800),
  );
});

test('any text is no seal', () => {
  const mine = box('a');
  fc.assert(
    fc.property(
      fc.oneof(
        wireText(fragments, 20),
        fc.array(wireText(['Fe26.2', 'A', ''], 3), { maxLength: 9 }).map((list) => `Fe26.2*${list.join('*')}~2`),
      ),
      (text) => {
        looksLikeSeal(text);
        expect(mine.openNow(text)).toBeUndefined();
      },
    ),
    runs(1000),
  );
});

test('bytes open with their key and in their place alone', () => {
  const key = Buffer.alloc(32, 7);
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(
      bytes,
      fc.string(),
      fc.string(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (text, place, other, at, bit) => {
        const sealed = sealBytes(key, place, text);
        expect(openBytes(key, place, sealed)?.equals(text)).toBe(true);
        if (other !== place) expect(openBytes(key, other, sealed)).toBeUndefined();
        expect(openBytes(Buffer.alloc(32, 8), place, sealed)).toBeUndefined();
        const changed = Buffer.from(sealed);
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ bit;
        expect(openBytes(key, place, changed)).toBeUndefined();
        expect(openBytes(key, place, sealed.subarray(0, at % sealed.length))).toBeUndefined();
        expect(openBytes(key, place, text)).toBeUndefined();
      },
    ),
    runs(200),
  );
});

test('a ticket comes back from its cookie, among whatever other cookies, and any text is none', async () => {
  const name = '_oauth2_proxy';
  const desk = tickets({ name, sealer: box('ticket'), foreign: undefined });
  await fc.assert(
    fc.asyncProperty(fc.uuid(), wireText(fragments, 10), async (id, junk) => {
      const ticket = desk.create(id);
      const cookie = `${name}=${await desk.seal(ticket, id)}`;
      expect(await desk.read(`other=1; ${cookie}; ${junk.replaceAll('_oauth2_proxy', 'x')}`)).toEqual([ticket]);
      expect(await desk.read(junk)).toEqual([]);
    }),
    runs(150),
  );
});

function attemptDesk(encodeState: boolean) {
  return loginAttempts({
    cookieName: '_oauth2_proxy',
    perRequest: true,
    limit: 5,
    lifetimeMs: 900_000,
    encodeState,
    secrets,
    sealer: box('attempt'),
    scope: cookieScope({ cookie: cookieOptions(), formPost: false, unfitHost: () => undefined }),
    clock: () => 1_700_000_000_000,
  });
}

test('F-1, N3: a state comes back, and every change of it is noticed', async () => {
  const returnTo = wireText(['/', ':', '?', '%', 'x'], 8).map((text) => Buffer.from(`/${text}`, 'latin1').toString());
  await fc.assert(
    fc.asyncProperty(returnTo, fc.boolean(), fc.nat(1), fc.nat(), async (target, encoded, restarts, at) => {
      const desk = attemptDesk(encoded);
      const request = { cookieHeader: undefined, host: 'app.test' };
      const attempt = { nonce: 'n', codeVerifier: 'v', startedAtMs: 1_700_000_000_000 };
      const { state, cookies } = await desk.begin(request, { returnTo: target, restarts, attempt });
      const read = desk.readState(state);
      expect(read).toMatchObject({ returnTo: target, restarts });
      const cookieHeader = cookies.at(-1)?.split(';')[0];
      expect(await desk.find({ ...request, cookieHeader }, read as never)).toMatchObject(attempt);

      const position = at % state.length;
      const changed = `${state.slice(0, position)}${state[position] === 'A' ? 'B' : 'A'}${state.slice(position + 1)}`;
      const other = desk.readState(changed);
      if (other === undefined || other.text === read?.text) return; // no state, or unused bits of its encoding
      expect(await desk.find({ ...request, cookieHeader }, other)).toBeUndefined();
      if (other.mark === read?.mark) expect(other.restarts).toBeUndefined();
    }),
    runs(150),
  );
});

test('any text is no state that could be believed', () => {
  const state = fc.oneof(
    wireText(fragments, 20),
    fc.tuple(fc.base64String(), fc.string()).map((both) => both.join(':')),
  );
  fc.assert(
    fc.property(state, fc.boolean(), (text, encoded) => {
      expect(attemptDesk(encoded).readState(text)?.restarts).toBeUndefined();
    }),
    runs(600),
  );
});

test('V-3: no text in place of a seal or a state costs more than its length', () => {
  const mine = box('a');
  const desk = attemptDesk(false);
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (text) => [mine.openNow(text), desk.readState(text)]),
    ),
    runs(30),
  );
});
