// What does a realm of the tests look like to Keycloak?

export interface ClientWish {
  readonly id: string;
  readonly redirectUris: readonly string[];
  /** Unset: no list of its own, so the redirect URIs count. */
  readonly postLogoutUris?: readonly string[];
  readonly backchannelUrl?: string;
  /** Takes the place of the back channel: Keycloak uses one of them. */
  readonly frontchannelUrl?: string;
}

export interface RealmWish {
  readonly clients: readonly ClientWish[];
  /** Seconds; by default so long that nothing ends by itself within a test. */
  readonly accessTokenSeconds?: number;
  readonly idleSeconds?: number;
  readonly longestSeconds?: number;
  /** Each refresh token is good once. */
  readonly rotation?: boolean;
}

export interface KeycloakUser {
  readonly name: string;
  readonly password: string;
  readonly groups: readonly string[];
  readonly realmRoles: readonly string[];
  /** In the client `sidecar`. */
  readonly clientRoles: readonly string[];
}

export const clientId = 'sidecar';
export const secretOf = (client: string) => `the-secret-of-${client}`;

// prettier-ignore
export const keycloakUsers = {
  alice: { name: 'alice', password: 'looking-glass', groups: ['/staff/editors'], realmRoles: ['author'], clientRoles: ['reader'] },
  bob:   { name: 'bob',   password: 'can-we-fix-it', groups: ['/guests'],        realmRoles: [],         clientRoles: [] },
} as const satisfies Record<string, KeycloakUser>;

/** REFRESH_TOKEN would not be among those that are kept by default. */
const noted = ['LOGIN', 'CODE_TO_TOKEN', 'REFRESH_TOKEN', 'LOGOUT', 'REVOKE_GRANT'];

export function realmDocument(realm: string, wish: RealmWish): object {
  return {
    realm,
    enabled: true,
    sslRequired: 'none',
    accessTokenLifespan: wish.accessTokenSeconds ?? 300,
    ssoSessionIdleTimeout: wish.idleSeconds ?? 1800,
    ssoSessionMaxLifespan: wish.longestSeconds ?? 36_000,
    revokeRefreshToken: wish.rotation ?? false,
    refreshTokenMaxReuse: 0,
    eventsEnabled: true,
    enabledEventTypes: noted.flatMap((event) => [event, `${event}_ERROR`]),
    groups: [{ name: 'staff', subGroups: [{ name: 'editors' }] }, { name: 'guests' }],
    roles: { realm: [{ name: 'author' }], client: { [clientId]: [{ name: 'reader' }] } },
    clients: wish.clients.map(clientDocument),
    users: Object.values(keycloakUsers).map((user) => userDocument(realm, user)),
  };
}

function clientDocument(wish: ClientWish): object {
  return {
    clientId: wish.id,
    secret: secretOf(wish.id),
    publicClient: false,
    standardFlowEnabled: true,
    redirectUris: wish.redirectUris,
    frontchannelLogout: wish.frontchannelUrl !== undefined,
    attributes: logoutAttributes(wish),
    protocolMappers: [
      mapper('groups', 'oidc-group-membership-mapper', { 'claim.name': 'groups', 'full.path': 'true' }),
      mapper('own audience', 'oidc-audience-mapper', {
        'included.client.audience': wish.id,
        'id.token.claim': 'false',
      }),
    ],
  };
}

/** As Keycloak names them; a value that is not wished for is left out. */
function logoutAttributes(wish: ClientWish): Readonly<Record<string, string>> {
  const { postLogoutUris, backchannelUrl, frontchannelUrl } = wish;
  return {
    ...(postLogoutUris && { 'post.logout.redirect.uris': postLogoutUris.join('##') }),
    ...(backchannelUrl && { 'backchannel.logout.url': backchannelUrl, 'backchannel.logout.session.required': 'true' }),
    ...(frontchannelUrl && {
      'frontchannel.logout.url': frontchannelUrl,
      'frontchannel.logout.session.required': 'true',
    }),
  };
}

function mapper(name: string, protocolMapper: string, config: Readonly<Record<string, string>>): object {
  const everywhere = { 'id.token.claim': 'true', 'access.token.claim': 'true', 'userinfo.token.claim': 'true' };
  return { name, protocol: 'openid-connect', protocolMapper, config: { ...everywhere, ...config } };
}

function userDocument(realm: string, user: KeycloakUser): object {
  return {
    username: user.name,
    enabled: true,
    // Without all three Keycloak asks for them at the first sign-in.
    email: `${user.name}@example.org`,
    firstName: user.name,
    lastName: 'Example',
    emailVerified: true,
    groups: user.groups,
    realmRoles: [`default-roles-${realm}`, ...user.realmRoles],
    clientRoles: { [clientId]: user.clientRoles },
    credentials: [{ type: 'password', value: user.password, temporary: false }],
  };
}
