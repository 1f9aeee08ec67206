// How does what was measured get into the documentation? Between two marks, so that everything around them stays.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const folder = join(import.meta.dirname, '../../docs');
const [begin, end] = ['<!-- written by npm run bench -- --docs -->', '<!-- end of what the bench wrote -->'];

export async function writeDocs(text: string, picture: string): Promise<void> {
  const file = join(folder, 'performance.md');
  const page = between(readFileSync(file, 'utf8'), text);
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), parser: 'markdown' }));
  writeFileSync(join(folder, 'performance.svg'), picture);
}

/** @throws when the marks are not there */
export function between(page: string, text: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has lost its marks: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
