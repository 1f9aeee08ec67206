// Does a request bring exactly one session cookie, whole? Only that is easy enough to be answered at once.

/** Its value, to the letter. Undefined when there is none, or two, or parts of one. */
export function soleSessionCookie(cookieHeader: string, name: string): string | undefined {
  let value: string | undefined;
  for (let at = cookieHeader.indexOf(name); at >= 0; at = cookieHeader.indexOf(name, at + name.length)) {
    if (!isBeginning(cookieHeader, at)) continue;
    const end = at + name.length;
    const next = cookieHeader.charCodeAt(end);
    if (next === underscore && isDigit(cookieHeader.charCodeAt(end + 1))) return undefined; // a part
    if (next !== equals) continue; // another cookie whose name begins alike
    if (value !== undefined) return undefined;
    const semicolon = cookieHeader.indexOf(';', end);
    value = cookieHeader.slice(end + 1, semicolon < 0 ? undefined : semicolon);
  }
  return value;
}

const underscore = 95;
const equals = 61;
const semicolon = 59;
const blank = 32;

function isBeginning(header: string, at: number): boolean {
  if (at === 0) return true;
  const before = header.charCodeAt(at - 1);
  return before === semicolon || (before === blank && header.charCodeAt(at - 2) === semicolon);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
