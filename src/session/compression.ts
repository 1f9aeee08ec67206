// How is a large session made to fit into fewer cookies?
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What is smaller than this is left alone: the frame would eat the gain. */
const worthwhileBytes = 1024;
/** More than any session holds; a seal that inflates beyond it is refused (security V-5, M20). */
const inflatedLimit = 1024 * 1024;
/** Tokens are mostly base64 of JSON, which does not compress; what it stands for does. */
const tokens = ['at', 'it', 'rt'];

export interface Compressed {
  readonly z: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The data itself, or its compressed form where that is shorter. */
export function compressed(data: object): object | Compressed {
  const length = JSON.stringify(data).length;
  if (length < worthwhileBytes) return data;
  const json = JSON.stringify(withTokens(data as Fields, opened));
  const z = deflateRawSync(json, { level: 9 }).toString('base64url');
  return z.length < length ? { z } : data;
}

/** Undefined for what is neither; what is not compressed comes back as it is. */
export function inflated(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('z' in data)) return data;
  if (typeof data.z !== 'string') return undefined;
  try {
    const bytes = inflateRawSync(Buffer.from(data.z, 'base64url'), { maxOutputLength: inflatedLimit });
    return withTokens(JSON.parse(bytes.toString()) as Fields, closed);
  } catch {
    return undefined; // damaged or a bomb: no session either way
  }
}

function withTokens(data: Fields, change: (token: unknown) => unknown): Fields {
  const changed = tokens.filter((name) => name in data).map((name) => [name, change(data[name])]);
  return { ...data, ...Object.fromEntries(changed) };
}

/** A JWT as header text, payload text and signature; anything that would not come back to the letter stays a text. */
function opened(token: unknown): unknown {
  if (typeof token !== 'string') return token;
  const [header = '', payload = '', signature, ...more] = token.split('.');
  if (signature === undefined || more.length > 0) return token;
  const parts = [textOf(header), textOf(payload), signature];
  return closed(parts) === token ? parts : token;
}

function closed(token: unknown): unknown {
  if (!Array.isArray(token)) return token;
  const [header, payload, signature] = token as string[];
  return `${base64Of(header)}.${base64Of(payload)}.${signature}`;
}

function textOf(base64: string): string {
  return Buffer.from(base64, 'base64url').toString('utf8');
}

function base64Of(text = ''): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
