// Which server does a Redis URL name, and with which credentials?

export interface RedisUrl {
  readonly kind: 'tcp' | 'unix';
  readonly host: string;
  readonly port: number;
  /** Of the socket, for unix://. */
  readonly path: string;
  readonly username: string;
  readonly password: string;
  readonly database: number;
  /** rediss:// */
  readonly isTls: boolean;
  /** Query parameters that mean something to the reference's client and nothing here. */
  readonly unused: readonly string[];
}

const defaultPort = 6379;
/** Go's URLs may name credentials or a port without a host. */
const noHost = /^([a-z]+:\/\/(?:[^/?#]*@|(?![^/?#]*@)))(?=[:/?#]|$)/;

/** @returns what is wrong with it, as the end of a sentence, never with a password. */
export function readRedisUrl(text: string): RedisUrl | string {
  const url = URL.parse(text.replace(noHost, '$1localhost'));
  if (url === null) return 'is no URL';
  if (!/^(?:rediss?|unix):$/.test(url.protocol)) return 'must begin with redis://, rediss:// or unix://';
  const isUnix = url.protocol === 'unix:';
  if (isUnix && url.pathname.length < 2) return 'names no socket';
  const fromPath = isUnix ? '' : url.pathname.replace(/^\/|\/$/g, '');
  const database = url.searchParams.get('db') ?? fromPath;
  if (!/^\d{0,6}$/.test(database)) return 'must end in the number of a database, as in redis://host:6379/0';
  const credentials = [url.username, url.password].map(decoded);
  const [username, password] = credentials;
  if (username === undefined || password === undefined)
    return 'has a user name or password that is not percent-encoded';
  return {
    kind: isUnix ? 'unix' : 'tcp',
    // Brackets belong to the URL, not to the address.
    host: url.hostname.replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(url.port) || defaultPort,
    path: isUnix ? (decoded(url.pathname) ?? url.pathname) : '',
    username,
    password,
    database: Number(database),
    isTls: url.protocol === 'rediss:',
    unused: [...url.searchParams.keys()].filter((name) => name !== 'db'),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
