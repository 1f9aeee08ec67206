// What does the place that was asked for require?
import type { OriginalRequest } from '../request/original-request.ts';
import type { Rule } from './authorize.ts';
import { openPath } from './open-path.ts';
import { constraintsOf } from './query-constraints.ts';
import type { Requirement } from './requirement.ts';

/** The place as the decision sees it. */
export interface Place {
  readonly method: string;
  /** Path and query. */
  readonly uri: string;
  readonly clientAddress: string | undefined;
  /** The query in which `allowed_groups` and its like may stand. */
  readonly query: { getAll(name: string): readonly string[] };
}

export interface RuleParts {
  readonly membership: readonly Requirement[];
  /** --skip-auth-route and --skip-auth-regex. */
  readonly skipsAuth: (method: string, path: string | undefined) => boolean;
  /** --skip-auth-preflight */
  readonly skipPreflight: boolean;
  /** --trusted-ip */
  readonly trusts: (address: string) => boolean;
}

export function rules({ membership, skipsAuth, skipPreflight, trusts }: RuleParts): (place: Place) => Rule {
  function isOpen({ method, uri, clientAddress }: Place): boolean {
    if (skipPreflight && method === 'OPTIONS') return true;
    if (clientAddress !== undefined && trusts(clientAddress)) return true;
    // An ambiguous path has no exemption of its own (security H-14); only a rule that opens everything opens it too.
    return skipsAuth(method, openPath(uri));
  }

  return (place) => ({ open: isOpen(place), membership, location: constraintsOf(place.query) });
}

/** What nginx asks about: the request of which `/auth` is told. */
export function placeBehindNginx(original: OriginalRequest, query: Place['query']): Place {
  return { method: original.method, uri: original.uri, clientAddress: original.clientAddress, query };
}

/** What is proxied here: the request itself decides, never a header (security H-3). */
export function placeProxiedHere(original: OriginalRequest, method: string, query: Place['query']): Place {
  return { method, uri: original.ownUri, clientAddress: original.clientAddress, query };
}
