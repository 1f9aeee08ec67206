// What does a seal of iron-session hold? Opened at once, where iron-session itself would only promise to.
import { createDecipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { isSameText } from '../lib/same-text.ts';

/** Passwords by their ids. */
export type Passwords = ReadonlyMap<string, string>;

/** iron-session's own mark at the end of a seal; it is outside the MAC, so only this one is accepted. */
const ending = '~2';
/** Prefix, password id, salt, IV, ciphertext, expiry; then, outside of the MAC's text, its salt and itself (iron-webcrypto: seal). */
const fieldCount = 8;
const keyBytes = 32;

/** Undefined for whatever is no unharmed seal with one of these passwords. Seals of ours never expire by themselves. */
export function openSeal(seal: string, passwords: Passwords): object | undefined {
  if (!seal.endsWith(ending)) return undefined;
  const fields = seal.slice(0, -ending.length).split('*');
  const [prefix, id = '', salt = '', iv = '', encrypted = '', expiry, macSalt = '', mac = ''] = fields;
  const password = passwords.get(id);
  if (fields.length !== fieldCount || prefix !== 'Fe26.2' || expiry !== '' || password === undefined) return undefined;

  const signed = seal.slice(0, seal.length - ending.length - mac.length - macSalt.length - 2);
  const expected = createHmac('sha256', keyFrom(password, macSalt)).update(signed).digest('base64url');
  // Security C-2, C-7: nothing is decrypted before this. The text and not only its bytes: decoders ignore the unused bits of
  // the last character (security P33).
  if (!isSameText(mac, expected)) return undefined;

  const decipher = createDecipheriv('aes-256-cbc', keyFrom(password, salt), Buffer.from(iv, 'base64url'));
  const text = decipher.update(encrypted, 'base64url', 'utf8') + decipher.final('utf8');
  const data: unknown = JSON.parse(text);
  return typeof data === 'object' && data !== null && Object.keys(data).length > 0 ? data : undefined;
}

/** One iteration is enough for a password that is a key already (iron-webcrypto: defaults, generateKey). */
function keyFrom(password: string, salt: string): Buffer {
  return pbkdf2Sync(password, salt, 1, keyBytes, 'sha1');
}
