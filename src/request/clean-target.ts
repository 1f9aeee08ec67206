// Is a request target spelled as simply as it can be? If not, how is it?

/**
 * The target with `//`, `/./` and `/../` resolved in its path, or undefined when nothing is to be done. Other escapes stay as
 * they are: `%2F` is no separator here (reference: mux.CleanPath, which escapes escapes anew). An escaped dot is a dot wherever
 * it makes a dot segment: browsers and nginx take it for one (WHATWG URL), and so nothing behind us has to.
 */
export function cleanTarget(target: string): string | undefined {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  if (!isUnclean(path)) return undefined;
  const cleaned = cleanPath(withPlainDots(path));
  // To a browser a backslash is a slash: `/./\evil.com` must not become `/\evil.com` in a Location (security RD-1, A3).
  return cleaned === path ? undefined : cleaned.replaceAll('\\', '%5C') + target.slice(path.length);
}

function isUnclean(path: string): boolean {
  return path.includes('//') || path.includes('/.') || path.includes('/%2') || !path.startsWith('/');
}

/** `%2e` and `.%2E` as segments; dots elsewhere stay as they are written. */
function withPlainDots(path: string): string {
  if (!/%2e/i.test(path)) return path;
  return path
    .split('/')
    .map((segment) => (/^(?:\.|%2e){1,2}$/i.test(segment) ? segment.replace(/%2e/gi, '.') : segment))
    .join('/');
}

/** Without empty, `.` and `..` segments; a slash at the end stays (reference: cleanPath of its router). */
export function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const cleaned = `/${kept.join('/')}`;
  return path.endsWith('/') && cleaned !== '/' ? `${cleaned}/` : cleaned;
}

/** Absolute-form targets (RFC 9112 §3.2.2) lose scheme and host: the Host header counts, as it does in Node. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const [, rest] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(target) ?? [];
  if (rest === undefined) return target === '*' ? '/*' : `/${target}`;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
