// Can a name that HTTP would trim pass for somebody else's?
import { createIdentityHeaders } from '../../src/response/identity-headers.ts';
import { options } from '../../src/config/options.ts';
import type { Config } from '../../src/config/options.ts';

const header = Object.fromEntries(
  Object.entries(options.header).map(([name, { kind, ...row }]) => [
    name,
    kind.schema.parse('default' in row ? row.default : ''),
  ]),
) as Config['header'];
const { requestHeaders } = createIdentityHeaders({ header, clock: () => 0, warnOfSize: () => undefined });

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
