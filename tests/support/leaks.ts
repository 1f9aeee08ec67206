// Which lines of a log hold a secret?

/** What is a secret whoever made it. `[` begins the mask. */
const patterns: readonly RegExp[] = [
  /eyJ[\w-]{10}/,
  /Fe26\.2/,
  /(?<![\w.-])(?:code|state|session_state|id_token|access_token|client_secret|refresh_token|code_verifier|id_token_hint)=[^[\s]/,
  /_oauth2_proxy[\w.-]*=/,
  /\b(?:code|at|rt)-[0-9a-f]{18}\b/, // those of the bendable provider
  /\b(?:Basic|Bearer) (?=\S*\d)[A-Za-z0-9+/_-]{12}/,
];

/** So many characters at the end of a secret find it; then the whole of it is compared. */
const tail = 8;

export function leaksIn(log: string, secrets: readonly string[]): readonly string[] {
  const byTail = Map.groupBy(secrets, (secret) => secret.slice(-tail));
  return log.split('\n').flatMap((line) => {
    const pattern = patterns.find((one) => one.test(line));
    if (pattern !== undefined) return [`${pattern} in: ${shown(line)}`];
    const secret = secretIn(line, byTail);
    return secret === undefined ? [] : [`"${secret.slice(0, 4)}…" in: ${shown(line)}`];
  });
}

function secretIn(line: string, byTail: ReadonlyMap<string, readonly string[]>): string | undefined {
  for (let end = tail; end <= line.length; end++) {
    const found = byTail.get(line.slice(end - tail, end))?.find((secret) => line.endsWith(secret, end));
    if (found !== undefined) return found;
  }
  return undefined;
}

function shown(line: string): string {
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
