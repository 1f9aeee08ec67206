// What does the token endpoint give for a code or a refresh token?
import { Configuration, None, allowInsecureRequests, customFetch, genericGrantRequest } from 'openid-client';
import type { ClientAuth } from 'openid-client';
import { ProviderFailure } from './failure.ts';
import type { Answer, Http } from './http.ts';
import { place } from './http.ts';
import type { Metadata } from './metadata.ts';
import { announcedStyle, basicCredentials, type ClientStyle } from './client-credentials.ts';
import { clientSecret } from './client-secret.ts';
import type { ProviderOptions } from './options.ts';
import { readTokenAnswer } from './token-answer.ts';
import type { Refusal, Tokens } from './token-answer.ts';

export interface Grant {
  readonly metadata: Metadata;
  readonly type: 'authorization_code' | 'refresh_token';
  readonly parameters: Readonly<Record<string, string>>;
}

export type TokenEndpoint = (grant: Grant) => Promise<Tokens | Refusal>;

export function tokenEndpoint({ options, http }: { options: ProviderOptions; http: Http }): TokenEndpoint {
  const secretNow = clientSecret(options);

  return async function exchange(grant) {
    const secret = secretNow();
    const style = announcedStyle(grant.metadata, secret);
    const send = (as: ClientStyle) =>
      exchangeOnce({ grant, clientId: options.clientId, auth: clientAuth(as, options.clientId, secret), http });
    const first = await send(style);
    // Whoever does not know the client has not looked at the code, so asking once more in the other style hides no error and
    // spends nothing. Every other error is final: the reference asks twice, and the second answer hides the first.
    const isUnsaid = style === 'client_secret_basic' && grant.metadata.clientAuthMethods === undefined;
    if (first.kind === 'tokens' || first.error !== 'invalid_client' || !isUnsaid) return first;
    const second = await send('client_secret_post');
    const isKnownNow = second.kind === 'tokens' || (second.error !== undefined && second.error !== 'invalid_client');
    return isKnownNow ? second : first;
  };
}

function clientAuth(style: ClientStyle, clientId: string, secret: string): ClientAuth {
  switch (style) {
    case 'none':
      return None();
    case 'client_secret_post':
      return (_server, _client, body) => {
        body.set('client_id', clientId);
        body.set('client_secret', secret);
      };
    case 'client_secret_basic':
      // openid-client's own escapes "-", "_", "." as well, which providers that forget to unescape do not survive.
      return (_server, _client, _body, headers) => {
        headers.set('authorization', basicCredentials(clientId, secret));
      };
  }
}

interface Exchange {
  readonly grant: Grant;
  readonly clientId: string;
  readonly auth: ClientAuth;
  readonly http: Http;
}

/**
 * openid-client forms the request. It would also judge the ID token, by rules that know nothing of --oidc-audience-claim,
 * --oidc-extra-audience or a skipped issuer check; and it refuses answers that the reference takes. So the answer is read here
 * and openid-client gets to see one without ID token; id-token.ts judges that, always.
 */
async function exchangeOnce({
  grant: { metadata, type, parameters },
  clientId,
  auth,
  http,
}: Exchange): Promise<Tokens | Refusal> {
  let read: Tokens | Refusal | undefined;
  const server = { issuer: metadata.issuer, token_endpoint: metadata.tokenEndpoint };
  const configuration = new Configuration(server, clientId, undefined, auth);
  allowInsecureRequests(configuration); // an http issuer is the operator's choice, and warned about at the start
  configuration[customFetch] = async (url, { headers, body }) => {
    const answer = await http.call({
      purpose: 'token_endpoint',
      url,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      form: String(body),
    });
    read = readTokenAnswer(answer, place(url));
    return read.kind === 'tokens' ? plainAnswer(read) : refusedAnswer(answer);
  };
  try {
    await genericGrantRequest(configuration, type, { ...parameters });
  } catch (error) {
    // A refusal has been read already; what else openid-client throws carries the reason as its cause.
    if (read?.kind === 'refused') return read;
    return { kind: 'refused', failure: failureIn(error), error: undefined, retryAfterMs: undefined };
  }
  return read ?? { kind: 'refused', failure: failureIn(undefined), error: undefined, retryAfterMs: undefined };
}

function plainAnswer({ accessToken, refreshToken, expiresInSeconds }: Tokens): Response {
  return Response.json({
    access_token: accessToken,
    token_type: 'bearer',
    refresh_token: refreshToken,
    expires_in: expiresInSeconds,
  });
}

function refusedAnswer({ status }: Answer): Response {
  return Response.json({ error: 'refused' }, { status: status >= 400 ? status : 400 });
}

function failureIn(error: unknown): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (error instanceof Error && error.cause instanceof ProviderFailure) return error.cause;
  return new ProviderFailure('misconfigured', 'token_endpoint_error', 'the token request could not be made', error);
}
