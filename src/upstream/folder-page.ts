// What does a folder without index.html show? (reference: Go's file server)
import { readdir } from 'node:fs/promises';
import { escapeHtml } from '../lib/html.ts';
import { encodePath } from './request-path.ts';

/** Names in the order of their bytes, folders with a slash. */
export async function folderPage(folder: string): Promise<Buffer> {
  // A byte is a character: names need not be UTF-8.
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  const names = entries.map((entry) => entry.name.toString('latin1') + (entry.isDirectory() ? '/' : ''));
  const links = names.toSorted().map((name) => `<a href="${linkTo(name)}">${escapeHtml(name)}</a>\n`);
  const head = '<!doctype html>\n<meta name="viewport" content="width=device-width">\n';
  return Buffer.from(`${head}<pre>\n${links.join('')}</pre>\n`, 'latin1');
}

/** Relative, and never a scheme: `javascript:x` is a file here (security O-1). */
export function linkTo(name: string): string {
  const path = encodePath(name);
  return escapeHtml(path.includes(':') ? `./${path}` : path);
}
