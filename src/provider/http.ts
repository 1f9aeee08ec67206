// How is the provider called? Every call is bounded in time, in size and in number (security V-4).
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Agent, EnvHttpProxyAgent, fetch, type buildConnector, type Dispatcher } from 'undici';
import { readVersion } from '../lib/version.ts';
import { ProviderFailure } from './failure.ts';

/** Whom a call is for; the first word of every reason code about it. */
export type Purpose =
  | 'discovery'
  | 'jwks'
  | 'token_endpoint'
  | 'userinfo'
  | 'validate_url'
  | 'backend_logout'
  | 'end_session'
  | 'revocation';

export interface Call {
  readonly purpose: Purpose;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form to POST. Without one the call is a GET. */
  readonly form?: string;
  /** A redirect is the answer itself, also to a GET; to a POST it always is. */
  readonly stopsAtRedirect?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** From Retry-After (RFC 9110 §10.2.3). */
  readonly retryAfterMs: number | undefined;
  /** Where a redirect leads that was not followed. */
  readonly location: string | undefined;
  readonly text: string;
}

export interface Http {
  /** @throws ProviderFailure when no whole answer came; any status is an answer */
  call(call: Call): Promise<Answer>;
  close(): void;
}

export interface HttpParts {
  readonly caFiles: readonly string[];
  readonly useSystemTrustStore: boolean;
  readonly skipTlsVerify: boolean;
  readonly limits?: Partial<Limits>;
  readonly proxies?: Proxies;
}

/** Forward proxies on the way to the provider, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY name them; empty: none. */
export interface Proxies {
  readonly http: string;
  readonly https: string;
  /** Hosts that are called directly; this machine always is, as in Go. */
  readonly except: string;
}

interface Limits {
  /** From the first byte sent to the last byte received. */
  readonly totalMs: number;
  readonly bytes: number;
  /** Calls under way at once; what comes on top fails at once instead of waiting. */
  readonly calls: number;
}

const defaults: Limits = { totalMs: 5000, bytes: 1024 * 1024, calls: 256 };
const userAgent = `oauth2-sidecar/${readVersion()}`;

export function http({ caFiles, useSystemTrustStore, skipTlsVerify, limits, proxies }: HttpParts): Http {
  const { totalMs, bytes, calls } = { ...defaults, ...limits };
  // Made once: reading some hundred certificates takes longer than a handshake.
  const secureContext = createSecureContext({ ca: trustedAuthorities(caFiles, useSystemTrustStore) });
  const tls = { secureContext, rejectUnauthorized: !skipTlsVerify, timeout: totalMs };
  const dispatcher = dispatcherThrough(proxies, tls);
  let underWay = 0;

  async function send({ purpose, url, headers, form, stopsAtRedirect = form !== undefined }: Call): Promise<Answer> {
    const response = await fetch(url, {
      dispatcher,
      method: form === undefined ? 'GET' : 'POST',
      headers: { 'user-agent': userAgent, accept: 'application/json', ...headers },
      body: form ?? null,
      // A redirected POST would carry code and client secret to another place.
      redirect: stopsAtRedirect ? 'manual' : 'follow',
      signal: AbortSignal.timeout(totalMs),
    });
    return {
      status: response.status,
      contentType: (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      location: response.headers.get('location') ?? undefined,
      text: await boundedText(response.body ?? [], bytes, purpose),
    };
  }

  return {
    async call(call) {
      if (underWay >= calls)
        throw new ProviderFailure('unreachable', `${call.purpose}_busy`, 'too many calls are under way');
      underWay += 1;
      try {
        return await send(call);
      } catch (error) {
        throw asFailure(error, call);
      } finally {
        underWay -= 1;
      }
    },
    close: () => void dispatcher.destroy(),
  };
}

/** The bytes are counted after decompression: a small gzip can hold a large text. */
async function boundedText(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
  purpose: Purpose,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit)
      throw new ProviderFailure(
        'unreachable',
        `${purpose}_answer_too_large`,
        `the answer has more than ${limit} bytes`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function asFailure(error: unknown, { purpose, url }: Call): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (!URL.canParse(url))
    return new ProviderFailure('misconfigured', `${purpose}_bad_url`, `"${url}" is no URL`, error);
  const isTimeout = textOf(error, 'name') === 'TimeoutError';
  const reason = isTimeout ? `${purpose}_timeout` : `${purpose}_unreachable`;
  return new ProviderFailure(
    'unreachable',
    reason,
    `${place(url)} failed: ${isTimeout ? 'no answer in time' : rootMessage(error)}`,
    error,
  );
}

/** Address without user, password, query and fragment, which may hold secrets. */
export function place(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** fetch says "fetch failed"; what failed is said by the innermost cause, or the first of several. */
function rootMessage(error: unknown): string {
  const causes = memberOf(error, 'errors');
  const cause = Array.isArray(causes) ? causes[0] : memberOf(error, 'cause');
  return typeof cause === 'object' && cause !== null ? rootMessage(cause) : textOf(error, 'message') || 'unknown error';
}

/** Errors of fetch need not be instances of this realm's Error. */
function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

function textOf(error: unknown, name: 'name' | 'message'): string {
  const value = memberOf(error, name);
  return typeof value === 'string' ? value : '';
}

function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** reference: --provider-ca-file replaces the system's authorities, unless --use-system-trust-store adds to them. */
function trustedAuthorities(files: readonly string[], useSystemTrustStore: boolean): string[] {
  const own = files.map((file) => readFileSync(file, 'utf8'));
  const isSystemTrusted = own.length === 0 || useSystemTrustStore;
  return isSystemTrusted
    ? [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...own])]
    : own;
}

function dispatcherThrough(proxies: Proxies | undefined, tls: buildConnector.BuildOptions): Dispatcher {
  const common = { connections: 64, connect: tls };
  if (!proxies?.http && !proxies?.https) return new Agent(common);
  return new EnvHttpProxyAgent({
    ...common,
    requestTls: tls,
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: `${proxies.except},localhost,127.0.0.1,[::1]`,
  });
}
