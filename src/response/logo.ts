// Which picture stands above the sign-in button?
import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';

/** `own`: our mark; `none`: --custom-sign-in-logo=-; `image`: an https or data URL, and what `img-src` must allow for it. */
export type Logo =
  | { readonly kind: 'own' }
  | { readonly kind: 'none' }
  | { readonly kind: 'image'; readonly url: string; readonly source: string };

const contentTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};
/** It is part of every sign-in page. */
const maxBytes = 256 * 1024;

/** @throws Error saying what is wrong with --custom-sign-in-logo */
export function loadLogo(option: string): Logo {
  if (option === '') return { kind: 'own' };
  if (option === '-') return { kind: 'none' };
  // Only https, as in the reference: an http picture would be blocked on an https page.
  if (option.startsWith('https://')) return httpsImage(option);
  const contentType = contentTypes[extname(option).toLowerCase()];
  if (contentType === undefined) throw refused(option, 'is neither an https URL nor a .svg, .png, .jpg or .jpeg file');
  const url = `data:${contentType};base64,${bytesOf(option).toString('base64')}`;
  return { kind: 'image', url, source: 'data:' };
}

function httpsImage(option: string): Logo {
  if (!URL.canParse(option)) throw refused(option, 'is no valid URL');
  const { href, origin } = new URL(option);
  return { kind: 'image', url: href, source: origin };
}

function bytesOf(file: string): Buffer {
  try {
    if (statSync(file).size > maxBytes) throw refused(file, `is larger than ${maxBytes} bytes`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && !('code' in error)) throw error;
    throw refused(file, 'cannot be read', error);
  }
}

function refused(option: string, because: string, cause?: unknown): Error {
  return new Error(`error loading logo: --custom-sign-in-logo "${option}" ${because}`, { cause });
}
