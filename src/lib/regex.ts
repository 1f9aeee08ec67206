// Does a text match an operator's regular expression? Go's RE2 dialect, linear in the text (security H-16).
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';

/** Is there a match anywhere in the text? */
export type Matcher = (text: string) => boolean;

const answersRemembered = 1000;
/** Longer texts are judged anew each time: strangers choose them, and they would fill the memory. */
const longestRemembered = 1024;

export interface RegexOptions {
  /** How many answers are kept; none for callers that keep their own verdicts. */
  readonly remembered?: number;
}

/** @throws Error saying what is wrong with the pattern, in Go's words */
export function compileRegex(pattern: string, { remembered = answersRemembered }: RegexOptions = {}): Matcher {
  const regex = RE2JS.compile(pattern);
  if (remembered === 0) return (text) => regex.test(text);
  const answers = new LRUCache<string, boolean>({ max: remembered });

  return (text) => {
    if (text.length > longestRemembered) return regex.test(text);
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = regex.test(text);
    answers.set(text, answer);
    return answer;
  };
}
