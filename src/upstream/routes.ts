// Which upstream answers a path? What --upstream says, and how a request is matched with it.
import { cleanPath } from '../request/clean-target.ts';
import { decodedPath, encodePath, type SplitTarget } from './request-path.ts';

export type Destination =
  | { readonly kind: 'http'; readonly origin: URL; readonly socketPath: string | undefined }
  | { readonly kind: 'static'; readonly status: number };

export interface Route {
  /** For the request log: the path, or `static://N`. */
  readonly id: string;
  /** Decoded. Matches as a prefix when it ends with `/`, else exactly. It is never put in front of a request's path. */
  readonly path: string;
  readonly destination: Destination;
}

export type Routes =
  | { readonly kind: 'routes'; readonly routes: readonly Route[] }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

export type Match =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' };

/** Longest path first. (reference: convertLegacyUpstreams) */
export function parseRoutes(upstreams: readonly string[]): Routes {
  const problems: string[] = [];
  const byPath = new Map<string, Route>();
  for (const text of upstreams) {
    const route = parseRoute(text);
    if (typeof route === 'string') problems.push(`upstream "${text}" ${route}`);
    else if (byPath.has(route.path))
      problems.push(`upstream "${text}": another one has the path "${route.path}" already`);
    else byPath.set(route.path, route);
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'routes', routes: [...byPath.values()].toSorted((a, b) => b.path.length - a.path.length) };
}

/** The route, or what is wrong. */
function parseRoute(text: string): Route | string {
  const { scheme = '', rest = '' } = /^(?<scheme>[a-z][a-z\d+.-]*):\/\/(?<rest>.*)$/is.exec(text)?.groups ?? {};
  switch (scheme.toLowerCase()) {
    case 'http':
    case 'https': {
      if (!URL.canParse(text)) return 'is no URL';
      const origin = new URL(text);
      const path = decodedPath(origin.pathname);
      if (path === undefined) return 'has a malformed path';
      return { id: path, path, destination: { kind: 'http', origin, socketPath: undefined } };
    }
    case 'unix': // requests name the host that the client asked for, else localhost
      return {
        id: '/',
        path: '/',
        destination: { kind: 'http', origin: new URL('http://localhost'), socketPath: rest },
      };
    case 'static': {
      // 200 for what is no status (reference: convertLegacyUpstreams); config warns of it.
      const status = /^[2-5]\d\d$/.test(rest) ? Number(rest) : 200;
      return { id: `static://${status}`, path: '/', destination: { kind: 'static', status } };
    }
    case 'file':
      return 'is a folder, which is not supported yet';
    default:
      return scheme === '' ? 'is no URL' : `has an invalid scheme: "${scheme}"`;
  }
}

/** Matching is on the decoded path; a path that is not clean after decoding is sent to its clean form first. */
export function matchRoute(routes: readonly Route[], { path, query }: SplitTarget): Match {
  const decoded = decodedPath(path);
  if (decoded === undefined) return { kind: 'malformed' };
  if (!decoded.startsWith('/')) return { kind: 'none' }; // OPTIONS *
  const clean = cleanPath(decoded);
  // Percent-encoded anew, so that `/%5Cevil` and its like stay a path of ours (security P2).
  if (clean !== decoded) return { kind: 'redirect', location: encodePath(clean) + query };

  const route = routes.find(({ path: key }) => (key.endsWith('/') ? decoded.startsWith(key) : decoded === key));
  if (route) return { kind: 'route', route };
  const withSlash = `${decoded}/`;
  if (!routes.some(({ path: key }) => key === withSlash)) return { kind: 'none' };
  return { kind: 'redirect', location: encodePath(withSlash) + query };
}
