// Options of signing out: how the provider is told, and how it tells us.
import { choice, flag, text } from './kinds.ts';
import type { Option } from './option.ts';

// prettier-ignore
export const signOutOptions = {
  oidcLogout:                   { flag: 'oidc-logout', kind: choice('auto', 'redirect', 'backend', 'off'), default: 'auto', ours: true, help: 'How the provider is told of a sign-out: by the browser, server to server, not at all, or as fits the provider.' },
  oidcEndSessionUrl:            { flag: 'oidc-end-session-url', kind: text, ours: true, help: 'End-session endpoint of the provider; unset: as discovered.' },
  postLogoutRedirectUrl:        { flag: 'post-logout-redirect-url', kind: text, ours: true, help: 'Where the provider may send the browser after signing out, as registered there; absolute, or a path on the site such as /oauth2/signed_out.' },
  revokeTokensOnSignOut:        { flag: 'revoke-tokens-on-sign-out', kind: choice('auto', 'off'), default: 'auto', ours: true, help: 'Revoke the tokens of a session that ends, where the provider offers it.' },
  signOutConfirm:               { flag: 'sign-out-confirm', kind: choice('auto', 'always', 'never'), default: 'auto', ours: true, help: 'Whether a sign-out that another site asks for is refused, every one is confirmed on a page, or none is checked.' },
  backchannelLogoutAllSessions: { flag: 'backchannel-logout-all-sessions', kind: flag, default: 'false', ours: true, help: 'Let every logout token end all sessions of its user, not only the one that it names.' },
} as const satisfies Record<string, Option>;
