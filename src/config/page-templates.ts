// Which pages did the operator write (--custom-templates-dir)?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemplateProblem, type Template } from '../lib/go-template.ts';
import { compileHtmlTemplate } from '../lib/html-template.ts';
import type { ReadFile } from './checkup.ts';

export interface PageTemplate {
  readonly render: Template;
  /** It brings scripts of its own: the policy of the page has to let them run. */
  readonly hasInlineScript: boolean;
}

/** What is not there is built in. */
export interface PageTemplates {
  readonly signIn?: PageTemplate;
  readonly error?: PageTemplate;
  readonly robots?: string;
}

export interface ReadTemplates {
  readonly templates: PageTemplates;
  /** What cannot be used, each with its file and line. */
  readonly problems: readonly string[];
}

const known = {
  // prettier-ignore
  signIn: { file: 'sign_in.html', markup: ['SignInMessage', 'Footer', 'LogoData'], variables: ['ProviderName', 'SignInMessage', 'StatusCode', 'CustomLogin', 'Redirect', 'Version', 'ProxyPrefix', 'Footer', 'LogoData'] },
  // prettier-ignore
  error: { file: 'error.html', markup: ['Footer'], variables: ['Title', 'Message', 'ProxyPrefix', 'StatusCode', 'Redirect', 'RequestID', 'Footer', 'Version'] },
} as const;

export function readPageTemplates(folder: string, readFile: ReadFile = readFileSync): ReadTemplates {
  if (folder === '') return { templates: {}, problems: [] };
  const problems: string[] = [];
  const textOf = (name: string) => {
    try {
      return Buffer.from(readFile(join(folder, name))).toString('utf8');
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isMissing)
        problems.push(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const page = (name: keyof typeof known) => {
    const text = textOf(known[name].file);
    if (text === undefined) return undefined;
    try {
      return compiled(text, name);
    } catch (error) {
      if (!(error instanceof TemplateProblem)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const [signIn, error, robots] = [page('signIn'), page('error'), textOf('robots.txt')];
  return {
    problems,
    templates: { ...(signIn && { signIn }), ...(error && { error }), ...(robots !== undefined && { robots }) },
  };
}

function compiled(text: string, name: keyof typeof known): PageTemplate {
  const { file, variables, markup } = known[name];
  const { body, firstLine } = unwrapped(text, file);
  return {
    render: compileHtmlTemplate(body, { name: file, variables, markup, firstLine }),
    hasInlineScript: /<script(?![^>]*\ssrc\s*=)[^>]*>|<[^>]*\son\w+\s*=/i.test(body),
  };
}

/** A file may say which template it defines, or be one (Go: ParseFiles). */
function unwrapped(text: string, file: string): { readonly body: string; readonly firstLine: number } {
  const begin = /^\s*\{\{-?\s*define\s+"([^"]*)"\s*-?\}\}/.exec(text);
  const end = /\{\{-?\s*end\s*-?\}\}\s*$/.exec(text);
  if (begin?.[1] !== file) return { body: text, firstLine: 1 };
  if (end === null) throw new TemplateProblem(`${file}, line 1: {{define}} has no {{end}} at the end of the file`);
  return { body: text.slice(begin[0].length, end.index), firstLine: begin[0].split('\n').length };
}
