// What does a MessagePack text of the reference say? Looked over first, so that none costs more than it is long.
import { decode } from '@msgpack/msgpack';

/** A session is two deep, its additional claims a few more. */
const depthLimit = 32;

/**
 * Undefined for what is no single unharmed value. Timestamps (extension −1, of 4, 8 or 12 bytes) become dates.
 * The library makes room for as many members as a list announces, before it sees one (security V-5, M20): so a walk over
 * the heads alone comes first, and afterwards every announced member is known to be there.
 */
export function readMsgpack(bytes: Buffer): unknown {
  if (!isModest(bytes)) return undefined;
  try {
    return decode(bytes);
  } catch {
    return undefined; // e.g. a key that is no text, or `__proto__`
  }
}

function isModest(bytes: Buffer): boolean {
  /** For each list or map that is open: how many values are still to come. */
  const awaited = [1];
  let at = 0;
  for (let top = awaited.at(-1); top !== undefined; top = awaited.at(-1)) {
    if (top === 0) {
      awaited.pop();
      continue;
    }
    awaited[awaited.length - 1] = top - 1;
    const head = headAt(bytes, at);
    if (head === undefined) return false;
    at += head.size;
    if (at > bytes.length) return false;
    if (head.members > 0 && awaited.push(head.members) > depthLimit) return false;
  }
  return at === bytes.length;
}

interface Head {
  /** Bytes of the value itself, without members. */
  readonly size: number;
  readonly members: number;
}

/** By the first byte: how long is the length that follows, what else belongs to the value, and are these members? */
const sized: Readonly<Record<number, readonly [lengthBytes: 1 | 2 | 4, extra: number, membersPerUnit: 0 | 1 | 2]>> = {
  ...{ 0xc4: [1, 0, 0], 0xc5: [2, 0, 0], 0xc6: [4, 0, 0] }, // bin
  ...{ 0xc7: [1, 1, 0], 0xc8: [2, 1, 0], 0xc9: [4, 1, 0] }, // ext, whose type is a byte more
  ...{ 0xd9: [1, 0, 0], 0xda: [2, 0, 0], 0xdb: [4, 0, 0] }, // str
  ...{ 0xdc: [2, 0, 1], 0xdd: [4, 0, 1], 0xde: [2, 0, 2], 0xdf: [4, 0, 2] }, // array, map
};
/** nil, booleans, floats, integers, fixext: 0xc1 is never used. */
const fixed: Readonly<Record<number, number>> = {
  ...{ 0xc0: 1, 0xc2: 1, 0xc3: 1, 0xca: 5, 0xcb: 9, 0xcc: 2, 0xcd: 3, 0xce: 5, 0xcf: 9 },
  ...{ 0xd0: 2, 0xd1: 3, 0xd2: 5, 0xd3: 9, 0xd4: 3, 0xd5: 4, 0xd6: 6, 0xd7: 10, 0xd8: 18 },
};

function headAt(bytes: Buffer, at: number): Head | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80 || first >= 0xe0) return { size: 1, members: 0 };
  if (first < 0x90) return { size: 1, members: 2 * (first & 15) };
  if (first < 0xa0) return { size: 1, members: first & 15 };
  if (first < 0xc0) return { size: 1 + (first & 31), members: 0 };
  const size = fixed[first];
  if (size !== undefined) return { size, members: 0 };
  const layout = sized[first];
  if (layout === undefined) return undefined;
  const [lengthBytes, extra, membersPerUnit] = layout;
  if (at + 1 + lengthBytes > bytes.length) return undefined;
  const length = bytes.readUIntBE(at + 1, lengthBytes);
  const headSize = 1 + lengthBytes + extra;
  return membersPerUnit === 0
    ? { size: headSize + length, members: 0 }
    : { size: headSize, members: length * membersPerUnit };
}
