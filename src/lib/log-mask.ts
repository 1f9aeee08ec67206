// Which parts of a text must never be written down (security O-3, U-3)?

// prettier-ignore
const secretNames = new Set([
  'code', 'state', 'session_state', 'id_token_hint', 'id_token', 'access_token', 'refresh_token', 'logout_token',
  'client_secret', 'client_assertion', 'code_verifier', 'cookie_secret', 'password', 'token', 'assertion',
]);

/** Begins with a bracket, so that `grep 'code=[^[]'` over a log finds nothing. */
const masked = '[masked]';
const names = [...secretNames].join('|');

/** A secret is what a pattern matches, without its first group. */
const secrets: readonly RegExp[] = [
  // `name=value` where it is not the end of a longer name, also inside an escaped URL such as `rd=%2Fcb%3Fcode%3Dabc`.
  new RegExp(
    `((?:(?<![\\w.-])|%(?:25)*(?:3f|26|3b|23|20|0a))(?:${names})(?:=|%(?:25)*3d))(?:(?!%(?:25)*(?:26|23))[^&#\\s"'<>])*`,
    'gi',
  ),
  // `"name": "value"`, as in the body of a token endpoint.
  new RegExp(`((["'])(?:${names})\\2\\s*:\\s*")[^"]*`, 'gi'),
  // Anything that begins as a JWT does.
  /()eyJ[\w-]{7,}(?:\.[\w-]*)*/g,
  // iron-session's seals, raw or percent-encoded.
  /()Fe26\.2(?:\*|%2A)[^\s;,"'&]*/gi,
  // Credentials of an Authorization header; "Basic authentication" is none. The blanks are only looked for behind them, once.
  /()(?=[\w.~+/=-])(?<=\b(?:[Bb]asic|[Bb]earer|BASIC|BEARER)\s+)(?=[^\s"',;]*[A-Z0-9=+/])[\w.~+/=-]{6,}/g,
  // Cookies by the reference's default name.
  /()_oauth2_proxy[\w.-]*=[^\s;"']*/gi,
];

/** Every pattern needs one of these: most texts have none and are done. */
const suspicious = /[=:]|%(?:25)*3d|eyJ|Fe26|basic|bearer/i;

/** The text without secrets. Each is looked for in the text as it came: one that is masked must not hide the next. */
export function mask(text: string): string {
  if (!suspicious.test(text)) return text;
  let result = '';
  let done = 0;
  for (const [start, end] of secretsIn(text)) {
    // What begins within a secret, or right behind it, is a part of it.
    if (start > done || done === 0) result += text.slice(done, start) + masked;
    done = Math.max(done, end);
  }
  return result + text.slice(done);
}

/** Beginnings and ends, in order. */
function secretsIn(text: string): readonly (readonly [start: number, end: number])[] {
  const found = secrets.flatMap((pattern) =>
    Array.from(text.matchAll(pattern), (match) => {
      const start = match.index + (match[1] ?? '').length;
      return [start, match.index + match[0].length] as const;
    }),
  );
  return found.toSorted(([a], [b]) => a - b);
}

/** `state[]` and `code[0]` are the same secrets, to those who write them so. */
export function isSecretName(name: string): boolean {
  return secretNames.has(
    name
      .trim()
      .toLowerCase()
      .replace(/\[[^\]]*\]$/, ''),
  );
}

/** A request target without secrets, however the names of its parameters are spelt (`%63ode=…`). */
export function maskUri(uri: string): string {
  const start = uri.indexOf('?');
  if (start === -1) return mask(uri);
  const query = uri
    .slice(start + 1)
    .split('&')
    .map(maskSegment)
    .join('&');
  return mask(`${uri.slice(0, start)}?`) + mask(query);
}

/** One `name=value`; a `;` may begin another one (--allow-query-semicolons), or belong to a secret. */
function maskSegment(segment: string): string {
  const pieces = segment.split(';');
  const first = pieces.findIndex((piece) => piece.includes('=') && isSecretName(decoded(piece.split('=', 1)[0] ?? '')));
  if (first === -1) return segment;
  const name = pieces[first]?.split('=', 1)[0] ?? '';
  return [...pieces.slice(0, first), `${name}=${masked}`].join(';');
}

function decoded(name: string): string {
  if (!/[%+]/.test(name)) return name;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
