// What does a YAML text hold, and in which line is each part of it?
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { ConfigProblem } from './sources.ts';

export type Path = readonly (string | number)[];

export interface YamlText {
  readonly value: unknown;
  /** Of the deepest part of the path that is there. */
  lineOf(path: Path): number | undefined;
}

export interface NamedText {
  readonly path: string;
  readonly content: string;
}

/** Undefined, and a problem, when it is not valid. */
export function parseYaml({ path, content }: NamedText, problems: ConfigProblem[]): YamlText | undefined {
  const lines = new LineCounter();
  const document = parseDocument(content.replace(/^\ufeff/, ''), {
    lineCounter: lines,
    prettyErrors: false, // they quote the text, and with it perhaps a secret
    merge: true,
  });
  for (const { code, pos } of document.errors) {
    const { line, col } = lines.linePos(pos[0]);
    problems.push({
      option: `--alpha-config ${path}`,
      what: `is not valid YAML: line ${line}, column ${col}: ${wordsOf(code)}`,
    });
  }
  if (document.errors.length > 0) return undefined;
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) ?? {}, lineOf: (at) => lineOf(document, lines, at) };
  } catch {
    // an alias that repeats itself without end
    problems.push({ option: `--alpha-config ${path}`, what: 'has aliases that cannot be followed' });
    return undefined;
  }
}

/** `BAD_INDENT` as `bad indent`: the parser's own messages may quote the text. */
function wordsOf(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => sameName(isScalar(key) ? key.value : key, step));
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isMap(node) || isScalar(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function sameName(key: unknown, step: string | number): boolean {
  return String(key).toLowerCase() === String(step).toLowerCase();
}
