// What is in the body of a form post?
import type { IncomingMessage } from 'node:http';
import { Problem } from '../lib/problem.ts';

/** Security V-2, F-7. */
const formLimit = 64 * 1024;
/** From the first byte to the last; nothing else limits how slowly a body comes (security V-1). */
const formTimeoutMs = 15_000;

/** The body as it came, one character per byte; undefined when the request holds no urlencoded form. @throws Problem */
export async function readForm(req: IncomingMessage): Promise<string | undefined> {
  if (!['POST', 'PUT', 'PATCH'].includes(req.method ?? '') || !isForm(req.headers['content-type'])) return undefined;
  if (Number(req.headers['content-length'] ?? 0) > formLimit) {
    req.resume();
    throw tooLarge();
  }
  return (await readBody(req)).toString('latin1');
}

/** A missing or garbled Content-Type is no form and no fault (security M5). */
function isForm(contentType = ''): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** By events: leaving an async loop early would destroy the socket, and nobody would hear the 413. */
function readBody(req: IncomingMessage): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const body = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    timer = setTimeout(() => reject(tooSlow()), formTimeoutMs);
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= formLimit) return void chunks.push(chunk);
      chunks.length = 0; // keep reading and forgetting, so that the answer gets through
      reject(tooLarge());
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('error', (cause) => reject(brokenOff(cause)));
    req.on('close', () => reject(brokenOff()));
  });
  // Not on `close`: it never comes where the answer went out before the body was there.
  return body.finally(() => clearTimeout(timer));
}

function tooLarge(): Problem {
  return new Problem({ status: 413, reason: 'form_too_large', message: 'The form is too large.' });
}

function tooSlow(): Problem {
  return new Problem({ status: 408, reason: 'form_too_slow', message: 'The form took too long to arrive.' });
}

function brokenOff(cause?: unknown): Problem {
  return new Problem({ status: 400, reason: 'form_broken_off', message: 'The form did not arrive completely.', cause });
}
