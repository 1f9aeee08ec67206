// Did the reference write this value, with one of our secrets? `payload|timestamp|signature`, as in all of its cookies.
import { createDecipheriv, createHmac } from 'node:crypto';
import { isSameText } from '../lib/same-text.ts';
import { derivedFrom, type Secrets } from './secrets.ts';

export interface SignedValue {
  readonly payload: Buffer;
  readonly signedAtMs: number;
  /** As it stands in the cookie; no two values have the same. */
  readonly signature: string;
  /** AES key of the secret that signed. */
  readonly key: Buffer;
}

export interface SignedValues {
  /** Undefined unless the signature is that of this cookie's name, payload and time. Of its age the caller judges. */
  open(name: string, value: string): SignedValue | undefined;
}

/** SHA-256 as padded base64url. */
const signatureLength = 44;
/** No request brings more; nothing longer is worth a digest. */
const valueLimit = 128 * 1024;
const timestampPattern = /^\d{1,11}$/;

interface Reading {
  readonly signing: Buffer;
  readonly key: Buffer;
}

export function signedValues(secrets: Secrets): SignedValues {
  const readings = derivedFrom(secrets, (list) => list.flatMap(readingsOf));
  return {
    open(name, value) {
      const fields = fieldsOf(value);
      if (fields === undefined) return undefined;
      const { payload, timestamp, signature } = fields;
      const text = name + payload + timestamp;
      const signer = readings().find(({ signing }) => isSignedWith(signing, text, signature));
      if (signer === undefined) return undefined;
      const signedAtMs = Number(timestamp) * 1000;
      return { payload: Buffer.from(payload, 'base64url'), signedAtMs, signature, key: signer.key };
    },
  };
}

/** Cheap: could this be a signed value? Says no to junk without cryptography (security V-3). */
export function looksSigned(value: string): boolean {
  return fieldsOf(value) !== undefined;
}

function fieldsOf(value: string): { payload: string; timestamp: string; signature: string } | undefined {
  const bar = value.length - signatureLength - 1;
  if (bar < 0 || value[bar] !== '|' || !value.endsWith('=') || value.length > valueLimit) return undefined;
  const first = value.indexOf('|');
  const timestamp = value.slice(first + 1, bar);
  // No bar stands between the two in what is signed, so digits must not wander from one to the other: padding is whole.
  if (first === bar || first % 4 !== 0 || !timestampPattern.test(timestamp)) return undefined;
  return { payload: value.slice(0, first), timestamp, signature: value.slice(bar + 1) };
}

/** The text is compared, not what it decodes to: two spellings would be two values with one signature (security P33). */
function isSignedWith(signing: Buffer, text: string, signature: string): boolean {
  const expected = padded(createHmac('sha256', signing).update(text).digest());
  return isSameText(expected, signature);
}

function padded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/**
 * The reference takes secrets to the letter, with the line break at the end of a file. Whoever swaps it may have moved
 * the secret from a file to a variable or back, so it is read with and without.
 */
function readingsOf(secret: string): readonly Reading[] {
  const trimmed = secret.trimEnd();
  const texts = [...new Set([secret, trimmed, `${trimmed}\n`])].map((text) => Buffer.from(text));
  // The file of a secret that is no UTF-8 was read one character a byte (config/secret-files.ts).
  if (/[\x80-\xff]/.test(secret) && !/[^\0-\xff]/.test(secret)) texts.push(Buffer.from(secret, 'latin1'));
  return texts.flatMap((signing) => {
    const key = aesKey(signing);
    // With another length the reference would not have started.
    return [16, 24, 32].includes(key.length) ? [{ signing, key }] : [];
  });
}

/** What it says as base64url when that is a key, else the text itself (reference: SecretBytes). */
function aesKey(secret: Buffer): Buffer {
  const text = secret
    .toString('latin1')
    .replace(/=+$/, '')
    .replace(/[\r\n]/g, '');
  const decoded = /^[\w-]+$/.test(text) && text.length % 4 !== 1 ? Buffer.from(text, 'base64url') : secret;
  return [16, 24, 32].includes(decoded.length) ? decoded : secret;
}

/** AES-CFB, the first block being the IV: whoever opens it has checked the signature before. */
export function decryptedCfb(box: Buffer, key: Buffer): Buffer | undefined {
  if (box.length < 16) return undefined;
  const cipher = createDecipheriv(`aes-${key.length * 8}-cfb`, key, box.subarray(0, 16));
  return Buffer.concat([cipher.update(box.subarray(16)), cipher.final()]);
}
