// Can a name that HTTP would trim pass for somebody else's?
import { headersWith } from './jane.ts';

const { requestHeaders } = headersWith();

test.each([
  ['admin\n', 'admin%0A'],
  ['\r\n admin', '%0D%0A%20admin'],
  ['\u0000admin\t', '%00admin%09'],
  ['boss@corp.example ', 'boss@corp.example%20'],
  ['a\r\nX-Evil: 1', 'a  X-Evil: 1'],
  ['admin', 'admin'],
])('H-9: the user %j is %j to the application', (user, expected) => {
  const session = { id: 'i', user, email: '', preferredUsername: '', groups: [], signedInAtMs: 0, createdAtMs: 0 };
  expect(new Map(requestHeaders(session)).get('X-Forwarded-User')).toBe(expected);
});
