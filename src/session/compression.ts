// How is a large session made to fit into fewer cookies?
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { commonTexts } from './compression-texts.ts';

/** What is smaller than this is left alone: the frame would eat the gain. */
const worthwhileBytes = 256;
/** More than any session holds; a seal that inflates beyond it is refused (security V-5, M20). */
const inflatedLimit = 1024 * 1024;
/** What an ordinary session inflates to; the default makes four times as much garbage. */
const chunkSize = 4096;
/** Tokens are mostly base64 of JSON, which does not compress; what it stands for does. */
const tokens = ['at', 'it', 'rt'];

/** The signatures of opened tokens stay outside: they do not shrink, and would spoil it for the rest. */
export interface Compressed {
  readonly d1: string;
  readonly s: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface OpenedToken {
  readonly name: string;
  readonly header: string;
  readonly payload: string;
  readonly signature: Buffer;
}

/** The data itself, or its compressed form where that is shorter. */
export function compressed(data: object): object | Compressed {
  const json = JSON.stringify(data);
  if (json.length < worthwhileBytes) return data;
  const { opened, rest } = withoutTokens(data as Fields);
  const list = opened.map(({ name, signature }) => name + signature.length).join(' ');
  const texts = opened.flatMap(({ header, payload }) => [header, payload]);
  const packed = deflateRawSync([list, JSON.stringify(rest), ...texts].join('\n'), {
    level: 9,
    dictionary: commonTexts,
  });
  const s = Buffer.concat(opened.map(({ signature }) => signature)).toString('base64url');
  const small: Compressed = { d1: packed.toString('base64url'), s };
  return JSON.stringify(small).length < Buffer.byteLength(json) ? small : data;
}

/** Undefined for what is neither; what is not compressed comes back as it is. */
export function inflated(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  try {
    if ('d1' in data) return unpacked(data as Fields);
    return 'z' in data ? unpackedEarlier(data.z) : data;
  } catch {
    return undefined; // damaged or a bomb: no session either way
  }
}

function unpacked({ d1, s }: Fields): unknown {
  const bytes = inflateRawSync(bytesOf(d1), { dictionary: commonTexts, maxOutputLength: inflatedLimit, chunkSize });
  const [list = '', rest = '', ...texts] = bytes.toString().split('\n');
  let signatures = bytesOf(s);
  const closed = list.split(' ').flatMap((entry, at) => {
    const [, name, length] = /^(\D+)(\d+)$/.exec(entry) ?? [];
    if (name === undefined) return [];
    const [header = '', payload = ''] = texts.slice(2 * at);
    const signature = signatures.subarray(0, Number(length));
    signatures = signatures.subarray(Number(length));
    return [[name, [base64Of(header), base64Of(payload), base64Of(signature)].join('.')]];
  });
  return { ...(JSON.parse(rest) as Fields), ...(Object.fromEntries(closed) as Fields) };
}

/** Tokens that come back to the letter; any other stays a text among the rest. */
function withoutTokens(data: Fields): { readonly opened: readonly OpenedToken[]; readonly rest: Fields } {
  const opened = tokens.flatMap((name) => openedToken(name, data[name]) ?? []);
  const isOpened = (name: string) => opened.some((token) => token.name === name);
  return { opened, rest: Object.fromEntries(Object.entries(data).filter(([name]) => !isOpened(name))) };
}

function openedToken(name: string, token: unknown): OpenedToken | undefined {
  const parts = typeof token === 'string' ? token.split('.').map((part) => Buffer.from(part, 'base64url')) : [];
  const [header, payload, signature] = parts;
  if (header === undefined || payload === undefined || signature === undefined || parts.length > 3) return undefined;
  const opened = { name, header: header.toString(), payload: payload.toString(), signature };
  const again = [opened.header, opened.payload, signature].map(base64Of).join('.');
  return again === token && !`${opened.header}${opened.payload}`.includes('\n') ? opened : undefined;
}

/** What builds before the dictionary wrote: tokens as lists, signatures among the rest. */
function unpackedEarlier(z: unknown): unknown {
  const data = JSON.parse(inflateRawSync(bytesOf(z), { maxOutputLength: inflatedLimit }).toString()) as Fields;
  const closed = tokens.flatMap((name) => {
    const token = data[name];
    if (!Array.isArray(token)) return [];
    const [header = '', payload = '', signature] = token as string[];
    return [[name, `${base64Of(header)}.${base64Of(payload)}.${signature}`]];
  });
  return { ...data, ...(Object.fromEntries(closed) as Fields) };
}

function bytesOf(base64: unknown): Buffer {
  if (typeof base64 !== 'string') throw new TypeError('no text');
  return Buffer.from(base64, 'base64url');
}

function base64Of(value: string | Buffer): string {
  return Buffer.from(value as string).toString('base64url');
}
