// Which method and which paths does an entry of --skip-auth-route name?

export interface SkipAuthRoute {
  /** As it was written; empty: any. */
  readonly method: string;
  readonly pattern: string;
  readonly negated: boolean;
}

/**
 * `REGEX`, `METHOD=REGEX`, `METHOD!=REGEX`: split at the first `=` or `!=`. In the reference a `!=` inside the regex
 * would negate the rule as well, and so open nearly everything; here only the sign that splits counts.
 */
export function skipAuthRoute(entry: string): SkipAuthRoute {
  const [, method = '', sign, pattern = ''] = /^(.*?)(!?=)(.*)$/s.exec(entry) ?? [];
  return sign === undefined
    ? { method: '', pattern: entry, negated: false }
    : { method, pattern, negated: sign === '!=' };
}
