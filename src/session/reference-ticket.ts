// Which entry in Redis does a ticket of the reference mean, and what opens it? (behaviour.md §12)
import { createDecipheriv } from 'node:crypto';

export interface Ticket {
  readonly key: string;
  /** 16 bytes. */
  readonly secret: Buffer;
}

const secretLength = 16;
/** Names of cookies have at most 256 characters; 32 hexadecimal ones follow. */
const keyLimit = 512;
const nonceLength = 12;
const tagLength = 16;

/** `v2.<base64url key>.<base64url secret>`, or the form of old: `<key>.<base64url secret>`, in which the key may have dots. */
export function readTicket(text: string): Ticket | undefined {
  const dot = text.lastIndexOf('.');
  if (dot < 1 || text.length > 2 * keyLimit) return undefined;
  const [head, secret] = [text.slice(0, dot), decoded(text.slice(dot + 1))];
  const isNew = /^v2\.[^.]*$/.test(head);
  const key = isNew ? decoded(head.slice('v2.'.length))?.toString() : head;
  if (key === undefined || key === '' || key.length > keyLimit || secret?.length !== secretLength) return undefined;
  return { key, secret };
}

/** AES-128-GCM: nonce, ciphertext, tag. */
export function decryptedGcm(value: Buffer, secret: Buffer): Buffer | undefined {
  if (value.length < nonceLength + tagLength) return undefined;
  const cipher = createDecipheriv('aes-128-gcm', secret, value.subarray(0, nonceLength), {
    authTagLength: tagLength,
  });
  cipher.setAuthTag(value.subarray(-tagLength));
  try {
    return Buffer.concat([cipher.update(value.subarray(nonceLength, -tagLength)), cipher.final()]);
  } catch {
    return undefined; // written by somebody else, or damaged
  }
}

function decoded(text: string): Buffer | undefined {
  return /^[\w-]+$/.test(text) ? Buffer.from(text, 'base64url') : undefined;
}
