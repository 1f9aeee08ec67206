// Who vouches for users: what the rest of the program asks of an identity provider.
import type { Session } from '../session/session.ts';
import type { FailureKind } from './failure.ts';
import type { LogoutToken } from './logout-token.ts';
import type { SignOutAtProvider } from './sign-out.ts';

export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636; only when `codeChallengeMethod()` is defined. */
  readonly codeVerifier?: string | undefined;
  /** Overrides the configured prompt, e.g. `select_account` after the wrong account was used. */
  readonly prompt?: string | undefined;
  /** What the user's request says under a name, for parameters that it may decide. */
  readonly asked?: ((name: string) => readonly string[]) | undefined;
}

export interface CodeRedemption {
  readonly code: string;
  /** Exactly as in the authorization request (RFC 6749 §4.1.3). */
  readonly redirectUri: string;
  readonly codeVerifier?: string | undefined;
  readonly nonce: string;
  /** When the attempt began; becomes the session's `signedInAtMs`. */
  readonly startedAtMs: number;
}

/** Outcome of a refresh. `revoked`: the provider says the grant is dead. `unavailable`: anything else; the session lives on. */
export type Renewal =
  | { readonly kind: 'renewed'; readonly session: Session }
  | { readonly kind: 'revoked'; readonly because: string }
  | Unavailable;

export interface Unavailable {
  readonly kind: 'unavailable';
  /** Reason code. */
  readonly because: string;
  /** Undefined: the provider was not asked. */
  readonly fault?: FailureKind | undefined;
  /** For the log. */
  readonly detail?: string | undefined;
  /** The provider wants to be left alone for so long. */
  readonly retryAfterMs?: number | undefined;
}

export interface Provider {
  /** `OpenID Connect`, `Keycloak OIDC`, or --provider-display-name. */
  readonly displayName: string;
  /** Why no sign-in can begin now, as a reason code; undefined when one can. The log has the details (security F-10). */
  notReadyBecause(): string | undefined;
  /** Waits a moment for a discovery that is under way. @throws ProviderFailure when it does not get ready */
  whenReady(): Promise<void>;
  /** The PKCE method for new sign-ins: option, else S256 when discovery offers it. */
  codeChallengeMethod(): 'S256' | 'plain' | undefined;
  /** The prompt that lets a user pick another account, as the provider knows it: `select_account` or `login`. */
  accountPrompt(): 'select_account' | 'login';
  /** @throws ProviderFailure when the provider is not ready */
  authorizationUrl(request: AuthorizationRequest): Promise<URL>;
  /**
   * RFC 9207: is the `iss` of an authorization response ours? Undefined when fine, else a reason code.
   * @throws ProviderFailure when the provider is not ready
   */
  issProblem(iss: string | undefined): string | undefined;
  /** Redeems the code once, verifies the ID token, reads the claims. @throws ProviderFailure, ClaimsProblem */
  redeem(redemption: CodeRedemption): Promise<Session>;
  /** Never throws for a fault of provider or network. */
  refresh(session: Session): Promise<Renewal>;
  /** Whose session a bearer token stands for. @throws ProviderFailure, ClaimsProblem */
  verifyBearer(token: string): Promise<Session>;
  /** Identifier of the provider: `iss` of its tokens. */
  issuer(): string;
  /** Origins that an ID token may be sent to by a redirect: issuer, sign-in, end-session, backend-logout. */
  ownOrigins(): readonly string[];
  /** How users are signed out at the provider. */
  readonly signOut: SignOutAtProvider;
  /** Is this logout token from our provider, for us, and of now? @throws ProviderFailure */
  verifyLogoutToken(raw: string): Promise<LogoutToken>;
  /** Starts discovery in the background. */
  start(): void;
  stop(): void;
}
