// What did the reference compress? The LZ4 frame format, read only; docs/architecture.md says why no library does it.

/** More than any session holds; what would become larger is refused (security V-5, M20). */
const contentLimit = 1024 * 1024;
const magic = 0x184d2204;

interface Descriptor {
  readonly isLinked: boolean;
  readonly hasBlockChecksum: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentSize: bigint | undefined;
  readonly blockLimit: number;
  /** Where the first block begins. */
  readonly end: number;
}

/** Undefined for what is no unharmed frame (LZ4 frame format 1.6.x); a dictionary is never used. */
export function readFrame(frame: Buffer): Buffer | undefined {
  try {
    return contentOf(frame);
  } catch {
    return undefined; // cut short, damaged, or a bomb: no session either way
  }
}

function contentOf(frame: Buffer): Buffer {
  const descriptor = readDescriptor(frame);
  const out = growing();
  let at = descriptor.end;
  for (;;) {
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const size = word & 0x7fffffff;
    const block = taken(frame, at, size);
    at += size;
    if (descriptor.hasBlockChecksum) {
      insist(frame.readUInt32LE(at) === xxHash32(block));
      at += 4;
    }
    const start = out.length();
    if (word >= 0x80000000) out.append(block);
    else expand(block, out, descriptor.isLinked ? 0 : start);
    insist(out.length() - start <= descriptor.blockLimit);
  }
  const content = out.content();
  if (descriptor.hasContentChecksum) {
    insist(frame.readUInt32LE(at) === xxHash32(content));
    at += 4;
  }
  insist(at === frame.length);
  insist(descriptor.contentSize === undefined || descriptor.contentSize === BigInt(content.length));
  return content;
}

function readDescriptor(frame: Buffer): Descriptor {
  insist(frame.readUInt32LE(0) === magic);
  const [flags, block] = [frame.readUInt8(4), frame.readUInt8(5)];
  const blockCode = (block >> 4) & 7;
  // Version 01, reserved bits zero, no dictionary, one of the four block sizes.
  insist(flags >> 6 === 1 && (flags & 0b11) === 0 && (block & 0b1000_1111) === 0 && blockCode >= 4);
  const hasSize = (flags & 0b1000) !== 0;
  const contentSize = hasSize ? frame.readBigUInt64LE(6) : undefined;
  const end = hasSize ? 14 : 6;
  insist(frame.readUInt8(end) === ((xxHash32(frame.subarray(4, end)) >>> 8) & 0xff));
  return {
    isLinked: (flags & 0b10_0000) === 0,
    hasBlockChecksum: (flags & 0b1_0000) !== 0,
    hasContentChecksum: (flags & 0b100) !== 0,
    contentSize,
    blockLimit: 1 << (2 * blockCode + 8),
    end: end + 1,
  };
}

/** One compressed block (LZ4 block format): literals, then a piece of what came before, over and over. */
function expand(block: Buffer, out: Growing, oldest: number): void {
  let at = 0;
  const lengthOf = (nibble: number): number => {
    if (nibble < 15) return nibble;
    for (let length = nibble; ;) {
      const more = block.readUInt8(at++);
      length += more;
      if (more < 255) return length;
    }
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = lengthOf(token >> 4);
    out.append(taken(block, at, literals));
    at += literals;
    if (at === block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    insist(distance > 0 && distance <= out.length() - oldest);
    out.repeat(distance, lengthOf(token & 15) + 4);
  }
}

interface Growing {
  length(): number;
  append(bytes: Buffer): void;
  /** Appends what stands `distance` bytes back; the copy may read what it has just written. */
  repeat(distance: number, count: number): void;
  content(): Buffer;
}

/** Grows with what is there, not with what a stranger announces. */
function growing(): Growing {
  let buffer = Buffer.allocUnsafe(4096);
  let length = 0;
  const reserve = (count: number) => {
    insist(length + count <= contentLimit);
    if (length + count <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(length + count, buffer.length * 2));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  return {
    length: () => length,
    append(bytes) {
      reserve(bytes.length);
      bytes.copy(buffer, length);
      length += bytes.length;
    },
    repeat(distance, count) {
      reserve(count);
      for (const end = length + count; length < end; length++) buffer[length] = buffer[length - distance] ?? 0;
    },
    content: () => buffer.subarray(0, length),
  };
}

function taken(bytes: Buffer, at: number, count: number): Buffer {
  insist(at + count <= bytes.length);
  return bytes.subarray(at, at + count);
}

function insist(holds: boolean): void {
  if (!holds) throw new RangeError('no unharmed LZ4 frame');
}

const [prime1, prime2, prime3, prime4, prime5] = [2654435761, 2246822519, 3266489917, 668265263, 374761393];
const rotated = (x: number, by: number) => (x << by) | (x >>> (32 - by));

/** xxHash32 with seed 0: against accidents only; the signature is what keeps strangers out. */
export function xxHash32(bytes: Buffer): number {
  const round = (lane: number, at: number) =>
    Math.imul(rotated((lane + Math.imul(bytes.readUInt32LE(at), prime2)) | 0, 13), prime1);
  let at = 0;
  let hash: number = prime5;
  if (bytes.length >= 16) {
    let [a, b, c, d] = [(prime1 + prime2) | 0, prime2 | 0, 0, -prime1 | 0];
    for (; at <= bytes.length - 16; at += 16) {
      [a, b, c, d] = [round(a, at), round(b, at + 4), round(c, at + 8), round(d, at + 12)];
    }
    hash = rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18);
  }
  hash = (hash + bytes.length) | 0;
  for (; at <= bytes.length - 4; at += 4) {
    hash = Math.imul(rotated((hash + Math.imul(bytes.readUInt32LE(at), prime3)) | 0, 17), prime4);
  }
  for (; at < bytes.length; at++) {
    hash = Math.imul(rotated((hash + Math.imul(bytes.readUInt8(at), prime5)) | 0, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
