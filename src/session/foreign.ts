// What do sessions that the reference wrote look like to the stores? They are read, never written.
import type { Session } from './session.ts';

export interface ForeignTicket {
  /** Key in Redis. */
  readonly key: string;
  /** 16 bytes that open the value. */
  readonly secret: Buffer;
  readonly createdAtMs: number;
}

/** All synchronous, and undefined for whatever is not an unharmed thing of its kind; none throws. */
export interface ForeignSessions {
  /** Cheap: could this be a signed value of the reference? */
  looksRight(value: string): boolean;
  /** A session of its cookie store. The id is derived from the seal, so that it stays the same for the same cookie. */
  open(value: string): Session | undefined;
  /** A ticket of its Redis store, in both forms. */
  openTicket(value: string): ForeignTicket | undefined;
  /** The value in Redis. */
  openValue(value: Buffer, ticket: ForeignTicket): Session | undefined;
}
