// How does an upstream know that a request came through us? A MAC over it, in GAP-Signature (reference: hmacauth).
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SignatureKey } from '../config/signature-key.ts';
import { Problem } from '../lib/problem.ts';
import type { HeaderLine } from '../response/identity-headers.ts';
import { hasBody } from './framing.ts';
import { decodedPath, splitTarget } from './request-path.ts';

/** In this order, as verifiers know it. */
const signedHeaders = [
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'authorization',
  'x-forwarded-user',
  'x-forwarded-email',
  'x-forwarded-preferred-user',
  'x-forwarded-access-token',
  'cookie',
  'gap-auth',
];

/** A signed body is held in memory until it is whole: the signature goes in front of it. */
const longestBody = 32 * 1024 * 1024;

export interface Signed {
  readonly lines: readonly HeaderLine[];
  readonly body: Buffer | undefined;
}

export interface Unsigned {
  readonly req: IncomingMessage;
  readonly lines: readonly HeaderLine[];
  /** Who it is, as on our answer; empty for nobody. */
  readonly user: string;
}

/** @throws Problem when the body is too large to be held */
export async function signed(key: SignatureKey, { req, lines, user }: Unsigned): Promise<Signed> {
  const body = hasBody(req) ? await wholeBody(req) : undefined;
  const kept = lines.filter(([name]) => !/^gap[-_](?:auth|signature)$/i.test(name));
  const named: readonly HeaderLine[] = [...kept, ['GAP-Auth', user]];
  const { hash, key: secret } = key;
  const mac = createHmac(hash, secret)
    .update(Buffer.from(signedText(req, named), 'latin1'))
    .update(body ?? '')
    .digest('base64');
  return { lines: [...named, ['GAP-Signature', `${hash} ${mac}`]], body };
}

/** Line by line: method, headers, path and query. */
function signedText(req: IncomingMessage, lines: readonly HeaderLine[]): string {
  const values = new Map(lines.map(([name, value]) => [name.toLowerCase(), value]));
  const { path, query } = splitTarget(req.url ?? '/');
  const headers = signedHeaders.map((name) => values.get(name) ?? '');
  const target = `${decodedPath(path) ?? path}${query === '?' ? '' : query}`;
  return `${[req.method ?? 'GET', ...headers, target].join('\n')}\n`;
}

async function wholeBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > longestBody) throw tooLarge();
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(): Problem {
  return new Problem({
    status: 413,
    reason: 'body_too_large',
    message: 'The request is too large.',
    debug: `--signature-key signs bodies of up to ${longestBody} bytes`,
  });
}
