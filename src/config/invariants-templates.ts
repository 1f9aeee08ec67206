// Can the operator's own pages be used?
import type { Checkup } from './checkup.ts';
import { readPageTemplates } from './page-templates.ts';

export function checkTemplates({ config: { page }, problem, warn, nameOf, readFile }: Checkup): void {
  const folder = page.customTemplatesDir;
  if (folder === '') return;
  const { templates, problems } = readPageTemplates(folder, readFile);
  for (const what of problems)
    problem(
      'custom-templates-dir',
      `holds a template that cannot be used: ${what}`,
      'docs/pages.md lists what templates can hold',
    );
  if (problems.length === 0 && Object.keys(templates).length === 0)
    warn(
      `${nameOf('custom-templates-dir')} "${folder}" holds none of the templates sign_in.html, error.html and robots.txt: the built-in pages are shown`,
    );
}
