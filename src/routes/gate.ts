// Who may use the endpoints that begin or end a session? Not pages of other sites behind the user's back (security F-4).
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/options.ts';
import { Problem } from '../lib/problem.ts';
import { kindOfRequest } from '../request/navigation.ts';

/** Cross-site requests that are no navigation change nothing and get 403: `<img src=…/sign_out>` on a strange page. */
export function refuseStrangers(req: IncomingMessage): void {
  if (kindOfRequest(req.headers).kind !== 'cross-site') return;
  throw new Problem({
    status: 403,
    reason: 'cross_site_request',
    message: 'This address can only be opened directly, not from within another site.',
  });
}

/** With --sign-out-confirm=always a session ends by no link of another site; who cannot say where it came from is not believed. */
export function mayEndUnasked({ headers }: IncomingMessage, mode: Config['signOut']['signOutConfirm']): boolean {
  return mode !== 'always' || ['same-origin', 'none'].includes(String(headers['sec-fetch-site']));
}

/** A sign-in begins only in a navigation: an image, a script or a frame could not follow it anyway. */
export function refuseScripts(req: IncomingMessage): void {
  refuseStrangers(req);
  if (kindOfRequest(req.headers).kind === 'navigation') return;
  throw new Problem({
    status: 401,
    reason: 'not_a_navigation',
    message: 'Please open this address in a browser window to sign in.',
  });
}
