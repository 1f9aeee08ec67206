import { signOutMarks } from '../../src/session/sign-out-marks.ts';

const session = {
  id: 'a',
  user: 'u',
  email: '',
  preferredUsername: '',
  groups: [],
  issuer: 'i',
  sid: 's',
  createdAtMs: 0,
};

test('a mark of the front channel ends what there is and locks nobody out of signing in again', async () => {
  let now = 1000;
  const marks = signOutMarks({ clock: () => now, lifetimeMs: 0, tokenLifetimeMs: 1000 });
  await marks.endSid({ issuer: 'i', sid: 's', isProven: false });
  expect(marks.isEnded({ ...session, signedInAtMs: 900 })).toBe(true);
  expect(marks.isEnded({ ...session, signedInAtMs: 1100 })).toBe(false);
  now = 2000;
  await marks.endSid({ issuer: 'i', sid: 's', isProven: true });
  expect(marks.isEnded({ ...session, signedInAtMs: 3000 })).toBe(true); // security B16
});
