// A browser in a few lines: cookies, no redirects followed, the headers of a navigation.
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { keepSecret } from './written.ts';

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
      keepSecretsOf([String(url), response.headers.get('location') ?? ''], cookies);
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

/** Codes, states and seals must not be in any log (security O-3). */
function keepSecretsOf(urls: readonly string[], cookies: ReadonlyMap<string, string>): void {
  const parameters = urls.flatMap((text) => {
    const query = URL.parse(text, 'http://localhost')?.searchParams;
    // What stands behind the colon of a state is where the user wants to go, and no secret.
    return [query?.get('state')?.split(':')[0], query?.get('code'), query?.get('id_token_hint')];
  });
  for (const value of [...parameters, ...cookies.values()]) if (isRandom(value ?? '')) keepSecret(value);
}

/** Tests write codes and states of their own, too. */
function isRandom(text: string): boolean {
  return text.length >= 20 && /\d/.test(text) && /^[\w.~*-]+$/.test(text);
}
