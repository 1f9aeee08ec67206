// A browser in a few lines: cookies, no redirects followed, the headers of a navigation.
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | undefined;
  readonly setCookies: readonly string[];
  readonly text: string;
}

export interface Visit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
}

export interface Browser {
  readonly cookies: Map<string, string>;
  get(url: string | URL, visit?: Visit): Promise<Answer>;
}

/** What a browser sends when a person follows a link. */
export const navigationHeaders = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

export function browser(cookies = new Map<string, string>()): Browser {
  return {
    cookies,
    async get(url, { method = 'GET', headers = navigationHeaders, body } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await send(url, { method, headers: { ...headers, ...(cookie && { cookie }) }, body });
      const setCookies = response.headers.getSetCookie();
      for (const line of setCookies) keep(cookies, line);
      const location = response.headers.get('location') ?? undefined;
      return { ...response, location, setCookies };
    },
  };
}

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Visit['body'] | undefined;
}

/** Not by fetch: that one says `Sec-Fetch-Mode: cors` whatever it is told. */
async function send(url: string | URL, { method, headers, body }: Sent) {
  const form = body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const outgoing = request(url, { method, headers: { ...form, ...headers }, agent: false, maxHeaderSize: 131_072 });
  outgoing.end(body?.toString());
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const received = new Headers();
  const { rawHeaders } = incoming;
  for (let i = 0; i < rawHeaders.length; i += 2) received.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  const text = Buffer.concat(await incoming.toArray()).toString();
  return { status: incoming.statusCode ?? 0, headers: received, text };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const name = pair.slice(0, pair.indexOf('='));
  const isOver = attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0');
  if (isOver) cookies.delete(name);
  else cookies.set(name, pair.slice(name.length + 1));
}
