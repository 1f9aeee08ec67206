// How do values get into a page that the operator wrote? Escaped for the place they stand in (security O-1).
import { compileTemplate, type Escape, type Template } from './go-template.ts';
import { escapeHtml } from './html.ts';

export interface HtmlTemplateParts {
  /** File name, for problems. */
  readonly name: string;
  readonly variables: readonly string[];
  /** Variables that hold the operator's own markup: as text they are written as they are. */
  readonly markup: readonly string[];
  readonly firstLine?: number;
}

/** @throws TemplateProblem also for a value in a place where no escaping could make it safe */
export function compileHtmlTemplate(text: string, { markup, ...parts }: HtmlTemplateParts): Template {
  const asText: Escape = (value, name) => (markup.includes(name) ? value : escapeHtml(value));
  return compileTemplate(text, {
    ...parts,
    joinBranches,
    escapeFor(before) {
      const place = placeBehind(before);
      switch (place.kind) {
        case 'text':
          return asText;
        case 'attribute':
          return placeInAttribute(place);
        case 'other':
          return `a value cannot stand ${place.where}: put it into text or into a quoted attribute`;
      }
    },
  });
}

/** `tag`: the one that is open there, or the one whose text is not markup. */
type Place =
  | { readonly kind: 'text'; readonly tag: string }
  | { readonly kind: 'attribute'; readonly tag: string; readonly name: string; readonly isAtStart: boolean }
  | { readonly kind: 'other'; readonly tag: string; readonly where: string };

/** Both must end in the same place (html/template of Go does the same). An address that may begin there is the stricter one. */
function joinBranches(one: string, other: string): string | undefined {
  const [a, b] = [placeBehind(one), placeBehind(other)];
  const isSame = (key: (place: Place) => string) => key(a) === key(b);
  const detail = (place: Place) => (place.kind === 'text' ? '' : place.kind === 'other' ? place.where : place.name);
  if (!isSame(({ kind }) => kind) || !isSame(({ tag }) => tag) || !isSame(detail)) return undefined;
  return a.kind === 'attribute' && a.isAtStart ? one : other;
}

const urlAttributes = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'poster',
  'cite',
  'background',
  'srcset',
  'data',
]);

function placeInAttribute({ name, isAtStart }: Place & { kind: 'attribute' }): Escape | string {
  if (name.startsWith('on') || name === 'style' || name === 'srcdoc')
    return `a value cannot stand in the attribute "${name}"`;
  return urlAttributes.has(name) && isAtStart ? (value) => escapeHtml(safeUrl(value)) : escapeHtml;
}

/** A scheme that could act, such as `javascript:`, leads nowhere. */
function safeUrl(value: string): string {
  const start = Math.max(0, value.search(/[^\s\0-\x1f]/)); // apart from the rest, or blanks would be gone over again and again
  const [, scheme] = /^([^/?#:]*):/.exec(value.slice(start)) ?? [];
  return scheme === undefined || /^(?:https?|mailto)$/i.test(scheme) ? value : '#';
}

const rawTexts = ['script', 'style', 'textarea', 'title', 'noscript', 'iframe'] as const;

/** Reads the markup in front as browsers do, as far as it takes to know where its end stands. */
function placeBehind(before: string): Place {
  let at = 0;
  for (;;) {
    const open = before.indexOf('<', at);
    if (open < 0) return { kind: 'text', tag: '' };
    if (before.startsWith('<!--', open)) {
      const end = before.indexOf('-->', open + 4);
      if (end < 0) return { kind: 'other', tag: '', where: 'in a comment' };
      at = end + 3;
      continue;
    }
    const tag = /^<\/?([a-zA-Z][^\s/>]*)/.exec(before.slice(open, open + 100));
    if (tag === null) {
      // A letter behind it would begin a tag, or a comment.
      if (/^<(?:\/|!-?)?$/.test(before.slice(open)))
        return { kind: 'other', tag: before.slice(open), where: 'right behind a <' };
      at = open + 1;
      continue;
    }
    const name = (tag[1] ?? '').toLowerCase();
    const inside = insideTag(before, { from: open + tag[0].length, tag: name });
    if (typeof inside !== 'number') return inside;
    at = inside;
    const isRaw = tag[0][1] !== '/' && rawTexts.some((raw) => raw === name);
    if (!isRaw) continue;
    const end = before.toLowerCase().indexOf(`</${name}`, at);
    if (end < 0)
      return name === 'script' || name === 'style'
        ? { kind: 'other', tag: name, where: `in <${name}>` }
        : { kind: 'text', tag: name };
    at = end;
  }
}

/** Where the tag ends; or the place inside of it at which the text ends. */
function insideTag(text: string, { from, tag }: { from: number; tag: string }): number | Place {
  const part = /\s*(?:(\/?>)|([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)("?)|'([^']*)('?)|([^\s"'>]*)))?|.)/sy;
  part.lastIndex = from;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) break;
    const [, tagEnd, name, double, doubleEnd, single, singleEnd, bare] = match;
    if (tagEnd !== undefined) return part.lastIndex;
    if (name === undefined) continue;
    const value = double ?? single;
    const isOpen = (double !== undefined && doubleEnd === '') || (single !== undefined && singleEnd === '');
    if (isOpen) return { kind: 'attribute', tag, name: name.toLowerCase(), isAtStart: (value ?? '').trim() === '' };
    if (bare !== undefined && part.lastIndex >= text.length) break;
  }
  return { kind: 'other', tag, where: 'in a tag outside of quotes' };
}
