// What can the bendable provider be made to do?
import { published, signers } from './signing.ts';
import type { Jwk, Signer } from './signing.ts';

/** An answer put in place of the provider's own, or a way to hold it up. */
export interface Script {
  readonly status?: number;
  readonly body?: string | object;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  /** `hang`: never answers; `cut`: closes the connection. */
  readonly trouble?: 'hang' | 'cut';
}

export type Members = Record<string, unknown>;
export type Endpoint =
  'discovery' | 'jwks' | 'authorize' | 'token' | 'refresh' | 'userinfo' | 'validate' | 'end_session' | 'revoke';

/** Everything that can be bent. Members set to undefined are left out of what is sent. */
export interface Bends {
  clientId: string;
  /** Empty: a public client. */
  clientSecret: string;
  takes: 'any' | 'basic' | 'post';
  /** What is true of the user; sent in ID token and userinfo. */
  claims: Members;
  idToken: Members;
  /** Leaves the ID token out. */
  noIdToken: boolean;
  /** The payload of the ID token as text, given the honest one. */
  payload: (text: string) => string;
  header: Members;
  signer: Signer;
  /** The whole ID token, given the honest one. */
  rewrite: (token: string) => string;
  /** Members put over the token answer. */
  tokens: Members;
  /** Makes the access token a JWT with these claims. */
  accessTokenClaims: Members | undefined;
  keys: readonly (Jwk | string)[];
  discovery: Members;
  userinfo: Members;
  /** Registered for after a logout. */
  postLogoutUris: readonly string[];
  scripts: Partial<Record<Endpoint, Script>>;
}

export function straight(): Bends {
  return {
    clientId: 'the-client',
    clientSecret: 'the-secret',
    takes: 'any',
    claims: {
      sub: 'user-1',
      email: 'jane@example.com',
      email_verified: true,
      preferred_username: 'jane',
      groups: ['dev', 'ops'],
    },
    idToken: {},
    noIdToken: false,
    payload: (text) => text,
    header: {},
    signer: signers.rsa1,
    rewrite: (token) => token,
    tokens: {},
    accessTokenClaims: undefined,
    keys: [published.rsa1, published.ec],
    discovery: {},
    userinfo: {},
    postLogoutUris: [],
    scripts: {},
  };
}
