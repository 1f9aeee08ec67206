// How does a page go onto the wire?
import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';

/** The reference's, whose date says UTC; with `no-store` for security O-1. */
export const noCacheHeaders = {
  Expires: 'Thu, 01 Jan 1970 00:00:00 UTC',
  'Cache-Control': 'no-cache, no-store, must-revalidate, max-age=0',
  'X-Accel-Expires': '0',
} as const;

export interface Page {
  readonly status: number;
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/** Headers that were set before, cookies above all, stay. */
export function sendPage(res: ServerResponse, page: Page): void {
  setHeaders(res, {
    ...noCacheHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': page.contentSecurityPolicy,
    'X-Frame-Options': 'DENY',
    // C-6: the address of a callback holds a code.
    'Referrer-Policy': 'no-referrer',
  });
  sendBody(res, page.status, page.html);
}

export function forbidCaching(res: ServerResponse): void {
  setHeaders(res, noCacheHeaders);
}

const textHeaders = { 'Content-Type': 'text/plain; charset=utf-8' } as const;
const fixedHeaders = { 'X-Content-Type-Options': 'nosniff' } as const;

export function sendText(res: ServerResponse, status: number, body: string): void {
  setHeaders(res, textHeaders);
  sendBody(res, status, body);
}

/** The status text, a line end, and nothing to sniff (reference: http.Error). */
export function sendStatusText(res: ServerResponse, status: number): void {
  sendText(res, status, `${STATUS_CODES[status] ?? status}\n`);
}

/** The headers of `sendText`, names and values in turn, for an answer that is made before anybody asks. */
export function statusTextHeaders(body: string): readonly string[] {
  const headers = { ...textHeaders, ...fixedHeaders, 'Content-Length': String(Buffer.byteLength(body)) };
  return Object.entries(headers).flat();
}

export function sendJson(res: ServerResponse, status: number, body: string): void {
  setHeaders(res, { 'Content-Type': 'application/json' });
  sendBody(res, status, body);
}

/** What the reference tells programs, whatever happened. */
export function sendEmptyJson(res: ServerResponse, status: number): void {
  sendJson(res, status, '{}');
}

function setHeaders(res: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}

/** `end`, not Express's `send`: that one answers 304 to conditional requests. */
function sendBody(res: ServerResponse, status: number, body: string): void {
  res.statusCode = status;
  setHeaders(res, fixedHeaders);
  // As bytes: before a text body Node would encode header values, UTF-8 already, a second time (security H-9).
  const bytes = Buffer.from(body);
  res.setHeader('Content-Length', bytes.length);
  res.end(res.req.method === 'HEAD' ? undefined : bytes);
}
