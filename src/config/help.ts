// What does --help print?
import { options, rows } from './options.ts';
import type { Group, Row } from './options.ts';

/** In the order in which an operator meets them. */
export const groupTitles: Readonly<Record<Group, string>> = {
  general: 'General',
  provider: 'Identity provider',
  signOut: 'Signing out',
  cookie: 'Cookies',
  session: 'Sessions',
  policy: 'Who may enter',
  header: 'Headers passed on',
  request: 'Requests and proxies in front',
  upstream: 'Upstreams',
  page: 'Pages',
  server: 'Listening and probes',
  log: 'Logs',
};

export function helpText(): string {
  const groups = (Object.keys(options) as Group[]).map((group) => {
    return `${groupTitles[group]}:\n${rowsOf(group).map(helpLines).join('\n')}`;
  });
  return `${introduction}\n\n${groups.join('\n\n')}\n`;
}

const introduction = `Usage: oauth2-sidecar [--flag=value ...]

An auth sidecar for nginx auth_request. Every option can be given as a flag, as an environment variable
(--cookie-name as OAUTH2_PROXY_COOKIE_NAME) or in the TOML file of --config (cookie_name). A flag outranks a variable,
a variable the file. Lists are given by repeating the flag; their variables and keys are plural and take commas.
A secret can be kept in a file that OAUTH2_PROXY_<NAME>_FILE names.

  -h, --help
      Print this text and exit.`;

export function rowsOf(group: Group): readonly Row[] {
  return rows.filter((row) => row.group === group);
}

function helpLines({ flag, kind, defaultText, help, notYet, env }: Row): string {
  const value = kind.isSwitch ? '' : ` ${kind.label.replaceAll(' / ', '|').replaceAll(' ', '-')}`;
  const isPlain = defaultText === '' || (kind.isSwitch && defaultText === 'false');
  const notes = [isPlain ? '' : ` (default ${defaultText})`, notYet === undefined ? '' : ' (not supported yet)'].join(
    '',
  );
  return `  --${flag}${value}${env === undefined ? '' : `   [${env}]`}\n      ${help}${notes}`;
}
