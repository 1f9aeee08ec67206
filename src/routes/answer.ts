// How are cookies and redirects written, the same way everywhere?
import type { ServerResponse } from 'node:http';
import { escapeHtml } from '../lib/html.ts';
import type { ReturnTo } from '../request/return-to.ts';

export function appendCookies(res: ServerResponse, lines: readonly string[]): void {
  if (lines.length > 0) res.appendHeader('Set-Cookie', lines);
}

/** 302: the target is one that was judged, or the provider's own URL (security L1, F-8). */
export function redirect(res: ServerResponse, target: ReturnTo | URL): void {
  const location = asciiUrl(String(target));
  const isGet = res.req.method === 'GET';
  res.statusCode = 302;
  res.setHeader('Location', location);
  res.setHeader('Referrer-Policy', 'no-referrer');
  if (isGet || res.req.method === 'HEAD') res.setHeader('Content-Type', 'text/html; charset=utf-8');
  const body = Buffer.from(isGet ? `<a href="${escapeHtml(location)}">Found</a>.\n\n` : '');
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

/** After a sign-in; `isStrict`: our cookies are SameSite=Strict. Clients that do not say where they come from are no browsers. */
export function sendOn(isStrict: boolean): (res: ServerResponse, target: ReturnTo) => void {
  return (res, target) => {
    const comesFromProvider = res.req.headers['sec-fetch-site'] === 'cross-site';
    if (isStrict && comesFromProvider) goOnByPage(res, target);
    else redirect(res, target);
  };
}

/**
 * A page that goes on by itself. To browsers the redirects after a sign-in all come from the provider's site, and
 * SameSite=Strict cookies stay at home for all of them; what a page of ours begins is our own again (security C-5).
 */
function goOnByPage(res: ServerResponse, target: ReturnTo): void {
  const location = asciiUrl(target);
  const link = `<a href="${escapeHtml(location)}">Continue</a>`;
  const body = Buffer.from(
    `<!doctype html><html lang="en"><title>Signed in</title><p>You are signed in. ${link}</p></html>\n`,
  );
  res.statusCode = 200;
  res.setHeader('Refresh', `0; url=${location}`);
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', body.length);
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

/** Bytes that no header may hold are percent-escaped, as Go does. */
export function asciiUrl(url: string): string {
  return /^[\x21-\x7e]*$/.test(url) ? url : url.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
}
