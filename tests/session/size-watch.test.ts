// Is it noticed when cookies no longer fit through nginx's default buffers?
import type { Session } from '../../src/session/session.ts';
import { watchedSizes } from '../../src/session/size-watch.ts';
import type { SessionStore } from '../../src/session/store.ts';
import { keycloakSession } from '../support/keycloak-session.ts';

const name = '_oauth2_proxy';
const session = keycloakSession();
const line = (value: string, cookie = name) => `${cookie}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax`;

function watch(lines: readonly string[], identityBytes = 0) {
  const told: (readonly [string, number])[] = [];
  const inner: SessionStore = {
    load: () => Promise.resolve({ kind: 'none', because: 'no_cookie' }),
    save: () => Promise.resolve(lines),
    replace: () => Promise.resolve(lines),
    clear: () => Promise.resolve([]),
    notReadyBecause: () => Promise.resolve(undefined),
  };
  const store = watchedSizes({
    name,
    store: inner,
    identityBytes: () => identityBytes,
    warn: (what, _: Session, bytes) => void told.push([what, bytes]),
  });
  return { store, told, kinds: () => told.map(([what]) => what) };
}

const of = (length: number) => [line('x'.repeat(length))];
const parts = (length: number) => [line('x'.repeat(3900), `${name}_0`), line('x'.repeat(length - 3900), `${name}_1`)];

// prettier-ignore
test.each<[string, { lines: readonly string[]; cookies?: string; identity?: number }, readonly string[]]>([
  ['an ordinary one', { lines: of(2400) }, []],
  ['one with short headers beside it', { lines: of(2400), identity: 600 }, []],
  ['one with a token as a header beside it', { lines: of(2400), identity: 1500 }, ['set_cookie']],
  ['one that fills a cookie', { lines: of(3900) }, ['set_cookie']],
  ['one in two parts', { lines: parts(5000) }, ['set_cookie']],
  ['one that makes the line of the request too long', { lines: parts(8200) }, ['set_cookie', 'cookie_line']],
  ['one beside large cookies of others', { lines: of(2400), cookies: `a=${'y'.repeat(4000)}; b=${'y'.repeat(2000)}` }, ['cookie_line']],
  ['one that takes the place of a larger one', { lines: of(2400), cookies: `${name}_0=${'y'.repeat(4000)}; ${name}_1=${'y'.repeat(3000)}` }, []],
  ['one with deletions beside it', { lines: [...of(2400), line('', `${name}_0`), line('', `${name}_1`)] }, []],
])('%s', async (_, { lines, cookies, identity }, expected) => {
  const { store, kinds } = watch(lines, identity);
  expect(await store.save({ cookieHeader: cookies, host: 'app.test' }, session)).toBe(lines);
  expect(kinds()).toEqual(expected);
});

test('the callback answers without identity headers', async () => {
  const { store, told } = watch(of(2400), 3000);
  await store.replace({ cookieHeader: undefined, host: 'app.test' }, session);
  expect(told).toEqual([]);
});

test('the size that is told is that of the line', async () => {
  const { store, told } = watch(of(8000));
  await store.save({ cookieHeader: 'other=1', host: 'app.test' }, session);
  expect(told.find(([what]) => what === 'cookie_line')?.[1]).toBeUndefined();
  const longer = watch(of(8200));
  await longer.store.save({ cookieHeader: 'other=1', host: 'app.test' }, session);
  const sent = `Cookie: ${name}=${'x'.repeat(8200)}; other=1\r\n`;
  expect(longer.told).toContainEqual(['cookie_line', sent.length]);
});
