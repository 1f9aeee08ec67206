// One request to nginx from outside, exactly as written.
import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface Probe {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A subrequest that waits for a body is noticed well before nginx's own limits. */
export const answerWithinMs = 5000;
const largestAnswer = 1_048_576;

/** Headers of a browser that opens a page, and of a script. */
export const asNavigation = {
  Accept: 'text/html,*/*;q=0.8',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Site': 'none',
} as const;
export const asScript = { Accept: 'application/json', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' } as const;

/** Follows no redirect. Rejects when nobody answers in time. */
export async function probe(url: URL, { method = 'GET', headers = {}, body }: Probe = {}): Promise<Answer> {
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const outgoing = request(url, { method, headers, agent: false, maxHeaderSize: 131_072 });
  const late = new Error(`no answer within ${answerWithinMs / 1000} s`);
  const timer = setTimeout(() => outgoing.destroy(late), answerWithinMs);
  try {
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await textOf(incoming) };
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > largestAnswer) break;
  }
  return Buffer.concat(chunks).toString();
}
