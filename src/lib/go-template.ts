// How are the operator's templates read? The part of Go's template language that log formats and custom pages are written in.
import { compileAction, condition, type Reads, type Values } from './go-expression.ts';

export type Escape = (value: string, name: string) => string;

/** How a value is to be escaped behind this much of the template's own text; or why none may stand there. */
export type EscapeFor = (before: string) => Escape | string;

export interface TemplateParts {
  /** For problems: a file, or the option that the template came from. */
  readonly name: string;
  /** The variables there are. */
  readonly variables: readonly string[];
  /** Absent: values are written as they are. */
  readonly escapeFor?: EscapeFor;
  /** Of the texts that two branches leave behind them, the one to go on with; undefined: what follows would mean two things. */
  readonly joinBranches?: (one: string, other: string) => string | undefined;
  /** Where the text begins in its file. */
  readonly firstLine?: number;
}

/** A problem of the operator's text. The message names the template and the line. */
export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
}

export type Template = (values: Values) => string;

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly source: string; readonly line: number };

type Node = (values: Values) => string;

/** Templates larger than this are no templates. */
const depthLimit = 50;

/** @throws TemplateProblem for whatever is not understood: nothing is silently left out */
export function compileTemplate(text: string, parts: TemplateParts): Template {
  const reader = { parts, pieces: piecesOf(text, parts), at: 0, before: '' };
  const node = readNodes(reader, 0);
  const left = reader.pieces[reader.at];
  if (left?.kind === 'action') throw problem(parts, left.line, `{{${left.source}}} belongs to no {{if}}`);
  return node;
}

interface Reader {
  readonly parts: TemplateParts;
  readonly pieces: readonly Piece[];
  at: number;
  /** All text of the template so far: what a value stands in decides how it is escaped. */
  before: string;
}

function problem({ name, firstLine = 1 }: TemplateParts, line: number, what: string): TemplateProblem {
  return new TemplateProblem(`${name}, line ${line + firstLine - 1}: ${what}`);
}

/** Up to an `else`, an `end`, or the end of the text, which the caller looks at. */
function readNodes(reader: Reader, depth: number): Node {
  const nodes: Node[] = [];
  for (;;) {
    const piece = reader.pieces[reader.at];
    if (piece === undefined || (piece.kind === 'action' && /^(else|end)\b/.test(piece.source))) return joined(nodes);
    reader.at += 1;
    if (piece.kind === 'text') {
      reader.before += piece.text;
      nodes.push(() => piece.text);
    } else if (/^if\b/.test(piece.source)) nodes.push(readIf(reader, piece, depth + 1));
    else nodes.push(output(reader, piece));
  }
}

function joined(nodes: readonly Node[]): Node {
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return only;
  return (values) => {
    let text = '';
    for (const node of nodes) text += node(values);
    return text;
  };
}

type Action = Piece & { kind: 'action' };

function readIf(reader: Reader, { source, line }: Action, depth: number): Node {
  const { parts } = reader;
  if (depth > depthLimit) throw problem(parts, line, 'too many {{if}} inside one another');
  const holds = condition(compiled(reader, source.replace(/^if\s*/, ''), line));
  const start = reader.before;
  const then = readNodes(reader, depth);
  const stop = reader.pieces[reader.at];
  if (stop?.kind !== 'action') throw problem(parts, line, `{{${source}}} has no {{end}}`);
  reader.at += 1;
  const behindThen = reader.before;
  reader.before = start;
  const otherwise = stop.source === 'end' ? () => '' : readElse(reader, stop, depth);
  const joint = parts.joinBranches ? parts.joinBranches(behindThen, reader.before) : start;
  if (joint === undefined)
    throw problem(parts, line, `{{${source}}} leaves markup open in one case and not in the other`);
  reader.before = joint;
  return (values) => (holds(values) ? then(values) : otherwise(values));
}

function readElse(reader: Reader, stop: Action, depth: number): Node {
  if (/^else\s+if\b/.test(stop.source)) {
    // One {{end}} ends the whole chain.
    return readIf(reader, { ...stop, source: stop.source.replace(/^else\s+/, '') }, depth + 1);
  }
  if (stop.source !== 'else') throw problem(reader.parts, stop.line, `{{${stop.source}}} is not understood here`);
  const node = readNodes(reader, depth);
  const end = reader.pieces[reader.at];
  if (end?.kind !== 'action' || end.source !== 'end') throw problem(reader.parts, stop.line, '{{else}} has no {{end}}');
  reader.at += 1;
  return node;
}

function output(reader: Reader, { source, line }: Action): Node {
  const read = compiled(reader, source, line);
  const text = (values: Values) => String(read(values));
  const { escapeFor } = reader.parts;
  if (escapeFor === undefined) return text;
  const escape = escapeFor(reader.before);
  if (typeof escape === 'string') throw problem(reader.parts, line, escape);
  const [, name = ''] = /^\.(\w+)$/.exec(source) ?? [];
  return (values) => escape(text(values), name);
}

function compiled({ parts }: Reader, source: string, line: number): Reads {
  const outcome = compileAction(source, parts.variables);
  if (typeof outcome === 'string') throw problem(parts, line, outcome);
  return outcome;
}

/** Texts and actions in turn; `{{-` and `-}}` take the blanks on their side away; comments are gone. */
function piecesOf(text: string, parts: TemplateParts): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimsNext = false;
  const addText = (from: number, to: number, trimsEnd: boolean) => {
    let part = text.slice(from, to);
    if (trimsNext) part = part.trimStart();
    if (trimsEnd) part = part.trimEnd();
    if (part !== '') pieces.push({ kind: 'text', text: part });
  };
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const line = text.slice(0, open).split('\n').length;
    const close = closing(text, open + 2);
    if (close < 0) throw problem(parts, line, '{{ has no }}');
    const inner = text.slice(open + 2, close);
    addText(at, open, /^-\s/.test(inner));
    trimsNext = /\s-$/.test(inner);
    const source = inner.replace(/^-\s/, '').replace(/\s-$/, '').trim();
    if (!/^\/\*[\s\S]*\*\/$/.test(source)) pieces.push({ kind: 'action', source, line });
    at = close + 2;
  }
  addText(at, text.length, false);
  return pieces;
}

/** Braces inside of a quoted text end nothing. */
function closing(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const char = text.charAt(i);
    if (quote !== '') {
      if (char === '\\' && quote === '"') i += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === '`') quote = char;
    else if (char === '}' && text.charAt(i + 1) === '}') return i;
  }
  return -1;
}
