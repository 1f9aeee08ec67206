// One request of exactly these bytes on a connection of its own, and the whole answer.
import { connect } from 'node:net';

export interface Question {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  /** Header lines as they go out. Without a `Connection` among them the connection is closed after the answer. */
  readonly lines?: readonly string[];
  readonly body?: string;
  /** The address that the connection comes from. */
  readonly from?: string;
}

export interface Heard {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  /** Names in lower case; equal ones stay apart. One character per byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly ms: number;
}

const patienceMs = 8000;

export async function ask(port: number, question: Question = {}): Promise<Heard> {
  const begun = performance.now();
  const text = await exchange(port, bytesOf(question), question.from);
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const isChunked = headers.some(([name, value]) => name === 'transfer-encoding' && value === 'chunked');
  const body = rest.join('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? 0),
    headers,
    body: isChunked ? dechunked(body) : body,
    ms: performance.now() - begun,
  };
}

export function bytesOf({ method = 'GET', target = '/oauth2/auth', host, lines = [], body = '' }: Question): string {
  const closes = lines.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close'];
  const length = body === '' ? [] : [`Content-Length: ${body.length}`];
  const head = [`${method} ${target} HTTP/1.1`, `Host: ${host ?? 'app.example.test'}`, ...lines, ...closes, ...length];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Every value of a header; an absent one is an empty list. */
export function valuesOf({ headers }: Pick<Heard, 'headers'>, name: string): readonly string[] {
  return headers.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
}

function exchange(port: number, bytes: string, from: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...(from !== undefined && { localAddress: from }) });
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the answer; so far: ${text.slice(0, 500)}`));
    }, patienceMs);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => {}); // a server may cut what it has answered already
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
    socket.write(bytes, 'latin1');
  });
}

function dechunked(body: string): string {
  const [, size = '0'] = /^([\da-f]+)\r\n/i.exec(body) ?? [];
  const length = Number.parseInt(size, 16);
  if (length === 0) return '';
  const start = body.indexOf('\r\n') + 2;
  return body.slice(start, start + length) + dechunked(body.slice(start + length + 2));
}
