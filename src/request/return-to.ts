// May the browser be sent there? The one judge of every target, whichever place it came from (security RD-1).
import { ownPath } from './own-endpoint.ts';
import type { Whitelist } from './whitelist.ts';

declare const judged: unique symbol;
/** A path on the site, or an absolute URL that is allowed: only `validReturnTo` makes one. May hold non-ASCII text. */
export type ReturnTo = string & { readonly [judged]: true };

export interface ReturnToContext {
  readonly whitelist: Whitelist;
  /** --proxy-prefix */
  readonly prefix: string;
  /** Host and port that were asked for: an absolute target there needs no whitelist. */
  readonly requestHost: string;
  /** `http`, `https`, or empty when unknown. */
  readonly requestScheme: string;
  /** The target is made of `requestHost` itself, so being there proves nothing. */
  readonly needsWhitelist?: boolean;
}

export const siteRoot = '/' as ReturnTo;

const longestTarget = 16 * 1024;

/**
 * Undefined: as if no target had been given. What comes out holds no control character, blank or backslash, and a
 * browser that follows it stays on the site or lands on an allowed host (security RD-2).
 */
export function validReturnTo(text: string, context: ReturnToContext): ReturnTo | undefined {
  // Browsers drop tabs and line feeds, so what stands beside them would come together.
  if (text.length > longestTarget || /[\x00-\x1f\x7f]/.test(text) || !text.isWellFormed()) return undefined;
  const [, base = '', rest = ''] = /^([^?#]*)(.*)$/.exec(text) ?? [];
  // In a path a browser takes \ for /; behind it the character is only text.
  if (base.includes('\\')) return undefined;
  const target = (base + rest.replaceAll('\\', '%5C')).replaceAll(' ', '%20');
  const isAllowed = base.startsWith('/') ? staysOnSite(base, target, context) : isAllowedElsewhere(target, context);
  return isAllowed ? (target as ReturnTo) : undefined;
}

/** Only the path decides; the query may hold anything (security RD-4). */
function staysOnSite(path: string, target: string, { prefix }: ReturnToContext): boolean {
  // reference: validator.go; blanks between slashes have been seen to fold into `//`.
  if (/\/(?: *|\.{1,2})\//.test(path)) return false;
  const site = 'https://site.invalid';
  const url = parse(target, site);
  return url?.origin === site && !url.pathname.startsWith('//') && !ownPath(url.pathname, prefix);
}

function isAllowedElsewhere(target: string, context: ReturnToContext): boolean {
  const {
    userInfo,
    host,
    port = '',
  } = /^https?:\/\/(?<userInfo>[^/?#]*@)?(?<host>[^/?#@]*?)(?::(?<port>\d+))?(?=[/?#]|$)/.exec(target)?.groups ?? {};
  const url = parse(target);
  // The host must say to the browser what it says to the eye: no escapes, no IDN, no 0x7f.1, no 0443.
  if (!url || !host || url.hostname !== host.toLowerCase() || port !== port.replace(/^0+/, '')) return false;
  const asked = parse(`${url.protocol}//${context.requestHost}`);
  if (asked?.hostname === url.hostname && ownPath(url.pathname, context.prefix)) return false;
  const isAsked =
    asked?.host === url.host && userInfo === undefined && !isDowngrade(url, context) && !context.needsWhitelist;
  return isAsked || context.whitelist(host.replace(/^\[(.*)\]$/, '$1'), port);
}

/** From https to http on the same host is another site to a browser (security RD-2). */
function isDowngrade({ protocol }: URL, { requestScheme }: ReturnToContext): boolean {
  return protocol === 'http:' && requestScheme.toLowerCase() === 'https';
}

function parse(text: string, base?: string): URL | undefined {
  return URL.parse(text, base) ?? undefined;
}
