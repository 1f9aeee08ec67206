// What does one action of a template say, such as `eq .Footer "-"` or `.Name | ToUpper`?

export type Value = string | boolean | number;
/** Values by variable. Functions are only called for variables that the template has. */
export type Values = Readonly<Record<string, Value | (() => Value)>>;
export type Reads = (values: Values) => Value;

interface Call {
  readonly least: number;
  readonly most: number;
  apply(args: readonly Value[]): Value;
}

const isTrue = (value: Value) => value !== '' && value !== false && value !== 0;

/** Go's own, as far as they make sense for texts, and the two that the reference adds. */
const functions: Readonly<Record<string, Call>> = {
  ToUpper: { least: 1, most: 1, apply: ([text = '']) => String(text).toUpperCase() },
  ToLower: { least: 1, most: 1, apply: ([text = '']) => String(text).toLowerCase() },
  eq: { least: 2, most: 10, apply: ([first, ...others]) => others.some((other) => other === first) },
  ne: { least: 2, most: 2, apply: ([a, b]) => a !== b },
  not: { least: 1, most: 1, apply: ([value = '']) => !isTrue(value) },
  and: { least: 1, most: 10, apply: (args) => args.find((value) => !isTrue(value)) ?? args.at(-1) ?? '' },
  or: { least: 1, most: 10, apply: (args) => args.find(isTrue) ?? args.at(-1) ?? '' },
  len: { least: 1, most: 1, apply: ([text = '']) => String(text).length },
};

/** Is a value "true" to an `if`? (Go: the empty text, zero and false are not.) */
export function condition(read: Reads): (values: Values) => boolean {
  return (values) => isTrue(read(values));
}

/** A function that reads the action's value, or what is wrong with the action. */
export function compileAction(source: string, variables: readonly string[]): Reads | string {
  const tokens = tokensOf(source);
  if (tokens === undefined || tokens.length === 0) return `{{${source}}} is not understood`;
  const reader = { tokens, at: 0, variables };
  const read = pipeline(reader);
  if (typeof read === 'string') return read;
  return reader.at === tokens.length ? read : `{{${source}}} is not understood from "${tokens[reader.at]}" on`;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly variables: readonly string[];
}

function tokensOf(source: string): readonly string[] | undefined {
  const token = /\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`|\.\w*|[A-Za-z_]\w*|-?\d+|[()|])/y;
  const tokens: string[] = [];
  const text = source.trimEnd();
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    tokens.push(match[1] ?? '');
  }
  return tokens;
}

/** `a | f`: the value of what is in front is the last argument of what is behind. */
function pipeline(reader: Reader): Reads | string {
  let read = command(reader, undefined);
  while (typeof read !== 'string' && reader.tokens[reader.at] === '|') {
    reader.at += 1;
    read = command(reader, read);
  }
  return read;
}

function command(reader: Reader, piped: Reads | undefined): Reads | string {
  const name = reader.tokens[reader.at] ?? '';
  if (!/^[A-Za-z_]/.test(name) || name === 'true' || name === 'false') {
    return piped === undefined ? operand(reader) : `"${name}" takes no value from a pipe`;
  }
  const call = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (call === undefined) return `unknown function "${name}"; known are ${Object.keys(functions).join(', ')}`;
  reader.at += 1;
  const args: Reads[] = [];
  while (reader.at < reader.tokens.length && !['|', ')'].includes(reader.tokens[reader.at] ?? '')) {
    const arg = operand(reader);
    if (typeof arg === 'string') return arg;
    args.push(arg);
  }
  if (piped !== undefined) args.push(piped);
  if (args.length < call.least || args.length > call.most) return `"${name}" has the wrong number of values`;
  return (values) => call.apply(args.map((arg) => arg(values)));
}

function operand(reader: Reader): Reads | string {
  const token = reader.tokens[reader.at] ?? '';
  reader.at += 1;
  if (token === '(') {
    const inner = pipeline(reader);
    if (typeof inner !== 'string' && reader.tokens[reader.at++] !== ')') return 'a parenthesis is not closed';
    return inner;
  }
  if (token.startsWith('.')) return variable(token.slice(1), reader.variables);
  const literal = literalOf(token);
  return literal === undefined ? `"${token}" is not understood` : () => literal;
}

function variable(name: string, variables: readonly string[]): Reads | string {
  if (!variables.includes(name)) return `unknown variable {{.${name}}}; known are ${variables.join(', ')}`;
  return (values) => {
    const value = values[name];
    return typeof value === 'function' ? value() : (value ?? '');
  };
}

function literalOf(token: string): Value | undefined {
  if (token.startsWith('`')) return token.slice(1, -1);
  if (token.startsWith('"')) return unquoted(token);
  if (token === 'true' || token === 'false') return token === 'true';
  return /^-?\d+$/.test(token) ? Number(token) : undefined;
}

/** Go's escapes in quoted texts that JSON knows too; others are not understood. */
function unquoted(token: string): string | undefined {
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}
