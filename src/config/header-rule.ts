// Which headers tell the application something? One model, which every form of the configuration is read into.

/** One source of values; `basicAuthPassword` makes it `Basic base64(value:password)`, and beats a prefix. */
export interface ClaimValue {
  readonly kind: 'claim';
  /** Of the session (`user`, `groups`, `access_token`, …), else an additional claim. */
  readonly claim: string;
  readonly prefix?: string | undefined;
  readonly basicAuthPassword?: string | undefined;
}

/** Always there, be anybody signed in or not. */
export interface SecretValue {
  readonly kind: 'secret';
  readonly text: string;
}

export type HeaderValue = ClaimValue | SecretValue;

export interface HeaderRule {
  readonly name: string;
  readonly values: readonly HeaderValue[];
  /** What a client sends under this name is passed on, with ours behind it. */
  readonly preserves: boolean;
  /** What a client sends is removed under this very name only, and not under `X_Name` for `X-Name` as well. */
  readonly isExact: boolean;
}

export interface HeaderRules {
  /** To the upstream. */
  readonly request: readonly HeaderRule[];
  /** On a 202 of auth and on proxied answers. */
  readonly response: readonly HeaderRule[];
  /** Names like ours that no rule speaks of are removed from what clients send, too. */
  readonly stripsReserved: boolean;
}

/** Claims that are tokens: a session without tokens has none of them. */
export const tokenClaims: readonly string[] = ['access_token', 'id_token', 'refresh_token'];
