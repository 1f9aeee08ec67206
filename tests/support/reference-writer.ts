// What oauth2-proxy leaves behind in browsers and in Redis, written as it writes it (formats: src/session/reference-*.ts).
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import { xxHash32 } from '../../src/session/reference-frame.ts';

/** Fields under their short names: ca, eo, at, it, rt, n, e, u, g, pu, ac. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Written {
  readonly secret: string | Buffer;
  readonly name?: string;
  /** Milliseconds; what the signature says. */
  readonly signedAtMs?: number;
}

const padded = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');

export function signed(payload: Buffer, { secret, name = '_oauth2_proxy', signedAtMs = Date.now() }: Written): string {
  const text = `${padded(payload)}|${Math.floor(signedAtMs / 1000)}`;
  const mac = createHmac('sha256', secret).update(name + text.replace('|', ''));
  return `${text}|${padded(mac.digest())}`;
}

export function cfb(content: Buffer, key: Buffer): Buffer<ArrayBuffer> {
  const iv = randomBytes(16);
  const cipher = createCipheriv(`aes-${key.length * 8}-cfb`, key, iv);
  return Buffer.concat([iv, cipher.update(content), cipher.final()]);
}

/** Blocks of up to 64 KiB, none of which is compressed: a frame like any other. */
export function stored(content: Buffer): Buffer<ArrayBuffer> {
  const word = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return bytes;
  };
  const parts: Buffer[] = [Buffer.from('04224d186440a7', 'hex')];
  for (let at = 0; at < content.length; at += 65536) {
    const block = content.subarray(at, at + 65536);
    parts.push(word(block.length | 0x80000000), block);
  }
  return Buffer.concat([...parts, word(0), word(xxHash32(content))]);
}

export function msgpackOf(fields: Fields): Buffer {
  return Buffer.from(encode(fields, { ignoreUndefined: true }));
}

/** A key of 32 bytes as base64url, as the documentation of oauth2-proxy has it made. */
export const referenceSecret = 'yHBw2lh2Cvo6aI_jn_qMTr-pRAjtq0nzVgDJNb36jgQ=';
export const referenceKey = Buffer.from('c87070da58760afa3a688fe39ffa8c4ebfa94408edab49f35600c935bdfa8e04', 'hex');

export function sessionCookieValue(fields: Fields, written: Partial<Written> = {}): string {
  const signedAtMs = fields['ca'] instanceof Date ? fields['ca'].getTime() : Date.now();
  return signed(cfb(stored(msgpackOf(fields)), referenceKey), { secret: referenceSecret, signedAtMs, ...written });
}

export function csrfCookieValue(fields: { s: Buffer; n: Buffer; cv?: string }, written: Partial<Written>): string {
  return signed(cfb(msgpackOf(fields), referenceKey), { secret: referenceSecret, ...written });
}

/** The cookies of a value as the reference splits it: 4000 bytes for each, attributes included. */
export function splitCookies(name: string, value: string, attributes: string): readonly [name: string, part: string][] {
  if (name.length + 1 + value.length + attributes.length <= 4000) return [[name, value]];
  const parts: [string, string][] = [];
  for (let rest = value; rest !== '';) {
    const part = `${name}_${parts.length}`;
    const room = 4000 - attributes.length - part.length - 1;
    parts.push([part, rest.slice(0, room)]);
    rest = rest.slice(room);
  }
  return parts;
}

export function redisValue(fields: Fields, secret: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-128-gcm', secret, nonce);
  return Buffer.concat([nonce, cipher.update(msgpackOf(fields)), cipher.final(), cipher.getAuthTag()]);
}

export function ticketText(key: string, secret: Buffer): string {
  return `v2.${Buffer.from(key).toString('base64url')}.${secret.toString('base64url')}`;
}
