// Which sessions of the reference's stores can be read here?
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { memoryOf, ownText } from '../lib/memory-of.ts';
import type { ForeignSessions } from './foreign.ts';
import { readFrame } from './reference-frame.ts';
import { readSession } from './reference-session.ts';
import { decryptedCfb, looksSigned, signedValues } from './reference-signature.ts';
import { decryptedGcm, readTicket } from './reference-ticket.ts';
import { derivedFrom, type Secrets } from './secrets.ts';
import type { Session } from './session.ts';

/** Of the memory itself. */
const entryBytes = 512;

export interface ForeignSessionsParts {
  readonly cookieName: string;
  readonly secrets: Secrets;
  /** Does the provider have roles? The reference lists them among the groups. */
  readonly hasRoles: boolean;
  /** Opened sessions are remembered in about as much memory. */
  readonly rememberedBytes: number;
}

export function foreignSessions({
  cookieName,
  secrets,
  hasRoles,
  rememberedBytes,
}: ForeignSessionsParts): ForeignSessions {
  const signed = signedValues(secrets);
  // Forgotten when the secrets change: a removed one opens nothing from then on.
  const opened = derivedFrom(
    secrets,
    () =>
      new LRUCache<string, { value: string; session: Session }>({
        maxSize: Math.max(1, rememberedBytes),
        sizeCalculation: (entry) => entryBytes + memoryOf(entry),
      }),
  );

  function read(value: string): Session | undefined {
    const box = signed.open(cookieName, value);
    if (box === undefined) return undefined;
    const frame = decryptedCfb(box.payload, box.key);
    const content = frame && readFrame(frame);
    const createdAt = (writtenMs: number | undefined) => creation(writtenMs, box.signedAtMs);
    return content && readSession(content, { id: idOf(box.signature), createdAt, hasRoles });
  }

  function remember(value: string, session: Session): void {
    opened().set(signatureOf(value), { value, session });
  }

  return {
    looksRight: looksSigned,
    open(value) {
      if (!looksSigned(value)) return undefined;
      const known = opened().get(signatureOf(value));
      if (known?.value === value) return known.session;
      const session = read(value);
      if (session !== undefined) remember(ownText(value), session);
      return session;
    },
    openTicket(value) {
      const box = signed.open(cookieName, value);
      const ticket = box && readTicket(box.payload.toString());
      return ticket && { ...ticket, createdAtMs: box.signedAtMs };
    },
    openValue(value, { secret, createdAtMs }) {
      const content = decryptedGcm(value, secret);
      // The ticket stays when the session is refreshed, and so does the id.
      const id = idOf(secret.toString('base64url'));
      const createdAt = (writtenMs: number | undefined) => writtenMs ?? createdAtMs;
      return content && readSession(content, { id, createdAt, hasRoles });
    },
  };
}

/** The reference signs with the second of the creation, and by that alone it judges the age of a cookie. */
function creation(writtenMs: number | undefined, signedAtMs: number): number {
  const isOfThatSecond = writtenMs !== undefined && Math.floor(writtenMs / 1000) * 1000 === signedAtMs;
  return isOfThatSecond ? writtenMs : signedAtMs;
}

function signatureOf(value: string): string {
  return value.slice(value.lastIndexOf('|') + 1);
}

/** Ids reach logs and other stores, so they must not give away what they are made of. */
function idOf(text: string): string {
  return createHash('sha256').update(`reference ${text}`).digest('base64url').slice(0, 22);
}
