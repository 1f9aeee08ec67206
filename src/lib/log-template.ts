// What does a log line look like? Templates of the kind `{{.Client}} - {{.Message}}`.
import { compileTemplate, TemplateProblem, type Template } from './go-template.ts';

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

/** Why a template cannot be used; undefined when it can. The reference panics at the first line instead. */
export function templateProblem(kind: LineKind, text: string): string | undefined {
  try {
    compileLine(kind, text);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateProblem) return error.message;
    throw error;
  }
}

/** @throws TemplateProblem for a template that `templateProblem` refuses */
export function compileLine(kind: LineKind, text: string): Template {
  return compileTemplate(text, { name: `${kind} logging format`, variables: templateVariables[kind] });
}
