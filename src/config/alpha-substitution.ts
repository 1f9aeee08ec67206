// What do environment variables add to the text of the structured configuration? (reference: envsubst)
import type { Environment } from './environment.ts';

export interface Substituted {
  readonly text: string;
  /** Variables that are read, and have neither a value nor something in their stead. */
  readonly missing: readonly string[];
  readonly used: readonly string[];
}

/** How deep something in the stead of a value may have further variables. */
const deepest = 10;

/**
 * `$NAME` and `${NAME}`; `${NAME:-text}` and `${NAME:=text}` where the variable is unset or empty (without the colon: unset),
 * `${NAME:+text}` where it is not. `$$` is a dollar. `$1` is left alone, for patterns have it.
 */
export function substituted(text: string, env: Environment): Substituted {
  const missing = new Set<string>();
  const used = new Set<string>();
  const valueOf = (name: string, operator: string, instead: () => string): string => {
    used.add(name);
    const value = env[name];
    const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
    if (operator.endsWith('+')) return isThere ? instead() : '';
    if (isThere) return value;
    if (operator !== '') return instead();
    missing.add(name);
    return '';
  };
  const fill = (part: string, depth: number): string => {
    let filled = '';
    let from = 0;
    for (let at = part.indexOf('$'); at !== -1; at = part.indexOf('$', from)) {
      filled += part.slice(from, at);
      const found = depth > deepest ? undefined : referenceAt(part, at);
      from = found?.end ?? at + 1;
      if (found === undefined) filled += '$';
      else if (found.kind === 'dollar') filled += '$';
      else filled += valueOf(found.name, found.operator, () => fill(found.instead, depth + 1));
    }
    return filled + part.slice(from);
  };
  const filled = fill(text, 0);
  return { text: filled, missing: [...missing].filter((name) => isInUse(name, text)), used: [...used] };
}

/** A variable that only comments speak of is not missed. */
function isInUse(name: string, text: string): boolean {
  return text.split('\n').some((line) => line.includes(name) && !/^\s*#/.test(line));
}

type Reference =
  | { readonly kind: 'dollar'; readonly end: number }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly operator: string;
      readonly instead: string;
      readonly end: number;
    };

const bare = /\$([A-Za-z_]\w*)/y;
const braced = /\$\{([A-Za-z_]\w*)(?::?[-=+]|(?=\}))/y;

/** Undefined where the dollar is nothing but one. */
function referenceAt(text: string, at: number): Reference | undefined {
  if (text[at + 1] === '$') return { kind: 'dollar', end: at + 2 };
  bare.lastIndex = braced.lastIndex = at;
  const name = bare.exec(text)?.[1];
  if (name !== undefined) return { kind: 'variable', name, operator: '', instead: '', end: at + 1 + name.length };
  const [opening = '', variable] = braced.exec(text) ?? [];
  if (variable === undefined) return undefined;
  const close = closingBrace(text, at + opening.length);
  if (close === undefined) return undefined;
  const operator = opening.slice(2 + variable.length);
  const instead = text.slice(at + opening.length, close);
  return { kind: 'variable', name: variable, operator, instead, end: close + 1 };
}

function closingBrace(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\n') return undefined;
    if (text[at] === '$' && text[at + 1] === '{') depth += 1;
    if (text[at] !== '}') continue;
    if (depth === 0) return at;
    depth -= 1;
  }
  return undefined;
}
