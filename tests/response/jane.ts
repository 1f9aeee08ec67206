// A user with everything, and headers by the reference's defaults.
import { createIdentityHeaders, type IdentityHeadersParts } from '../../src/response/identity-headers.ts';
import { legacyHeaders } from '../../src/config/legacy-headers.ts';
import type { HeaderOptions } from '../../src/config/legacy-headers.ts';
import type { Session } from '../../src/session/session.ts';

export const defaults: HeaderOptions = {
  basicAuthPassword: '',
  passAccessToken: false,
  passAuthorizationHeader: false,
  passBasicAuth: true,
  passUserHeaders: true,
  preferEmailToUser: false,
  setAuthorizationHeader: false,
  setBasicAuth: false,
  setXauthrequest: false,
  skipAuthStripHeaders: true,
  groupsHeaderFormat: 'comma',
};
export const jane: Session = {
  id: 'id',
  user: 'user-1',
  email: 'jane.doe@example.com',
  preferredUsername: 'jane',
  groups: ['dev', 'ops'],
  accessToken: 'at-1',
  idToken: 'id-1',
  signedInAtMs: 0,
  createdAtMs: 0,
};

export function headersWith(options: Partial<HeaderOptions> = {}, more: Partial<IdentityHeadersParts> = {}) {
  const header = { ...defaults, ...options };
  return createIdentityHeaders({
    rules: legacyHeaders(header),
    groupsFormat: header.groupsHeaderFormat,
    clock: () => 0,
    warnOfSize: () => undefined,
    ...more,
  });
}
