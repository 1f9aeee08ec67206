// Where shall a server listen: what does --http-address (or --https-address) say?

export type ListenAddress =
  | { readonly kind: 'none' }
  /** Host undefined: every address of the machine, IPv6 and IPv4 unless `family` picks one. */
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number; readonly family?: 4 | 6 }
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number | undefined }
  /** A socket that systemd has opened already and hands over by its number. */
  | { readonly kind: 'inherited'; readonly fd: number }
  | { readonly kind: 'invalid'; readonly because: string };

/** systemd's own are standard input, output and error (sd_listen_fds(3)). */
const firstInherited = 3;

/** Go looks names up in /etc/services; these two it knows without. */
const servicePorts: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
]);

const families = { tcp4: 4, tcp6: 6 } as const;

/** With `tls` the text before `//` means nothing and it is always TCP (reference: proxyhttp/server.go). */
export function parseListenAddress(text: string, { tls = false } = {}): ListenAddress {
  if (text === '' || text === '-') return { kind: 'none' };
  const { scheme = 'tcp', rest = '' } = /^(?:(?<scheme>[^/:]*):\/\/|\/\/)?(?<rest>.*)$/s.exec(text)?.groups ?? {};
  const [, fd] = /^fd:(.*)$/is.exec(text) ?? [];
  if (tls && fd !== undefined) return invalid('https takes no socket of systemd; it listens at host:port itself');
  if (tls) return parseTcp(rest);
  if (fd !== undefined) return parseInherited(fd);
  switch (scheme) {
    case 'unix':
      return parseUnix(rest);
    case 'tcp':
    case 'http':
      return parseTcp(rest);
    case 'tcp4':
    case 'tcp6':
      return parseTcp(rest, families[scheme]);
    default:
      return invalid(`unknown network "${scheme}"; use host:port, http://host:port, unix:///path or fd:3`);
  }
}

function parseTcp(text: string, family?: 4 | 6): ListenAddress {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.%\w]+)\]|(?<host>[^:[\]/]*)):(?<port>[^:/]*)\/?$/.exec(text);
  if (!match?.groups) return invalid(`"${text}" is not host:port (an IPv6 address needs brackets: [::1]:4180)`);
  const { six, host, port = '' } = match.groups;
  if (six && family === 4) return invalid(`tcp4 excludes the IPv6 address ${six}`);
  const number = servicePorts.get(port) ?? (/^\d{1,5}$/.test(port) ? Number(port) : Number.NaN);
  if (!(number <= 65_535)) return invalid(`"${port}" is not a port number`);
  return { kind: 'tcp', host: six || host || undefined, port: number, ...(family && { family }) };
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

function parseInherited(text: string): ListenAddress {
  if (!/^\d{1,9}$/.test(text)) return invalid(`a socket of systemd goes by its number, as in fd:3, not by "${text}"`);
  const fd = Number(text);
  return fd < firstInherited ? invalid(`the sockets of systemd begin with fd:3`) : { kind: 'inherited', fd };
}

function invalid(because: string): ListenAddress {
  return { kind: 'invalid', because };
}

/** For messages and log lines. */
export function describeAddress(address: ListenAddress): string {
  switch (address.kind) {
    case 'tcp':
      return `${address.host?.includes(':') ? `[${address.host}]` : (address.host ?? '')}:${address.port}`;
    case 'unix':
      return address.path;
    case 'inherited':
      return `fd:${address.fd}`;
    default:
      return '';
  }
}
