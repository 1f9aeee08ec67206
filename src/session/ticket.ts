// Which session in Redis does a cookie mean, and what opens it? The ticket is all that a browser gets.
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ownCopy } from '../lib/memory-of.ts';
import { cookieValues } from '../request/cookies.ts';
import type { ForeignSessions, ForeignTicket } from './foreign.ts';
import { looksLikeSeal, type Sealer } from './seal.ts';

export interface Ticket {
  /** In Redis: `<cookie-name>-<32 hex>`, as the reference names them. */
  readonly key: string;
  /** Opens the value, and is kept nowhere else: who reads Redis reads nothing. */
  readonly secret: Buffer;
  /** Undefined where the reference wrote the ticket: the session itself tells. */
  readonly sessionId: string | undefined;
  readonly foreign: ForeignTicket | undefined;
}

export interface Tickets {
  /** Each session that a request names, once. No call to Redis, and no cryptography for what is no seal (security V-3). */
  read(cookieHeader: string | undefined): Promise<readonly Ticket[]>;
  /** For a sign-in: a key and a secret that were never in any browser (security C-1, N12). */
  create(sessionId: string): Ticket;
  /** The value of the cookie. */
  seal(ticket: Ticket, sessionId: string): Promise<string>;
}

export interface TicketsParts {
  readonly name: string;
  readonly sealer: Sealer;
  readonly foreign: ForeignSessions | undefined;
}

const secretLength = 16;
/** Values of one name that are looked at (security V-3). */
const candidateLimit = 6;

/** `k`: the key's hexadecimal digits, where they do not follow from the id. */
const wireSchema = z.object({ i: z.string(), s: z.string(), k: z.string().optional() });

export function tickets({ name, sealer, foreign }: TicketsParts): Tickets {
  const known = new WeakMap<object, Ticket | undefined>();
  const keyOf = (sessionId: string) => sessionKey(name, sessionId);

  async function open(value: string): Promise<Ticket | undefined> {
    if (!looksLikeSeal(value)) return openForeign(value);
    const data = await sealer.open(value);
    if (typeof data !== 'object' || data === null) return undefined;
    if (!known.has(data)) known.set(data, fromWire(data)); // the sealer gives the same data for the same seal
    return known.get(data);
  }

  function fromWire(data: object): Ticket | undefined {
    const parsed = wireSchema.safeParse(data);
    if (!parsed.success) return undefined;
    const { i: sessionId, s, k } = parsed.data;
    const key = k === undefined ? keyOf(sessionId) : `${name}-${k}`;
    return { key, secret: ownCopy(Buffer.from(s, 'base64url')), sessionId, foreign: undefined };
  }

  function openForeign(value: string): Ticket | undefined {
    const ticket = foreign?.looksRight(value) ? foreign.openTicket(value) : undefined;
    if (ticket === undefined || !isSessionKey(name, ticket.key)) return undefined;
    return { key: ticket.key, secret: ticket.secret, sessionId: undefined, foreign: ticket };
  }

  return {
    async read(cookieHeader) {
      const values = [...new Set(cookieValues(cookieHeader, name))].filter((value) => value !== '');
      const byKey = new Map<string, Ticket>();
      for (const value of values.slice(0, candidateLimit)) {
        const ticket = await open(value);
        // Two tickets of one key, after the reference's was rewritten: they open the same.
        if (ticket !== undefined && !byKey.has(ticket.key)) byKey.set(ticket.key, ticket);
      }
      return [...byKey.values()];
    },
    create: (sessionId) => ({
      key: keyOf(sessionId),
      secret: randomBytes(secretLength),
      sessionId,
      foreign: undefined,
    }),
    seal({ key, secret }, sessionId) {
      const isDerived = key === keyOf(sessionId);
      const k = isDerived ? undefined : key.slice(name.length + 1);
      return sealer.seal({ i: sessionId, s: secret.toString('base64url'), k });
    },
  };
}

/** Where a session of ours is kept. */
function sessionKey(name: string, sessionId: string): string {
  return `${name}-${digitsOf(sessionId)}`;
}

/** A ticket never makes us touch what is no session. */
export function isSessionKey(name: string, key: string): boolean {
  return key.startsWith(`${name}-`) && /^[\da-f]{32}$/.test(key.slice(name.length + 1));
}

/** Of the id and not the id itself: keys are seen by everybody who reads Redis. */
function digitsOf(sessionId: string): string {
  return createHash('sha256').update(`session ${sessionId}`).digest('hex').slice(0, 32);
}
