// How does a session lie in Redis, so that who reads there learns nothing and who writes there can forge nothing?
import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { compressed, inflated } from './compression.ts';
import type { ForeignSessions } from './foreign.ts';
import { openBytes, sealBytes } from './sealed-bytes.ts';
import { derivedFrom, keyMaterial, type Secrets } from './secrets.ts';
import type { Session } from './session.ts';
import type { Ticket } from './ticket.ts';
import { fromWire, toWire } from './wire.ts';

/** What an operator may see of a session without its ticket. */
export interface SessionAbout {
  readonly id: string;
  readonly user: string;
  readonly email: string;
  readonly signedInAtMs: number;
  readonly refreshedAtMs: number;
}

export interface StoredSessions {
  /** Undefined when it is too large to be kept. */
  write(ticket: Ticket, session: Session): Buffer | undefined;
  /** Undefined for what was not written by us, or the reference, for this ticket and this key. */
  read(ticket: Ticket, value: Buffer): Session | undefined;
  about(key: string, value: Buffer): SessionAbout | undefined;
}

export interface StoredSessionsParts {
  readonly name: string;
  readonly secrets: Secrets;
  readonly foreign: ForeignSessions | undefined;
}

/**
 * Marks the layout: mark, length of the part for operators (2 bytes), that part, then the session. Values of the
 * reference begin with 12 random bytes.
 */
const mark = Buffer.from('O2S1');
const headLength = mark.length + 2;
/** Nobody's session is that large; what writes such values is broken or hostile. */
export const valueLimit = 256 * 1024;
/** As JSON: what compresses this well is no session either, and would not be inflated again (security M20). */
const jsonLimit = 1_000_000;
const kind = { plain: 0, packed: 1 } as const;

const aboutSchema = z.object({ i: z.string(), u: z.string(), e: z.string(), si: z.number(), ca: z.number() });

export function storedSessions({ name, secrets, foreign }: StoredSessionsParts): StoredSessions {
  const aboutKeys = derivedFrom(secrets, (list) => list.map((secret) => keyMaterial(secret, `about ${name}`, 32)));

  function aboutOf({ id, user, email, signedInAtMs, createdAtMs }: Session, key: string): Buffer {
    const [first = Buffer.alloc(0)] = aboutKeys();
    return sealBytes(first, key, jsonOf({ i: id, u: user, e: email, si: signedInAtMs, ca: createdAtMs }));
  }

  return {
    write({ key, secret }, session) {
      const content = contentOf(session);
      const about = aboutOf(session, key);
      if (content === undefined || about.length > 0xffff) return undefined;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(about.length);
      const value = Buffer.concat([mark, length, about, sealBytes(valueKey(secret), key, content)]);
      return value.length > valueLimit ? undefined : value;
    },
    read({ key, secret, foreign: ticket }, value) {
      if (value.length > valueLimit) return undefined;
      const content = partsOf(value)?.content;
      const plain = content && openBytes(valueKey(secret), key, content);
      if (plain !== undefined) return sessionOf(plain);
      return ticket && foreign?.openValue(value, ticket);
    },
    about(key, value) {
      const part = partsOf(value)?.about;
      if (part === undefined) return undefined;
      const plain = aboutKeys().reduce<Buffer | undefined>(
        (found, one) => found ?? openBytes(one, key, part),
        undefined,
      );
      const parsed = aboutSchema.safeParse(plain && JSON.parse(plain.toString()));
      if (!parsed.success) return undefined;
      const { i, u, e, si, ca } = parsed.data;
      return { id: i, user: u, email: e, signedInAtMs: si, refreshedAtMs: ca };
    },
  };
}

/** The secret of the ticket is all that goes in: removing a cookie secret ends its tickets, and thereby its sessions. */
function valueKey(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'oauth2-sidecar', 'session value', 32));
}

function partsOf(value: Buffer): { readonly about: Buffer; readonly content: Buffer } | undefined {
  if (value.length < headLength || !value.subarray(0, mark.length).equals(mark)) return undefined;
  const end = headLength + value.readUInt16BE(mark.length);
  return end > value.length ? undefined : { about: value.subarray(headLength, end), content: value.subarray(end) };
}

function contentOf(session: Session): Buffer | undefined {
  const wire = toWire(session);
  const data = compressed(wire);
  if (!('d1' in data)) return Buffer.concat([Buffer.of(kind.plain), jsonOf(data)]);
  if (jsonOf(wire).length > jsonLimit) return undefined;
  // As bytes: Redis needs no base64.
  const packed = Buffer.from(data.d1, 'base64url');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(packed.length);
  return Buffer.concat([Buffer.of(kind.packed), length, packed, Buffer.from(data.s, 'base64url')]);
}

function sessionOf(content: Buffer): Session | undefined {
  return fromWire(content[0] === kind.packed ? unpacked(content) : JSON.parse(content.subarray(1).toString()));
}

function unpacked(content: Buffer): unknown {
  const end = 5 + content.readUInt32BE(1);
  const text = (bytes: Buffer) => bytes.toString('base64url');
  return inflated({ d1: text(content.subarray(5, end)), s: text(content.subarray(end)) });
}

function jsonOf(data: object): Buffer {
  return Buffer.from(JSON.stringify(data));
}
