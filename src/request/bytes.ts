// Which text do the raw bytes of a header or a request target say? Node hands each byte over as one character.

/** UTF-8 where it is valid, else the bytes percent-escaped. */
export function textOf(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return escapedBytes(bytes);
  }
}

/** Only ASCII is left; RFC 3986 §2.1. */
export function escapedBytes(bytes: string): string {
  return bytes.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
