// How is the table shown to operators: docs/options.md and .env.example?
import { groupTitles, rowsOf } from './help.ts';
import { alphaPathOf } from './option.ts';
import { options } from './options.ts';
import type { Group, Row } from './options.ts';

const groups = Object.keys(options) as Group[];

/** docs/options.md */
export function optionsMarkdown(): string {
  return `${markdownIntroduction}\n${groups.map(markdownGroup).join('\n')}\n<!-- prettier-ignore-end -->\n`;
}

const markdownIntroduction = `# Options

This page is generated from the table of options (\`node docs/generate.ts\`); do not edit it.

Every option can be given as a flag, as an environment variable or as a key of the TOML file that \`--config\` names.
A flag outranks a variable, a variable outranks the file. A variable that is empty counts as unset.

- **true/false**: \`--flag\`, \`--flag=false\`. A value as a word of its own (\`--flag false\`) is passed over, as in oauth2-proxy.
- **list**: repeat the flag; \`--flag=a,b\` gives two, and a value that holds a comma is quoted: \`--flag='"a,b"'\`. Variables are
  split at every comma. In the file: an array, or one text with commas.
- **series**: one or several, never split at commas: repeat the flag, or set the variables \`X\`, \`X_1\`, \`X_2\`, … In the
  file: a text or an array.
- **duration**: a number with its unit, \`1h30m\`, \`90s\`, \`500ms\`. A bare number in the file counts nanoseconds.
- **secret**: never shown. It can be kept in a file: \`OAUTH2_PROXY_<NAME>_FILE=/run/secrets/name\` (one newline at its end is
  not part of it). A value given directly outranks the file.

Notes: **own** is not known to oauth2-proxy, **differs** says where the meaning is another one than there, **not yet** means
that any value but the default stops the start. **alpha** names the field of the structured file of \`--alpha-config\`
([alpha.md](alpha.md)) that takes the option's place; beside such a file the option is refused.

<!-- prettier-ignore-start -->
`;

function markdownGroup(group: Group): string {
  const lines = rowsOf(group).map((row) => `| ${markdownCells(row).map(escapeCell).join(' | ')} |`);
  return [
    `## ${groupTitles[group]}\n`,
    '| flag | variable | key | kind | default | meaning |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function markdownCells(row: Row): readonly string[] {
  const { flag, env, configKey, kind, defaultText } = row;
  const keys = [configKey ?? [], row.aliases ?? []].flat();
  return [
    `\`--${flag}\``,
    code(env),
    keys.map(code).join(', '),
    kind.label,
    code(defaultText === '' ? undefined : defaultText),
    [row.help, ...notesOf(row)].join(' '),
  ];
}

function notesOf(row: Row): readonly string[] {
  const { ours, differs, notYet, deprecated, alpha } = row;
  const place = alphaPathOf(row);
  return [
    ours ? '**own**' : '',
    deprecated === undefined ? '' : `**deprecated**: use ${deprecated}.`,
    differs === undefined ? '' : `**differs**: ${differs}`,
    notYet === undefined ? '' : '**not yet**',
    place === undefined ? '' : `**alpha**: \`${place}\`${alpha === undefined ? ' instead' : ''}.`,
  ].filter((note) => note !== '');
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

function escapeCell(text: string): string {
  const escaped = text.replaceAll('|', '\\|');
  // Outside of code marks these would be read as HTML.
  return escaped.replaceAll(/`[^`]*`|[<>]/g, (part) => (part === '<' ? '&lt;' : part === '>' ? '&gt;' : part));
}

/** .env.example: every variable, commented out, with its default. */
export function envExample(): string {
  return `${envIntroduction}\n${groups
    .map(envGroup)
    .filter((part) => part !== '')
    .join('\n')}`;
}

const envIntroduction = `# Every environment variable with its default, generated from the table of options (node docs/generate.ts).
# Meanings in full: docs/options.md. Lists take commas. Each secret can be kept in a file that <VARIABLE>_FILE names.
`;

function envGroup(group: Group): string {
  const lines = rowsOf(group).flatMap(({ env, help, kind, defaultText, notYet }) => {
    if (env === undefined) return [];
    return [
      `# ${help}${kind.isSeries ? ` Further ones: ${env}_1, ${env}_2, …` : ''}${notYet === undefined ? '' : ' (not supported yet)'}`,
      `#${env}=${kind.isSecret ? '' : quoted(defaultText)}`,
    ];
  });
  return lines.length === 0 ? '' : `# ---- ${groupTitles[group]}\n\n${lines.join('\n')}\n`;
}

/** Templates of log lines hold blanks and braces. */
function quoted(text: string): string {
  return /[\s{}"'#]/.test(text) ? `'${text}'` : text;
}
