// The specification of src/lib/listen-address.ts.
import { parseListenAddress, type ListenAddress } from '../../src/lib/listen-address.ts';

const tcp = (host: string | undefined, port: number): ListenAddress => ({ kind: 'tcp', host, port });

test.each<[string, string, ListenAddress]>([
  ['nothing', '', { kind: 'none' }],
  ['a dash is nothing', '-', { kind: 'none' }],
  ['host and port', '127.0.0.1:4180', tcp('127.0.0.1', 4180)],
  ['a host name', 'localhost:0', tcp('localhost', 0)],
  ['a port alone', ':4180', tcp(undefined, 4180)],
  ['a URL', 'http://0.0.0.0:4180', tcp('0.0.0.0', 4180)],
  ['a URL with a port alone', 'http://:4180', tcp(undefined, 4180)],
  ['the network by name', 'tcp://[::]:4180', tcp('::', 4180)],
  ['IPv6', '[::1]:65535', tcp('::1', 65535)],
  ['IPv6 with a zone', '[fe80::1%eth0]:80', tcp('fe80::1%eth0', 80)],
  ['a socket', 'unix:///run/x.sock', { kind: 'unix', path: '/run/x.sock', mode: undefined }],
  ['a relative socket', 'unix://x.sock', { kind: 'unix', path: 'x.sock', mode: undefined }],
  ['374: a socket with a mode', 'unix:///run/x.sock,mode=0777', { kind: 'unix', path: '/run/x.sock', mode: 0o777 }],
  ['a port by its name in Go', ':https', tcp(undefined, 443)],
  ['IPv4 alone', 'tcp4://:80', { ...tcp(undefined, 80), family: 4 } as ListenAddress],
  ['IPv6 alone', 'tcp6://[::1]:80', { ...tcp('::1', 80), family: 6 } as ListenAddress],
  ['a socket of systemd', 'FD:3', { kind: 'inherited', fd: 3 }],
  ['another socket of systemd', 'fd:12', { kind: 'inherited', fd: 12 }],
  ['other options mean nothing', 'unix://x,a=b,mode=660', { kind: 'unix', path: 'x', mode: 0o660 }],
])('%s', (_, text, expected) => {
  expect(parseListenAddress(text)).toEqual(expected);
});

test.each<[string, string, string]>([
  ['no port', '127.0.0.1', 'is not host:port'],
  ['IPv6 without brackets', '::1:4180', 'needs brackets'],
  ['a port by name', '127.0.0.1:notaport', '"notaport" is not a port number'],
  ['a port too large', ':65536', '"65536" is not a port number'],
  ['372: an unknown network', 'invalid://127.0.0.1:0', 'unknown network "invalid"'],
  ['a port called as every object has something', ':constructor', '"constructor" is not a port number'],
  ['371: a socket of systemd by its name', 'fd:hello', 'goes by its number'],
  ['standard input', 'fd:0', 'begin with fd:3'],
  ['a socket of systemd without a number', 'fd:', 'goes by its number'],
  ['an IPv6 address with tcp4', 'tcp4://[::1]:80', 'tcp4 excludes the IPv6 address ::1'],
  ['a socket without a path', 'unix://', 'needs a path'],
  ['375: a mode without a value', 'unix://x,mode', 'expects a value'],
  ['a mode that is no octal number', 'unix://x,mode=0888', 'not an octal number'],
])('refuses %s', (_, text, because) => {
  expect(parseListenAddress(text)).toEqual({ kind: 'invalid', because: expect.stringContaining(because) });
});

test.each<[string, string, ListenAddress]>([
  ['373: the scheme means nothing', 'invalid://127.0.0.1:0', tcp('127.0.0.1', 0)],
  ['host and port', ':8443', tcp(undefined, 8443)],
  ['nothing', '', { kind: 'none' }],
])('with TLS: %s', (_, text, expected) => {
  expect(parseListenAddress(text, { tls: true })).toEqual(expected);
});
