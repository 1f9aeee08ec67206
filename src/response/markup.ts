// How is a page put together so that nobody can forget to escape (security O-1)?
import { escapeHtml } from '../lib/html.ts';

/** Markup that is safe to send as it is. */
export interface Html {
  readonly html: string;
}

/** The operator's own markup (--banner, --footer), never a stranger's. */
export function trusted(markup: string): Html {
  return { html: markup };
}

type Value = string | number | Html | undefined | readonly Html[];

/** A template whose values are escaped for text and for quoted attributes alike; undefined is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: parts.reduce((markup, part, i) => markup + markupOf(values[i - 1]) + part) };
}

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return 'html' in value ? value.html : value.map(markupOf).join('');
}
