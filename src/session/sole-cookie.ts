// Does a request bring exactly one session cookie, whole? Only that is easy enough to be answered at once.

/** Its value, to the letter. Undefined when there is none, or two, or parts of one, or one that is written oddly. */
export function soleSessionCookie(cookieHeader: string, name: string): string | undefined {
  let value: string | undefined;
  for (let at = cookieHeader.indexOf(name); at >= 0; at = cookieHeader.indexOf(name, at + name.length)) {
    const before = at === 0 ? semicolon : cookieHeader.charCodeAt(at - 1);
    // Behind anything but a semicolon and blanks it is no name, but part of a longer one or of a value.
    if (before !== semicolon && !isBlank(before)) continue;
    const end = at + name.length;
    const next = cookieHeader.charCodeAt(end);
    const isPart = next === underscore && isDigit(cookieHeader.charCodeAt(end + 1));
    // No browser writes such blanks, but whoever reads cookies forgivingly may take it for another of ours (security C-3).
    const isOdd = isBlank(next) || (before !== semicolon && !cookieHeader.startsWith('; ', at - 2));
    if (isPart || isOdd) return undefined;
    if (next !== equals) continue; // another cookie whose name begins alike
    if (value !== undefined) return undefined;
    const last = cookieHeader.indexOf(';', end);
    value = cookieHeader.slice(end + 1, last < 0 ? undefined : last);
  }
  return value;
}

const underscore = 95;
const equals = 61;
const semicolon = 59;

/** Whatever may be trimmed from a header: more than HTTP's own blanks. */
function isBlank(code: number): boolean {
  return code <= 32 || code === 0x85 || code === 0xa0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
