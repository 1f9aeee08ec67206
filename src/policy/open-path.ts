// Which path does a request mean, beyond doubt?

const longest = 8192;

/** Dot segments, also with parameters or blanks that some servers drop: `..;`, `.. `. */
const dotSegment = /\/ *\.{1,2} *(?:;[^/]*)?(?:\/|$)/;

/**
 * The once-decoded path without query, for rules that open it to strangers. Undefined when nginx, we and the application
 * could read it differently (security H-14): then nothing is exempt. What stands behind `#` or `%23` never opens a path
 * (security A15), and a `%` that is left would be decoded again by somebody.
 */
export function openPath(uri: string): string | undefined {
  const [path = ''] = uri.split('?', 1);
  // Bytes that no request line may hold came by another way (security P13).
  if (!path.startsWith('/') || uri.length > longest || /[^\x21-\x7e]/.test(path)) return undefined;
  const decoded = decode(path);
  if (decoded === undefined || /[\x00-\x1f\x7f-\x9f\\#?%]|\/\//.test(decoded)) return undefined;
  return dotSegment.test(decoded) ? undefined : decoded;
}

/** Undefined for an invalid escape, and for bytes that are no UTF-8. */
function decode(path: string): string | undefined {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/**
 * The path as nginx routes it: decoded once, slashes merged, dot segments resolved. For rules that open nothing, so
 * that no spelling escapes them.
 */
export function routedPath(uri: string): string {
  const [path = ''] = uri.split(/[?#]/, 1);
  const segments: string[] = [];
  const decoded = (decode(path) ?? path).replace(/^(?!\/)/, '/');
  for (const segment of decoded.split('/').slice(1)) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  return `/${segments.join('/')}${segments.length > 0 && /\/\.{0,2}$/.test(decoded) ? '/' : ''}`;
}
