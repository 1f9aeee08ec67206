// About how much memory does a value take that is remembered?

/** What V8 needs for a string beside its characters, and for an object or a list beside what is in it. */
const textBytes = 32;
const objectBytes = 64;
const slotBytes = 16;

/** Estimated on the high side, for limits of memories. Tokens and e-mail addresses are one byte for a character. */
export function memoryOf(value: unknown): number {
  if (typeof value === 'string') return textBytes + Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return objectBytes + value.length;
  return Object.values(value).reduce((sum: number, one: unknown) => sum + slotBytes + memoryOf(one), objectBytes);
}

/** A copy that holds nothing else in memory: small buffers are parts of large ones, which live as long as any part. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/** The same for a text, which may be a part of a longer one, such as all cookies of a request. One byte for a character. */
export function ownText(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('latin1');
}
