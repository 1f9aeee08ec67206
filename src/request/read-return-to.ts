// Where does the user of this request want to go?
import type { IncomingMessage } from 'node:http';
import { textOf } from './bytes.ts';
import type { OriginalRequest } from './original-request.ts';
import type { Parameters } from './parameters.ts';
import { siteRoot, validReturnTo, type ReturnTo } from './return-to.ts';
import { compileWhitelist } from './whitelist.ts';

export interface ReturnTargetParts {
  readonly whitelistDomains: readonly string[];
  readonly proxyPrefix: string;
}

export interface ReturnTargets {
  /** Is a target that was kept over a sign-in still allowed? */
  judge(target: string, original: OriginalRequest): ReturnTo | undefined;
  /** The first candidate that is allowed, else `/`. Without parameters: what was asked for, whatever `rd` says. */
  read(req: IncomingMessage, original: OriginalRequest, parameters?: Parameters): ReturnTo;
}

export function returnTargets({ whitelistDomains, proxyPrefix }: ReturnTargetParts): ReturnTargets {
  const whitelist = compileWhitelist(whitelistDomains);
  const prefix = proxyPrefix.replace(/\/+$/, '');

  function judge(target: string, { host, scheme }: OriginalRequest, needsWhitelist = false): ReturnTo | undefined {
    return validReturnTo(target, { whitelist, prefix, requestHost: host, requestScheme: scheme, needsWhitelist });
  }

  /** The query of what was asked for is judged too, as in the reference: it is no target that anybody chose (behaviour.md §7.1). */
  function judgeAsked(uri: string, original: OriginalRequest): ReturnTo | undefined {
    if (prefix !== '' && uri.startsWith(`${prefix}/`)) return siteRoot;
    return uri.startsWith('/') && !/[/\\](?: *|\.{1,2})[/\\]/.test(uri) ? judge(uri, original) : undefined;
  }

  return {
    judge,
    read(req, original, parameters) {
      return (
        judge(parameters?.get('rd') ?? '', original) ??
        judge(onlyLine(req, 'x-auth-request-redirect'), original) ??
        // The whitelist is how the reference learns which hosts are ours.
        judge(forwardedUrl(req, original, prefix), original, true) ??
        judgeAsked(textOf(original.uri), original) ??
        judgeAsked(textOf(original.ownUri), original) ?? // the fallback is judged like the others (security N9)
        siteRoot
      );
    },
  };
}

/** Of several lines nobody can say which one nginx wrote. Raw headers: a client's `__proto__` is harmless there (security L14). */
function onlyLine({ rawHeaders }: IncomingMessage, name: string): string {
  const lines = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
  return lines.length === 1 ? textOf(lines[0] ?? '') : '';
}

/** Only where a believed proxy serves another host than it asks us for. */
function forwardedUrl(req: IncomingMessage, original: OriginalRequest, prefix: string): string {
  const { believed, scheme, host, ownUri, uri } = original;
  if (!believed || host.toLowerCase() === req.headers.host?.toLowerCase()) return '';
  const path = uri || ownUri;
  if (!path.startsWith('/')) return '';
  return `${scheme}://${host}${prefix !== '' && path.startsWith(`${prefix}/`) ? '/' : textOf(path)}`;
}
