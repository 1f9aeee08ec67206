// Who is signed in, in the bench? Many people who differ in nothing that costs.
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Session } from '../../src/session/session.ts';

const groups = ['staff', 'wiki-editors', 'vpn'];
/** With these a sealed session is a Cookie header of 2.5 KB, as in the measurements that the goals come from. */
const accessTokenLength = 1_050;
const refreshTokenLength = 500;

export function emailOf(i: number): string {
  return `user-${i}@example.com`;
}

export function sessionOf(i: number): Session {
  const now = Date.now();
  return {
    id: `bench-session-${i}`,
    user: `0b5c1a7e-2f4d-4c8e-9a61-${String(i).padStart(12, '0')}`,
    email: emailOf(i),
    preferredUsername: `user-${i}`,
    groups,
    accessToken: noise(accessTokenLength, i),
    refreshToken: noise(refreshTokenLength, i + 1),
    issuer: 'http://127.0.0.1:9',
    subject: `subject-${i}`,
    signedInAtMs: now,
    createdAtMs: now,
    expiresAtMs: now + 24 * 3600_000,
  };
}

/** Makes the provider say of whoever signs in that it is the first of these people. */
export function introduce(idp: BendableIdp): void {
  const { user, email, preferredUsername, accessToken, refreshToken } = sessionOf(0);
  idp.bends.claims = { sub: user, email, email_verified: true, preferred_username: preferredUsername, groups };
  idp.bends.tokens = { access_token: accessToken, refresh_token: refreshToken };
}

/** Text that does not compress, as signatures do not, and that is the same in every run. */
function noise(length: number, seed: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let state = (seed + 1) * 2654435761;
  let text = '';
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += alphabet[state >>> 26];
  }
  return text;
}
