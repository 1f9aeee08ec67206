// What kind of file is it? By its name, else by how it begins.
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { lookup } from 'mime-types';

const sniffedBytes = 512;

export async function typeOfFile(path: string): Promise<string> {
  const ending = extname(path);
  const known = ending === '' ? false : lookup(ending);
  if (known !== false) return known.startsWith('text/') ? `${known}; charset=utf-8` : known;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0);
    return typeOfBytes(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The common part of the reference's sniffing (WHATWG MIME Sniffing §7): pages, pictures, archives; else text or not. */
const beginnings: readonly (readonly [RegExp, string])[] = [
  [/^[\t\n\f\r ]*<(?:!doctype html|html|head|body|script|title|h1|div|table|p|!--)[ >]/i, 'text/html; charset=utf-8'],
  [/^[\t\n\f\r ]*<\?xml/, 'text/xml; charset=utf-8'],
  [/^%PDF-/, 'application/pdf'],
  [/^\x89PNG\r\n\x1a\n/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^RIFF[^]{4}WEBPVP/, 'image/webp'],
  [/^\x1f\x8b\x08/, 'application/x-gzip'],
  [/^PK\x03\x04/, 'application/zip'],
];

export function typeOfBytes(beginning: string): string {
  const found = beginnings.find(([pattern]) => pattern.test(beginning));
  if (found) return found[1];
  return /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(beginning) ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}
