// What does a request target become by an upstream's rewriteTarget? (reference: pkg/upstream/rewrite.go)
import { isUtf8 } from 'node:buffer';
import { compileRewrite } from '../lib/regex-rewrite.ts';
import { decodedPath, encodePath, percentEncoded, type SplitTarget } from './request-path.ts';

export interface PathRewrite {
  matches(decoded: string): boolean;
  /** Undefined when the new path would lead out of itself by `..` (security P26). */
  target(target: SplitTarget, decoded: string): RewrittenTarget | undefined;
}

export interface RewrittenTarget {
  /** For the request line. */
  readonly target: string;
  /** Its path, decoded. */
  readonly path: string;
}

/** Paths come with one byte per character; the pattern is a text of characters. */
export function pathRewrite(pattern: string, template: string): PathRewrite {
  const rewrite = compileRewrite(pattern, template);
  const rewritten = (path: string): string | undefined => {
    const bytes = Buffer.from(path, 'latin1');
    if (!isUtf8(bytes)) return rewrite(path);
    const text = rewrite(bytes.toString());
    return text === undefined ? undefined : Buffer.from(text).toString('latin1');
  };
  return {
    matches: (decoded) => rewritten(decoded) !== undefined,
    target(given, decoded) {
      const text = rewritten(decoded) ?? decoded;
      const question = text.indexOf('?');
      const path = withSlash(question < 0 ? text : text.slice(0, question));
      // Decoded dots that were never resolved: only matching on raw paths lets them come this far.
      if (/(?:^|\/)\.\.?(?:\/|$)/.test(path)) return undefined;
      // What stays as it was keeps its spelling.
      const written = decodedPath(given.path) === path ? given.path : encodePath(path);
      const query = mergedQuery(given.query.slice(1), question < 0 ? '' : text.slice(question + 1));
      return { target: written + (query === '' ? '' : `?${query}`), path };
    },
  };
}

function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

type Pair = readonly [name: string, value: string];

/** The request's parameters, then ours; sorted by name, and spelt in one way (reference: url.Values.Encode). */
function mergedQuery(original: string, added: string): string {
  const pairs = [...pairsOf(original), ...pairsOf(added)];
  return pairs
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${encodeParameter(name)}=${encodeParameter(value)}`)
    .join('&');
}

/** Pairs that are damaged are passed over. */
function pairsOf(query: string): readonly Pair[] {
  return query.split('&').flatMap((pair): Pair[] => {
    if (pair === '' || pair.includes(';')) return [];
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const [decodedName, decodedValue] = [name, value].map((text) => decodedPath(text.replaceAll('+', ' ')));
    return decodedName === undefined || decodedValue === undefined ? [] : [[decodedName, decodedValue]];
  });
}

function encodeParameter(bytes: string): string {
  return bytes.replace(/[^\w.~ -]/g, percentEncoded).replaceAll(' ', '+');
}
