// Which cookies does a request bring? RFC 6265 §4.2.1, read forgivingly.

/** More than browsers keep for one site; a longer list is somebody's attempt (security L16). */
const cookieLimit = 200;
/** Each value may cost its reader a decryption. */
const valuesPerName = 10;

/** Distinct values of a name, in the order of the header: a leftover must not hide a good one. */
export function cookieValues(cookieHeader: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  for (const [key, value] of pairs(cookieHeader)) {
    if (key !== name || values.includes(value)) continue;
    values.push(value);
    if (values.length === valuesPerName) break;
  }
  return values;
}

/** Distinct names, in the order of the header. */
export function cookieNames(cookieHeader: string | undefined): readonly string[] {
  return [...new Set(Array.from(pairs(cookieHeader), ([name]) => name))];
}

/** Names and values only: neither becomes a property, so `__proto__` is a name like any other (security V-3). */
function* pairs(cookieHeader = ''): Generator<readonly [name: string, value: string]> {
  let seen = 0;
  for (let start = 0; start < cookieHeader.length && seen < cookieLimit;) {
    const semicolon = cookieHeader.indexOf(';', start);
    const end = semicolon === -1 ? cookieHeader.length : semicolon;
    // `;;;;` holds no cookies; skipping the empty ones one by one keeps this linear.
    const pair = cookieHeader.slice(start, end).trim();
    start = end + 1;
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    seen++;
    yield [pair.slice(0, equals).trimEnd(), unquoted(pair.slice(equals + 1).trimStart())];
  }
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
