// Does each memory take what it is told, and no more? Measured with sessions as Keycloak makes them.
import { randomBytes } from 'node:crypto';
import { ownCopy } from '../../src/lib/memory-of.ts';
import { renewalMemory } from '../../src/provider/renewal-memory.ts';
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { cookieStore } from '../../src/session/cookie-store.ts';
import { recentSessions } from '../../src/session/recent-sessions.ts';
import { sealer, type Sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import type { Session } from '../../src/session/session.ts';
import { signOutMarks } from '../../src/session/sign-out-marks.ts';
import { storedSessions } from '../../src/session/stored-session.ts';
import { tickets } from '../../src/session/ticket.ts';
import { cookieOptions } from '../support/cookie-options.ts';
import { heapUsed, memoryInUse } from '../support/heap.ts';
import { keycloakSession } from '../support/keycloak-session.ts';
import { someone } from '../support/redis-sessions.ts';

const megabyte = 1024 * 1024;
const limitMb = 4;
const rememberedBytes = limitMb * megabyte;
const secrets = fixedSecrets('a-cookie-secret-of-the-tests-42');
const scope = cookieScope({ cookie: cookieOptions(), formPost: false, unfitHost: () => {} });
const host = 'app.example.com';
const boxOf = (purpose: string, bytes: number): Sealer => sealer({ secrets, purpose, rememberedBytes: bytes });
const storeOf = (bytes: number) =>
  cookieStore({
    name: '_oauth2_proxy',
    sealer: boxOf('s', bytes),
    scope,
    clock: Date.now,
    lifetimeMs: 0,
    minimal: false,
  });
const ticketsOf = (bytes: number) => tickets({ name: 'n', sealer: boxOf('t', bytes), foreign: undefined });

/** Texts of its own, as if it came from the wire. */
function fresh(model: Session): Session {
  const session = JSON.parse(JSON.stringify(model)) as Session;
  return { ...session, id: randomBytes(16).toString('base64url'), createdAtMs: Date.now() };
}

async function cookieOf(session: Session): Promise<string> {
  const lines = await storeOf(0).save({ cookieHeader: undefined, host }, session);
  return lines.map((line) => line.slice(0, line.indexOf(';'))).join('; ');
}

/** What goes in is made first; then each call puts one in. */
type Memory = (sessions: readonly Session[]) => Promise<(i: number) => unknown>;

const openedCookies: Memory = async (sessions) => {
  const headers = await Promise.all(sessions.map(cookieOf));
  const store = storeOf(rememberedBytes);
  return async (i) => {
    const cookieHeader = Buffer.from(headers[i] ?? '').toString();
    expect((await store.load({ cookieHeader, host })).kind).toBe('found');
  };
};

const openedTickets: Memory = async (sessions) => {
  const seals = await Promise.all(sessions.map(({ id }) => ticketsOf(0).seal(ticketsOf(0).create(id), id)));
  const memory = ticketsOf(rememberedBytes);
  return async (i) => expect(await memory.read(`n=${seals[i]}`)).toHaveLength(1);
};

const fromRedis: Memory = (sessions) => {
  const stored = storedSessions({ name: 'n', secrets, foreign: undefined });
  const recent = recentSessions({ clock: Date.now, graceMs: 300_000, rememberedBytes });
  const values = sessions.map((session) => {
    const ticket = ticketsOf(0).create(session.id);
    return { ticket, value: ownCopy(stored.write(ticket, session) ?? Buffer.alloc(0)) };
  });
  return Promise.resolve((i) => {
    const { ticket, value } = values[i] ?? values[0] ?? { ticket: ticketsOf(0).create(''), value: Buffer.alloc(0) };
    const session = stored.read(ticket, value);
    if (session === undefined) throw new Error('it was not written');
    recent.keep(ticket, value, session);
  });
};

const afterRefreshes: Memory = async (sessions) => {
  const headers = await Promise.all(sessions.map(cookieOf));
  const memory = renewalMemory({ clock: Date.now, lifetimeMs: 0, rememberedBytes });
  return (i) => {
    const session = sessions[i] ?? keycloakSession();
    const [cookieHeader = '', line = ''] = [headers[i], Buffer.from(headers[i] ?? '').toString()];
    const renewed = { ...fresh(session), id: session.id, createdAtMs: session.createdAtMs + 1 };
    memory.set(session, {
      kind: 'renewed',
      session: renewed,
      saved: { request: { cookieHeader, host }, lines: [line] },
    });
  };
};

const measurements: string[] = [];
afterAll(() => console.log(`memory taken where ${limitMb} MB were allowed:\n  ${measurements.join('\n  ')}`));

/** Megabytes that it takes when far more goes in than it may keep. */
async function taken(memory: Memory, model: Session, count: number): Promise<number> {
  const sessions = Array.from({ length: count }, () => fresh(model));
  const warm = await memory(sessions.slice(0, 50)); // what is compiled and pooled on the way is not counted
  for (let i = 0; i < 50; i++) await warm(i);
  const put = await memory(sessions);
  const before = await memoryInUse();
  for (let i = 0; i < count; i++) await put(i);
  const after = await memoryInUse();
  await put(sessions.length - 1); // both are there until here
  return (after - before) / megabyte;
}

async function expectInBounds(what: string, memory: Memory, model: Session, count: number): Promise<void> {
  const mb = await taken(memory, model, count);
  measurements.push(`${what}: ${mb.toFixed(1)} MB`);
  expect(mb).toBeLessThan(limitMb * 1.25);
  expect(mb).toBeGreaterThan(limitMb / 4);
}

describe.each<[string, Memory]>([
  ['opened cookies (--session-cache-size)', openedCookies],
  ['sessions read from Redis (twice --session-cache-size)', fromRedis],
  ['what became of refreshed sessions (--session-cache-size)', afterRefreshes],
])('P30: %s', (what, memory) => {
  test.each<[string, number, number]>([
    ['without groups', 0, 0],
    ['with 20 groups and 10 roles', 20, 10],
    ['with 80 groups and 40 roles', 80, 40],
  ])('sessions %s take no more than it may have, and use a good part of it', async (size, groups, roles) => {
    await expectInBounds(`${what}, ${size}`, memory, keycloakSession(groups, roles), 900);
  });
});

test('P30: opened tickets take no more than they may have, and use a good part of it', async () => {
  await expectInBounds('opened tickets (--session-cache-size)', openedTickets, someone(), 2500);
});

test('P30: marks of sign-outs are bounded by their number, and small', async () => {
  const marks = signOutMarks({ clock: Date.now, lifetimeMs: 3600_000, tokenLifetimeMs: 60_000 });
  const count = 100_000; // of 500,000 of each kind, which would take longer than a test should
  const before = heapUsed();
  for (let i = 0; i < count; i++) await marks.endSession({ id: randomBytes(16).toString('base64url') });
  const bytesEach = (heapUsed() - before) / count;
  await marks.endSession({ id: 'the last one' });
  measurements.push(`a mark of a sign-out: ${bytesEach.toFixed(0)} bytes`);
  expect(bytesEach).toBeLessThan(300);
});
