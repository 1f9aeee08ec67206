// What do all pages have in common?
import { html, trusted } from './markup.ts';
import type { Html } from './markup.ts';
import { assetPaths } from './assets.ts';

export interface FrameParts {
  /** --proxy-prefix */
  readonly prefix: string;
  /** --footer: own markup, `-` for none, empty for ours. */
  readonly footer: string;
  readonly version: string;
  /**
   * Where a form may end by redirects (CSP): the provider's origins, and those of return targets on other hosts.
   * Host sources such as `https://*.example.com` are fine. Only browsers without JavaScript depend on it.
   */
  formActionOrigins(): readonly string[];
}

export interface Framed {
  readonly title: string;
  readonly content: Html;
}

export function frame({ prefix, footer, version }: FrameParts, { title, content }: Framed): string {
  const assets = `${prefix}/static`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="${assets}${assetPaths.icon}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets}${assetPaths.style}" />
        <script src="${assets}${assetPaths.script}" defer></script>
      </head>
      <body>
        <main>${content}</main>
        ${footerOf(footer, version)}
      </body>
    </html> `.html;
}

function footerOf(footer: string, version: string): Html | undefined {
  if (footer === '-') return undefined;
  return html`<footer>${footer === '' ? html`<p>oauth2-sidecar version ${version}</p>` : trusted(footer)}</footer>`;
}

/** Security O-1. No inline script or style anywhere, so nothing that slips into a page can act. */
export function contentSecurityPolicy(formActionOrigins: readonly string[], imageSource?: string): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    ["img-src 'self'", ...(imageSource === undefined ? [] : [imageSource])].join(' '),
    formActions(formActionOrigins),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

export function formActions(origins: readonly string[]): string {
  // A stray `;` or blank would begin a directive of its own.
  const clean = origins.filter((origin) => /^[^\s;,'"]+$/.test(origin));
  return ["form-action 'self'", ...new Set(clean)].join(' ');
}
