// What does the bendable provider read and write on the wire?
import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bends, Endpoint, Members, Script } from './bends.ts';

export interface CodeGrant {
  readonly nonce: string | undefined;
  readonly redirectUri: string | undefined;
  readonly challenge: string | undefined;
  readonly method: string | undefined;
}

/** Of an authorization request. */
export function grantIn(query: URLSearchParams): CodeGrant {
  const get = (name: string) => query.get(name) ?? undefined;
  return {
    nonce: get('nonce'),
    redirectUri: get('redirect_uri'),
    challenge: get('code_challenge'),
    method: get('code_challenge_method'),
  };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function discoveryDocument(issuer: string): Members {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/userinfo`,
    scopes_supported: ['openid', 'email', 'profile', 'groups'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

export function endpointOf(path: string, form: URLSearchParams): Endpoint {
  if (path === '/.well-known/openid-configuration') return 'discovery';
  if (path === '/token' && form.get('grant_type') === 'refresh_token') return 'refresh';
  if (path.endsWith('/logout')) return 'end_session';
  // An unknown path is counted by its own name and answered with nothing.
  return path.slice(1) as Endpoint;
}

export function isOurClient(
  { clientId, clientSecret, takes }: Bends,
  authorization: string | undefined,
  form: URLSearchParams,
): boolean {
  const basic = authorization?.startsWith('Basic ')
    ? Buffer.from(authorization.slice(6), 'base64').toString()
    : undefined;
  const [id, secret] = basic?.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' '))) ?? [
    form.get('client_id'),
    form.get('client_secret') ?? '',
  ];
  const style = basic === undefined ? 'post' : 'basic';
  return id === clientId && secret === clientSecret && (takes === 'any' || takes === style);
}

/** RFC 7636 §4.6 */
export function isProven({ challenge, method }: CodeGrant, verifier: string | null): boolean {
  if (challenge === undefined) return true;
  return (
    challenge ===
    (method === 'S256'
      ? createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url')
      : verifier)
  );
}

export function play(response: ServerResponse, { status = 200, body = '', type, headers }: Script): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': type ?? (isText ? 'text/plain' : 'application/json'), ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
