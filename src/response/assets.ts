// Which files do the pages load from <prefix>/static/?
import { icon } from './assets/mark.ts';
import { script } from './assets/script.ts';
import { style } from './assets/style.ts';

export interface StaticAsset {
  readonly contentType: string;
  readonly body: Buffer;
}

/** Below `<prefix>/static`. The style sheet has the reference's name: proxies in front of us may list it. */
export const assetPaths = {
  style: '/css/bulma.min.css',
  script: '/js/pages.js',
  icon: '/img/icon.svg',
} as const;

const css = 'text/css; charset=utf-8';
const assets: ReadonlyMap<string, StaticAsset> = new Map([
  [assetPaths.style, { contentType: css, body: Buffer.from(style) }],
  // The reference keeps icons of a font here; ours need no sheet.
  ['/css/all.min.css', { contentType: css, body: Buffer.from('') }],
  [assetPaths.script, { contentType: 'text/javascript; charset=utf-8', body: Buffer.from(script) }],
  [assetPaths.icon, { contentType: 'image/svg+xml', body: Buffer.from(icon) }],
]);

/** By path below `<prefix>/static`, with or without the slash in front. */
export function staticAsset(path: string): StaticAsset | undefined {
  return assets.get(path.startsWith('/') ? path : `/${path}`);
}
