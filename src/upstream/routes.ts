// Which upstream answers a request target, and what does it see of the path?
import type { Upstream, UpstreamConfig } from '../config/upstream.ts';
import { cleanPath } from '../request/clean-target.ts';
import { decodedPath, encodePath, encodeRawPath, type SplitTarget } from './request-path.ts';
import { pathRewrite, type PathRewrite } from './rewrite.ts';

export interface Route {
  readonly upstream: Upstream;
  /** Bytes of the path, one per character. */
  readonly key: string;
  readonly rewrite: PathRewrite | undefined;
}

export interface Routes {
  readonly isRaw: boolean;
  readonly routes: readonly Route[];
}

export type Match =
  | {
      readonly kind: 'route';
      readonly route: Route;
      /** Rewritten; undefined when the target goes on byte for byte. */
      readonly target: string | undefined;
      /** Decoded, without what brought the request here: for folders. */
      readonly rest: string;
    }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' };

/** Rewriting ones first, and then the longest path. (reference: sortByPathLongest) */
export function createRoutes({ proxyRawPath, upstreams }: UpstreamConfig): Routes {
  const routes = upstreams.map((upstream): Route => {
    const { path, rewriteTarget } = upstream;
    const rewrite = rewriteTarget === undefined ? undefined : pathRewrite(path, rewriteTarget);
    return { upstream, key: Buffer.from(path).toString('latin1'), rewrite };
  });
  const rank = ({ rewrite, key }: Route) => (rewrite ? 1e9 : 0) + key.length;
  return { isRaw: proxyRawPath, routes: routes.toSorted((a, b) => rank(b) - rank(a)) };
}

/**
 * Matching is on the decoded path; a path that is not clean after decoding is sent to its clean form first. With
 * proxyRawPath it is on the path as it is spelt, and only patterns see it decoded.
 */
export function matchRoute({ isRaw, routes }: Routes, target: SplitTarget): Match {
  const decoded = decodedPath(target.path);
  if (decoded === undefined) return { kind: 'malformed' };
  if (!decoded.startsWith('/')) return { kind: 'none' }; // OPTIONS *
  const compared = isRaw ? target.path : decoded;
  const encode = isRaw ? encodeRawPath : encodePath;
  const clean = cleanPath(compared);
  // Percent-encoded anew, so that `/%5Cevil` and its like stay a path of ours (security P2).
  if (clean !== compared) return { kind: 'redirect', location: encode(clean) + target.query };

  const accepts = (suffix: string) => (route: Route) =>
    route.rewrite ? route.rewrite.matches(decoded + suffix) : isBelow(route.key, compared + suffix);
  const route = routes.find(accepts(''));
  if (route) return matched(route, target, decoded);
  if (compared.endsWith('/') || !routes.some(accepts('/'))) return { kind: 'none' };
  return { kind: 'redirect', location: encode(`${compared}/`) + target.query };
}

function isBelow(key: string, path: string): boolean {
  return key.endsWith('/') ? path.startsWith(key) : path === key;
}

function matched(route: Route, target: SplitTarget, decoded: string): Match {
  if (!route.rewrite) {
    // A key that was compared with the raw path need not begin the decoded one.
    const rest = decoded.startsWith(route.key) ? decoded.slice(route.key.length) : decoded;
    return { kind: 'route', route, target: undefined, rest };
  }
  const rewritten = route.rewrite.target(target, decoded);
  if (rewritten === undefined) return { kind: 'malformed' };
  return { kind: 'route', route, target: rewritten.target, rest: rewritten.path };
}
