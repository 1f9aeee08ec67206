// V-5, M20: whatever a stranger sends in place of an old session, nothing throws, hangs or takes much memory.
import fc from 'fast-check';
import '../support/seeded.ts';
import { foreignAttempts } from '../../src/session/reference-attempt.ts';
import { readFrame, xxHash32 } from '../../src/session/reference-frame.ts';
import { readMsgpack } from '../../src/session/reference-msgpack.ts';
import { readSession } from '../../src/session/reference-session.ts';
import { foreignSessions } from '../../src/session/reference-store.ts';
import { readTicket } from '../../src/session/reference-ticket.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import {
  msgpackOf,
  redisValue,
  referenceSecret,
  sessionCookieValue,
  signed,
  stored,
  ticketText,
} from '../support/reference-writer.ts';

const secrets = fixedSecrets(referenceSecret);
const sessions = foreignSessions({ cookieName: '_oauth2_proxy', secrets, hasRoles: true, rememberedBytes: 0 });
const attempts = foreignAttempts(secrets);
const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
const runs = { numRuns: 400 };
const origin = { id: 'x', createdAt: () => 0, hasRoles: false };

/** An unharmed thing, some bytes of it changed, a piece cut off or repeated. */
const harmed = (whole: Buffer) =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
      from: fc.nat(whole.length),
      to: fc.nat(whole.length),
      extra: fc.uint8Array({ maxLength: 8 }),
    })
    .map(({ changes, from, to, extra }) => {
      const copy = Buffer.from(whole);
      for (const [at, value] of changes) copy[at] = value;
      return from < to ? Buffer.concat([copy.subarray(0, to), extra, copy.subarray(from)]) : copy;
    });

const fields = {
  ca: new Date(1_700_000_000_000),
  e: 'jane@example.com',
  u: 'u',
  g: ['a', 'b'],
  at: 'token'.repeat(20),
};
const back = Buffer.from(
  '04224d186440a782000000f21d8ba26361d7ff1d6f34546553f100a2656fd6ff6553ff10a26174ab416363657373546f6b656ea26974a749440b00f4227274ac52656672657368546f6b656ea16ec40401020304a165b46a6f686e2e646f65406578616d706c652e636f6da175a81700f00ca16792a161a162a27075a46a6f686ea2616381a3666f6fa362617200000000a9a6ea39',
  'hex',
);

test.each([
  ['stored', stored(msgpackOf(fields))],
  ['compressed', back],
])('a %s frame that is harmed is no frame, or the same', (_, whole) => {
  const content = readFrame(whole);
  fc.assert(
    fc.property(harmed(whole), (frame) => {
      const read = readFrame(frame);
      // The content has a checksum: what is read in spite of a change is what was written.
      expect(read === undefined || (content?.equals(read) ?? false) || frame.length !== whole.length).toBe(true);
    }),
    runs,
  );
});

test('a frame of any content comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200_000 }), (array) => {
      expect(readFrame(stored(Buffer.from(array)))?.equals(array)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('any blocks behind a valid descriptor', () => {
  fc.assert(
    fc.property(bytes, bytes, (block, rest) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(block.length);
      const frame = Buffer.concat([Buffer.from('04224d186440a7', 'hex'), size, block, rest]);
      expect(readFrame(frame) ?? Buffer.alloc(0)).toBeInstanceOf(Uint8Array);
    }),
    runs,
  );
});

test('a bomb is refused when it has grown too large', () => {
  // One literal, and then itself again, two million times.
  const block = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(8000, 0xff), Buffer.from([0])]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  const descriptor = Buffer.from([0x60, 0x70]);
  const head = Buffer.concat([
    Buffer.from('04224d18', 'hex'),
    descriptor,
    Buffer.of((xxHash32(descriptor) >>> 8) & 0xff),
  ]);
  const frame = (body: Buffer, length: Buffer) => Buffer.concat([head, length, body, Buffer.alloc(4)]);
  expect(readFrame(frame(block, size))).toBeUndefined();
  // The same with two hundred thousand is a frame.
  const modest = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(800, 0xff), Buffer.from([0])]);
  size.writeUInt32LE(modest.length);
  expect(readFrame(frame(modest, size))).toHaveLength(1 + 19 + 800 * 255);
});

test('any bytes as MessagePack, and as a session', () => {
  fc.assert(
    fc.property(fc.oneof(bytes, harmed(msgpackOf(fields))), (text) => {
      readMsgpack(text);
      const session = readSession(text, origin);
      expect(session === undefined || typeof session.email === 'string').toBe(true);
    }),
    { numRuns: 1500 },
  );
});

test('what is MessagePack is read', () => {
  // A key called __proto__, however deep, is refused on purpose (below).
  const value = fc
    .dictionary(fc.string({ maxLength: 10 }), fc.jsonValue())
    .filter((claims) => !JSON.stringify(claims).includes('"__proto__"'));
  fc.assert(
    fc.property(value, (claims) => {
      expect(JSON.stringify(readMsgpack(msgpackOf({ ac: claims })))).toBe(JSON.stringify({ ac: claims }));
    }),
    runs,
  );
});

test.each<[string, Buffer]>([
  ['a list that announces four thousand million members', Buffer.from('ddffffffff', 'hex')],
  ['a map that does', Buffer.from('dfffffffff', 'hex')],
  ['a text that announces four gigabytes', Buffer.from('dbffffffff61', 'hex')],
  ['lists of 65535 in one another', Buffer.from('dcffff'.repeat(100_000), 'hex')],
  ['lists in lists', Buffer.alloc(100_000, 0x91)],
  ['maps in maps', Buffer.from('81a161'.repeat(50_000), 'hex')],
  ['a type that does not exist', Buffer.from('c1', 'hex')],
  ['a key called __proto__', Buffer.from('81a95f5f70726f746f5f5f80', 'hex')],
  ['nothing', Buffer.alloc(0)],
])('%s is nothing, and costs nothing', (_, text) => {
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  expect(readMsgpack(text)).toBeUndefined();
  const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  expect(after - before).toBeLessThan(20 * 1024 * 1024);
});

test('any text as a cookie of any kind', () => {
  const good = sessionCookieValue(fields);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.tuple(fc.base64String(), fc.nat(), fc.base64String()).map((parts) => parts.join('|')),
    harmed(Buffer.from(good)).map((value) => value.toString('latin1')),
  );
  fc.assert(
    fc.property(text, (value) => {
      fc.pre(value !== good);
      expect(sessions.open(value)).toBeUndefined();
      expect(sessions.openTicket(value)).toBeUndefined();
      expect(attempts.open('_oauth2_proxy_csrf', value)).toBeUndefined();
    }),
    { numRuns: 1500 },
  );
});

test('any payload, signed: somebody knows the secret', () => {
  fc.assert(
    fc.property(bytes, (payload) => {
      const value = signed(payload, { secret: referenceSecret });
      sessions.openTicket(value);
      expect(sessions.open(value)).toBeUndefined();
    }),
    runs,
  );
});

test('any text as a ticket, and any bytes as its value', () => {
  const secret = Buffer.alloc(16, 1);
  const ticket = { key: 'k', secret, createdAtMs: 0 };
  const value = redisValue(fields, secret);
  fc.assert(
    fc.property(fc.string(), fc.oneof(bytes, harmed(value)), (text, bent) => {
      const read = readTicket(text);
      expect(read === undefined || read.secret.length === 16).toBe(true);
      if (!bent.equals(value)) expect(sessions.openValue(bent, ticket)).toBeUndefined();
    }),
    runs,
  );
  expect(readTicket(ticketText('k', secret))).toEqual({ key: 'k', secret });
});

test('V-3: junk in cookies is told by its form; what has the form costs one digest for each reading of the secret', () => {
  const junk = ['x'.repeat(60_000), '|'.repeat(60_000), `${'a'.repeat(60_000)}|1|${'b'.repeat(43)}`];
  for (const value of junk) expect(sessions.looksRight(value)).toBe(false);
  const shaped = `${'a'.repeat(60_000)}|1700000000|${'b'.repeat(43)}=`;
  expect(sessions.looksRight(shaped)).toBe(true);
  const started = process.cpuUsage();
  for (let i = 0; i < 100; i++) expect(sessions.open(shaped)).toBeUndefined();
  expect(process.cpuUsage(started).user / 1000 / 100).toBeLessThan(20); // milliseconds each; about 0.2 where this was written
});
