// What if the provider did one thing differently? A small OpenID provider that counts what it is asked.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { straight } from './bends.ts';
import type { Bends, Endpoint, Members } from './bends.ts';
import { endSession } from './end-session.ts';
import { discoveryDocument, endpointOf, isOurClient, isProven, json, play, textOf } from './idp-wire.ts';
import { grantIn, listen, type CodeGrant } from './idp-wire.ts';
import { jwt } from './signing.ts';

export interface SeenCall {
  readonly endpoint: Endpoint | string;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

export interface BendableIdp {
  readonly issuer: string;
  readonly bends: Bends;
  readonly calls: readonly SeenCall[];
  /** What named each session that has ended here: a refresh token or a hint. */
  readonly ended: readonly string[];
  count(endpoint: Endpoint): number;
  /** Straight again, with nothing counted. */
  reset(): void;
  /** What a browser does with the authorization URL: the URL it is sent to. */
  signIn(authorizationUrl: URL | string): Promise<URL>;
  /** A code as if somebody had signed in. */
  code(grant?: Partial<CodeGrant>): string;
  /** A refresh token that works. */
  refreshToken(): string;
  /** An ID token outside of any flow, bent like the others. */
  idToken(claims?: Members): string;
  /** Nothing listens any more; what it has given out is good again when it is back. */
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

/** Starts on a free port of the loopback interface. */
export async function bendableIdp(): Promise<BendableIdp> {
  const bends = straight();
  const calls: SeenCall[] = [];
  const ended: string[] = [];
  const codes = new Map<string, CodeGrant>();
  const refreshTokens = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const issuer = await listen(server);

  function idToken(claims: Members = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const honest = {
      iss: issuer,
      aud: bends.clientId,
      iat: now,
      exp: now + 3600,
      ...bends.claims,
      ...claims,
      ...bends.idToken,
    };
    const payload = bends.payload(JSON.stringify(honest));
    return bends.rewrite(jwt({ header: bends.header, payload, signer: bends.signer }));
  }

  function code(grant: Partial<CodeGrant> = {}): string {
    const value = `code-${random()}`;
    codes.set(value, { nonce: undefined, redirectUri: undefined, challenge: undefined, method: undefined, ...grant });
    return value;
  }

  function refreshToken(): string {
    const value = `rt-${random()}`;
    refreshTokens.add(value);
    return value;
  }

  function tokens(nonce: string | undefined): Members {
    const accessToken = bends.accessTokenClaims
      ? jwt({ payload: { iss: issuer, ...bends.accessTokenClaims } })
      : `at-${random()}`;
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: refreshToken(),
      id_token: bends.noIdToken ? undefined : idToken(nonce === undefined ? {} : { nonce }),
      ...bends.tokens,
    };
  }

  /** The OAuth error, or the nonce of the grant. */
  function redeemed(form: URLSearchParams): { error: string } | { nonce: string | undefined } {
    if (form.get('grant_type') === 'refresh_token') {
      return refreshTokens.has(form.get('refresh_token') ?? '') ? { nonce: undefined } : { error: 'invalid_grant' };
    }
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (grant === undefined) return { error: 'invalid_grant' };
    const isSamePlace = grant.redirectUri === undefined || grant.redirectUri === form.get('redirect_uri');
    return isSamePlace && isProven(grant, form.get('code_verifier'))
      ? { nonce: grant.nonce }
      : { error: 'invalid_grant' };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    const form = new URLSearchParams(await textOf(request));
    const endpoint = endpointOf(url.pathname, form);
    calls.push({ endpoint, method: request.method ?? '', query: url.searchParams, form, headers: request.headers });
    const script = bends.scripts[endpoint];
    if (script?.delayMs) await new Promise((resolve) => setTimeout(resolve, script.delayMs));
    if (script?.trouble === 'cut') return void request.socket.destroy();
    if (script?.trouble === 'hang') return;
    if (script?.status !== undefined || script?.body !== undefined) return play(response, script);
    respond(endpoint, { url, form, request, response });
  }

  function respond(endpoint: Endpoint, { url, form, request, response }: Exchange): void {
    switch (endpoint) {
      case 'discovery':
        return json(response, 200, { ...discoveryDocument(issuer), ...bends.discovery });
      case 'jwks':
        return json(response, 200, { keys: bends.keys });
      case 'authorize': {
        const query = url.searchParams;
        const to = new URL(query.get('redirect_uri') ?? issuer);
        to.searchParams.set('code', code(grantIn(query)));
        to.searchParams.set('state', query.get('state') ?? '');
        if (bends.discovery['authorization_response_iss_parameter_supported'] === true)
          to.searchParams.set('iss', issuer);
        return void response.writeHead(302, { location: to.href }).end();
      }
      case 'token':
      case 'refresh': {
        if (!isOurClient(bends, request.headers.authorization, form))
          return json(response, 401, { error: 'invalid_client' });
        const result = redeemed(form);
        return 'error' in result ? json(response, 400, result) : json(response, 200, tokens(result.nonce));
      }
      case 'userinfo': {
        const isBearer = request.headers.authorization?.startsWith('Bearer ') ?? false;
        return isBearer
          ? json(response, 200, { ...bends.claims, ...bends.userinfo })
          : json(response, 401, { error: 'invalid_token' });
      }
      case 'validate':
        return json(response, 200, {});
      case 'end_session': {
        const call = { request, query: url.searchParams, form };
        const said = endSession(bends, call, (token) => refreshTokens.delete(token));
        if (said.ended !== undefined) ended.push(said.ended);
        return play(response, said);
      }
      case 'revoke':
        return json(response, isOurClient(bends, request.headers.authorization, form) ? 200 : 401, {});
      default:
        return json(response, 404, {});
    }
  }

  async function close(): Promise<void> {
    const isClosed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections(); // afterwards: until then somebody may open new ones
    await isClosed;
  }

  return {
    issuer,
    bends,
    calls,
    ended,
    count: (endpoint) => calls.filter((call) => call.endpoint === endpoint).length,
    reset() {
      Object.assign(bends, straight());
      calls.length = 0;
      ended.length = 0;
    },
    async signIn(authorizationUrl) {
      const { headers } = await fetch(authorizationUrl, { redirect: 'manual' });
      return new URL(headers.get('location') ?? '');
    },
    code,
    refreshToken,
    idToken,
    away: close,
    back: () => new Promise((resolve) => server.listen(Number(new URL(issuer).port), '127.0.0.1', resolve)),
    close,
  };
}

interface Exchange {
  readonly url: URL;
  readonly form: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function random(): string {
  return randomBytes(9).toString('hex');
}
