// How is a large session made to fit into fewer cookies?
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What compresses to less than this is left alone: the frame would eat the gain. */
const worthwhileBytes = 1024;
/** More than any session holds; a seal that inflates beyond it is refused (security V-5, M20). */
const inflatedLimit = 1024 * 1024;

export interface Compressed {
  readonly z: string;
}

/** The data itself, or its compressed form where that is shorter. */
export function compressed(data: object): object | Compressed {
  const json = JSON.stringify(data);
  if (json.length < worthwhileBytes) return data;
  const z = deflateRawSync(json, { level: 9 }).toString('base64url');
  return z.length < json.length ? { z } : data;
}

/** Undefined for what is neither; what is not compressed comes back as it is. */
export function inflated(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('z' in data)) return data;
  if (typeof data.z !== 'string') return undefined;
  try {
    const bytes = inflateRawSync(Buffer.from(data.z, 'base64url'), { maxOutputLength: inflatedLimit });
    return JSON.parse(bytes.toString());
  } catch {
    return undefined; // damaged or a bomb: no session either way
  }
}
