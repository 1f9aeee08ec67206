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

type Place =
  | { readonly kind: 'text' }
  | { readonly kind: 'attribute'; readonly name: string; readonly isAtStart: boolean }
  | { readonly kind: 'other'; readonly where: string };

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
  const [, scheme] = /^[\s\0-\x1f]*([^/?#:]*):/.exec(value) ?? [];
  return scheme === undefined || /^(?:https?|mailto)$/i.test(scheme) ? value : '#';
}

const rawTexts = ['script', 'style', 'textarea', 'title', 'noscript', 'iframe'] as const;

/** Reads the markup in front as browsers do, as far as it takes to know where its end stands. */
function placeBehind(before: string): Place {
  let at = 0;
  for (;;) {
    const open = before.indexOf('<', at);
    if (open < 0) return { kind: 'text' };
    if (before.startsWith('<!--', open)) {
      const end = before.indexOf('-->', open + 4);
      if (end < 0) return { kind: 'other', where: 'in a comment' };
      at = end + 3;
      continue;
    }
    const tag = /^<\/?([a-zA-Z][^\s/>]*)/.exec(before.slice(open, open + 100));
    if (tag === null) {
      at = open + 1;
      continue;
    }
    const inside = insideTag(before, open + tag[0].length);
    if (typeof inside !== 'number') return inside;
    at = inside;
    const name = (tag[1] ?? '').toLowerCase();
    const isRaw = tag[0][1] !== '/' && rawTexts.some((raw) => raw === name);
    if (!isRaw) continue;
    const end = before.toLowerCase().indexOf(`</${name}`, at);
    if (end < 0)
      return name === 'script' || name === 'style' ? { kind: 'other', where: `in <${name}>` } : { kind: 'text' };
    at = end;
  }
}

/** Where the tag ends; or the place inside of it at which the text ends. */
function insideTag(text: string, from: number): number | Place {
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
    if (isOpen) return { kind: 'attribute', name: name.toLowerCase(), isAtStart: (value ?? '').trim() === '' };
    if (bare !== undefined && part.lastIndex >= text.length) break;
  }
  return { kind: 'other', where: 'in a tag outside of quotes' };
}
