// Is this method and path open to strangers, or for programs?
import { LRUCache } from 'lru-cache';
import { skipAuthRoute, type SkipAuthRoute } from '../config/skip-auth-route.ts';
import { compileRegex, type Matcher } from '../lib/regex.ts';
import { routedPath } from './open-path.ts';

export interface SkipAuthParts {
  /** --skip-auth-regex */
  readonly skipAuthRegex: readonly string[];
  /** --skip-auth-route */
  readonly skipAuthRoutes: readonly string[];
}

/** `path` is that of `openPath`; undefined when it is ambiguous. */
export type SkipsAuth = (method: string, path: string | undefined) => boolean;

const verdictsRemembered = 5000;
/** Longer paths are judged anew: strangers choose them, and they would fill the memory. */
const longestRemembered = 512;

/** Rules for everything, as operators write them. No path can be ambiguous to them. */
const everything = ['', '.*', '^', '^.*', '.*$', '^.*$', '/', '^/', '/.*', '^/.*', '^/.*$'];

/** @throws Error naming the entry that is no regular expression */
export function skipAuthRules({ skipAuthRegex, skipAuthRoutes }: SkipAuthParts): SkipsAuth {
  const rules = [
    ...skipAuthRegex.map((pattern) => ({ method: '', pattern, negated: false })),
    ...skipAuthRoutes.map(skipAuthRoute).map((route) => ({ ...route, method: route.method.toUpperCase() })),
  ];
  const compiled = rules.map((rule) => ({ ...rule, matches: compiledPattern(rule.pattern) }));
  const unconditional = rules.filter(({ pattern, negated }) => !negated && everything.includes(pattern));
  const fits = (rule: SkipAuthRoute, method: string) => rule.method === '' || rule.method === method;
  const verdicts = new LRUCache<string, boolean>({ max: verdictsRemembered });

  return (method, path) => {
    if (path === undefined) return unconditional.some((rule) => fits(rule, method));
    const judge = () => compiled.some((rule) => fits(rule, method) && rule.matches(path) !== rule.negated);
    return path.length > longestRemembered ? judge() : remembered(verdicts, `${method} ${path}`, judge);
  };
}

/** --api-route: is this URI for programs? Its query does not count (security N6). @throws Error naming the bad entry */
export function apiRoutes({ apiRoutes }: { readonly apiRoutes: readonly string[] }): (uri: string) => boolean {
  const compiled = apiRoutes.map(compiledPattern);
  const verdicts = new LRUCache<string, boolean>({ max: verdictsRemembered });

  return (uri) => {
    if (compiled.length === 0) return false;
    const path = routedPath(uri);
    const judge = () => compiled.some((matches) => matches(path));
    return path.length > longestRemembered ? judge() : remembered(verdicts, path, judge);
  };
}

function compiledPattern(pattern: string): Matcher {
  try {
    return compileRegex(pattern, { remembered: 0 });
  } catch (cause) {
    throw new Error(`"${pattern}" is no regular expression: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function remembered(verdicts: LRUCache<string, boolean>, key: string, judge: () => boolean): boolean {
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const verdict = judge();
  verdicts.set(key, verdict);
  return verdict;
}
