// How is autocannon told what to send, where there is no wrk?
import autocannon, { type Request } from 'autocannon';
import { connections, type Load, type Outcome } from './load.ts';

export async function byAutocannon({ url, cookies, headers, seconds }: Load): Promise<Outcome> {
  const common = Object.fromEntries(headers);
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    headers: common,
    ...sending(cookies, common),
  });
  const requests = result['2xx'] + result.non2xx;
  if (requests === 0) throw new Error(`autocannon got no answer from ${url}`);
  return {
    requests,
    perSecond: requests / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    odd: result.non2xx,
    broken: result.errors + result.timeouts,
  };
}

/**
 * Each connection goes through the list of its own from the start, so every one begins elsewhere: together they ask for all
 * the cookies before any comes again.
 */
function sending(cookies: readonly string[], common: Readonly<Record<string, string>>): Partial<autocannon.Options> {
  if (cookies.length === 0) return {};
  const requests: Request[] = cookies.map((cookie) => ({ method: 'GET', headers: { ...common, cookie } }));
  if (requests.length === 1) return { requests };
  let connection = 0;
  return {
    requests: requests.slice(0, 1),
    setupClient(client) {
      const share = Math.ceil(requests.length / connections);
      const from = (connection++ % connections) * share;
      const own = requests.slice(from, from + share);
      client.setRequests(own.length > 0 ? own : requests);
    },
  };
}
