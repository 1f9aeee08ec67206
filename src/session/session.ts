// Who is signed in: what a session holds, wherever it is stored.

/** Texts are empty where the provider said nothing. */
export interface Session {
  /** Random; stays the same over refreshes, differs for every sign-in. */
  readonly id: string;
  /** The `sub` claim, unless --user-id-claim says otherwise. */
  readonly user: string;
  readonly email: string;
  readonly preferredUsername: string;
  readonly groups: readonly string[];
  /** Roles of a Keycloak access token (`admin`, `client:reader`), kept apart from groups (security N10). Undefined: the provider has none. */
  readonly roles?: readonly string[] | undefined;
  readonly accessToken?: string | undefined;
  readonly idToken?: string | undefined;
  readonly refreshToken?: string | undefined;
  /** `iss`, `sub`, `sid`, `auth_time` (seconds) and `nonce` of the ID token. */
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly sid?: string | undefined;
  readonly authTime?: number | undefined;
  readonly nonce?: string | undefined;
  /** When the sign-in attempt began that made this session; refreshes do not move it. */
  readonly signedInAtMs: number;
  /** When this session was made or last refreshed; --cookie-expire and --cookie-refresh count from here. */
  readonly createdAtMs: number;
  /** When the access token expires. Undefined: the provider did not say. */
  readonly expiresAtMs?: number | undefined;
  /** Further claims, for userinfo and header injection. */
  readonly additionalClaims?: Readonly<Record<string, unknown>> | undefined;
}

/** Groups as the reference shows them: roles are listed among them as `role:NAME` (reference: keycloak_oidc.go). */
export function groupsWithRoles({ groups, roles }: Pick<Session, 'groups' | 'roles'>): readonly string[] {
  return roles?.length ? [...groups, ...roles.map((role) => `role:${role}`)] : groups;
}

/** How people and logs call the user of a session. */
export function nameOf(session: Pick<Session, 'email' | 'user'> | undefined): string | undefined {
  return session?.email || session?.user || undefined;
}
