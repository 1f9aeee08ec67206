// What does a log line look like? Templates of the kind `{{.Client}} - {{.Message}}`.

export const templateVariables = {
  standard: ['Timestamp', 'File', 'Message'],
  // prettier-ignore
  auth: ['Client', 'Host', 'Protocol', 'RequestID', 'RequestMethod', 'Timestamp', 'UserAgent', 'Username', 'Status', 'Message'],
  // prettier-ignore
  request: ['Client', 'Host', 'Protocol', 'RequestID', 'RequestDuration', 'RequestMethod', 'RequestURI', 'ResponseSize', 'StatusCode', 'Timestamp', 'Upstream', 'UserAgent', 'Username'],
} as const;

export type LineKind = keyof typeof templateVariables;
/** Values of a line, by variable. Functions are only called for variables that the template has. */
export type LineValues = Readonly<Record<string, string | (() => string)>>;
export type Template = (values: LineValues) => string;

const variable = /\{\{\s*\.(\w+)\s*\}\}/;

/** Why a template cannot be used; undefined when it can. The reference panics at the first line instead. */
export function templateProblem(kind: LineKind, text: string): string | undefined {
  const known: readonly string[] = templateVariables[kind];
  const parts = text.split(variable);
  const unknown = parts.find((part, i) => i % 2 === 1 && !known.includes(part));
  if (unknown !== undefined) return `unknown variable {{.${unknown}}}; known are ${known.join(', ')}`;
  const odd = parts.find((part, i) => i % 2 === 0 && part.includes('{{'));
  return odd === undefined ? undefined : `only variables such as {{.${known[0]}}} are understood in "${text}"`;
}

/** @throws TypeError for a template that `templateProblem` refuses */
export function compileTemplate(kind: LineKind, text: string): Template {
  const problem = templateProblem(kind, text);
  if (problem !== undefined) throw new TypeError(problem);
  const parts = text.split(variable);
  return (values) => parts.map((part, i) => (i % 2 === 0 ? part : valueOf(values[part]))).join('');
}

function valueOf(value: LineValues[string] | undefined): string {
  return typeof value === 'function' ? value() : (value ?? '');
}
