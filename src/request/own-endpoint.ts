// Is a path one of ours that must not be returned to? (security RD-8)

/** Where a browser sent back would be sent on again, or signed out: ERR_TOO_MANY_REDIRECTS. */
const endpoints = ['sign_out', 'sign_in', 'start', 'callback'];

/** At or under such an endpoint, as written or as nginx would decode it; `path` is as a URL parser gives it. */
export function ownPath(path: string, prefix: string): boolean {
  let spelling = path;
  for (let round = 0; round < 3; round++) {
    const tidy = tidied(spelling);
    if (endpoints.some((endpoint) => isAtOrUnder(tidy, `${prefix.replace(/\/+$/, '')}/${endpoint}`))) return true;
    const decoded = decodedAscii(spelling);
    if (decoded === spelling) return false;
    spelling = decoded;
  }
  return false;
}

function isAtOrUnder(path: string, endpoint: string): boolean {
  return path.startsWith(endpoint) && /^(?:[/?#;]|$)/.test(path.slice(endpoint.length));
}

/** Slashes merged, dot segments resolved (RFC 3986 §5.2.4). */
function tidied(path: string): string {
  const merged = path.replaceAll('\\', '/').replace(/\/{2,}/g, '/');
  return URL.parse(merged, 'https://site.invalid')?.pathname ?? merged;
}

/** Endpoints are ASCII, so bytes are enough; a broken escape stays as it is. */
function decodedAscii(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
