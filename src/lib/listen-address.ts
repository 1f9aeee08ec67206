// Where shall a server listen: what does --http-address (or --https-address) say?

export type ListenAddress =
  | { readonly kind: 'none' }
  /** Host undefined: every address of the machine, IPv6 and IPv4. */
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number | undefined }
  | { readonly kind: 'invalid'; readonly because: string };

/** With `tls` the text before `//` means nothing and it is always TCP (reference: proxyhttp/server.go). */
export function parseListenAddress(text: string, { tls = false } = {}): ListenAddress {
  if (text === '' || text === '-') return { kind: 'none' };
  const { scheme = 'tcp', rest = '' } = /^(?:(?<scheme>[^/:]*):\/\/|\/\/)?(?<rest>.*)$/s.exec(text)?.groups ?? {};
  if (tls) return parseTcp(rest);
  if (/^fd:/i.test(text)) return invalid('sockets of systemd (fd:) are not supported yet');
  if (scheme === 'unix') return parseUnix(rest);
  if (scheme === 'tcp' || scheme === 'http') return parseTcp(rest);
  return invalid(`unknown network "${scheme}"; use host:port, http://host:port or unix:///path`);
}

function parseTcp(text: string): ListenAddress {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.%\w]+)\]|(?<host>[^:[\]/]*)):(?<port>[^:/]*)\/?$/.exec(text);
  if (!match?.groups) return invalid(`"${text}" is not host:port (an IPv6 address needs brackets: [::1]:4180)`);
  const { six, host, port = '' } = match.groups;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return invalid(`"${port}" is not a port number`);
  return { kind: 'tcp', host: six || host || undefined, port: Number(port) };
}

/** `path[,mode=0660]`; other options need a value as well and mean nothing. */
function parseUnix(text: string): ListenAddress {
  const [path = '', ...options] = text.split(',');
  if (path === '') return invalid('unix:// needs a path');
  let mode: number | undefined;
  for (const option of options) {
    const [name, value] = option.split(/=(.*)/s);
    if (value === undefined) return invalid(`option "${option}" of a unix socket expects a value`);
    if (name !== 'mode') continue;
    if (!/^[0-7]{1,4}$/.test(value)) return invalid(`mode "${value}" is not an octal number such as 0660`);
    mode = Number.parseInt(value, 8);
  }
  return { kind: 'unix', path, mode };
}

function invalid(because: string): ListenAddress {
  return { kind: 'invalid', because };
}
