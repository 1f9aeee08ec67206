import { sealData, unsealData } from 'iron-session';
import { keyIdOf, looksLikeSeal, sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';

const parts = {
  secrets: fixedSecrets('0123456789abcdef'),
  purpose: 'session _oauth2_proxy',
  rememberedBytes: 1_000_000,
};
const data = { hello: 'wörld', list: [1, 2, 3] };

test('what was sealed comes out again, from memory too', async () => {
  const box = sealer(parts);
  const seal = await box.seal(data);
  expect(await box.open(seal)).toEqual(data);
  expect(await box.open(seal)).toEqual(data);
  expect(await sealer(parts).open(seal)).toEqual(data);
});

test.each([
  ['another secret', { ...parts, secrets: fixedSecrets('fedcba9876543210') }],
  ['another purpose (C-2: a value made for another cookie name)', { ...parts, purpose: 'session other' }],
])('a seal does not open with %s', async (_, other) => {
  expect(await sealer(other).open(await sealer(parts).seal(data))).toBeUndefined();
});

test('every secret opens, the first one seals', async () => {
  const old = await sealer({ ...parts, secrets: fixedSecrets('old-secret-16-bytes') }).seal(data);
  const both = sealer({ ...parts, secrets: fixedSecrets('new-secret-16-bytes', 'old-secret-16-bytes') });
  expect(await both.open(old)).toEqual(data);
  const fresh = await both.seal(data);
  expect(await sealer({ ...parts, secrets: fixedSecrets('new-secret-16-bytes') }).open(fresh)).toEqual(data);
  expect(await sealer({ ...parts, secrets: fixedSecrets('old-secret-16-bytes') }).open(fresh)).toBeUndefined();
});

test('C-2, P33: a seal with any character changed, or cut anywhere, does not open', async () => {
  const box = sealer(parts);
  const seal = await box.seal(data);
  expect(await box.open(seal)).toEqual(data); // now it is remembered, which must not help a changed one
  for (let at = 0; at < seal.length; at++) {
    const other = seal[at] === 'A' ? 'B' : 'A';
    expect(await box.open(seal.slice(0, at) + other + seal.slice(at + 1))).toBeUndefined();
    expect(await box.open(seal.slice(0, at))).toBeUndefined();
  }
});

test('M7: two seals of the same content share nothing but their frame', async () => {
  const box = sealer(parts);
  const ivs = new Set<string | undefined>();
  for (let i = 0; i < 200; i++) ivs.add((await box.seal(data)).split('*')[3]);
  expect(ivs.size).toBe(200);
});

test('a seal without an end still is one of iron-session, with keys of ours', async () => {
  const seal = await sealer(parts).seal(data);
  expect(seal).toMatch(/^Fe26\.2\*\d+\*/);
  expect(await unsealData(seal, { password: { 1: 'x'.repeat(32) } })).toEqual({});
  expect(await sealer(parts).open(await sealData(data, { password: { 1: 'x'.repeat(32) } }))).toBeUndefined();
});

test.each(['', 'x', 'Fe26.2*', 'Fe26.2**~2', `Fe26.2*${'a'.repeat(5000)}~2`])(
  'V-3: junk %p is no seal',
  async (junk) => {
    expect(looksLikeSeal(junk) && (await sealer(parts).open(junk)) !== undefined).toBe(false);
  },
);

test('what is remembered is bounded by its size', async () => {
  const box = sealer({ ...parts, rememberedBytes: 1000 });
  const seals = await Promise.all(Array.from({ length: 20 }, () => box.seal(data)));
  for (const seal of seals) expect(await box.open(seal)).toEqual(data);
});

describe('secrets that change while the service runs', () => {
  const [old, fresh] = ['old-secret-16-bytes', 'new-secret-16-bytes'] as const;
  const changing = (...first: readonly string[]) => {
    let list: readonly string[] = first;
    let seen = 0;
    const box = sealer({ ...parts, secrets: { current: () => list }, onOldSecret: () => void seen++ });
    return { box, set: (...next: readonly string[]) => void (list = next), seen: () => seen };
  };

  test('a rotation ends nothing, and seals with the new one', async () => {
    const { box, set } = changing(old);
    const before = await box.seal(data);
    set(fresh, old);
    expect(box.openNow(before)).toEqual(data);
    expect(await sealer({ ...parts, secrets: fixedSecrets(fresh) }).open(await box.seal(data))).toEqual(data);
  });

  test.each([
    ['never opened', false],
    ['remembered', true],
  ])('a removed secret ends what it sealed at once: a seal that was %s', async (_, isRemembered) => {
    const { box, set } = changing(old);
    const before = await box.seal(data);
    if (isRemembered) expect(box.openNow(before)).toEqual(data);
    set(fresh);
    expect(box.openNow(before)).toBeUndefined();
    expect(await box.open(before)).toBeUndefined();
    set(fresh, old); // and brings it back
    expect(box.openNow(before)).toEqual(data);
  });

  test('each opening with an old one is counted, those from memory too', async () => {
    const { box, set, seen } = changing(old);
    const before = await box.seal(data);
    expect([box.openNow(before), seen()]).toEqual([data, 0]);
    set(fresh, old);
    for (let i = 0; i < 3; i++) box.openNow(before);
    box.openNow(await box.seal(data));
    box.openNow(`${before.slice(0, -3)}A~2`);
    expect(seen()).toBe(3);
  });

  test('the id in the seal is the one that is told, and differs from purpose to purpose', async () => {
    const seal = await sealer({ ...parts, secrets: fixedSecrets(fresh, old) }).seal(data);
    expect(seal.split('*')[1]).toBe(keyIdOf(fresh, parts.purpose));
    expect(keyIdOf(fresh, 'another')).not.toBe(keyIdOf(fresh, parts.purpose));
    expect(keyIdOf(`${fresh}\n`, parts.purpose)).toBe(keyIdOf(fresh, parts.purpose));
  });
});
