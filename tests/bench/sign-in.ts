// How does somebody sign in, from the first redirect to the cookie? The same way at any service with these endpoints.
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

/** @returns the Cookie header of the session */
export async function signIn(origin: string, issuer: string): Promise<string> {
  const jar = new Map<string, string>();
  const started = await visit(`${origin}/oauth2/start?rd=%2F`, jar);
  const authorization = started.headers.location ?? '';
  if (!authorization.startsWith(issuer)) throw new Error(`a sign-in at ${origin} begins with ${started.statusCode}`);
  const agreed = await visit(authorization, new Map());
  // Wherever the callback is said to be: it is here.
  const { pathname, search } = new URL(agreed.headers.location ?? '', issuer);
  const done = await visit(origin + pathname + search, jar);
  if (done.statusCode !== 302) throw new Error(`a sign-in at ${origin} ends with ${done.statusCode}`);
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** Not by fetch: that one says of itself that it is no navigation. */
async function visit(url: string, jar: Map<string, string>): Promise<IncomingMessage> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const outgoing = request(url, { headers: { ...headers, ...(cookie && { cookie }) }, agent: false });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  for (const line of incoming.headers['set-cookie'] ?? []) keep(jar, line);
  incoming.resume();
  await once(incoming, 'end');
  return incoming;
}

/** A cookie without a value, or one that ends in the past, is taken away. */
function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */);
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  const isOver = attributes.some((attribute) => {
    const [key = '', what = ''] = attribute.toLowerCase().split('=');
    return key === 'max-age' ? Number(what) <= 0 : key === 'expires' && Date.parse(what) <= Date.now();
  });
  if (isOver || value === '') jar.delete(name);
  else jar.set(name, value);
}
