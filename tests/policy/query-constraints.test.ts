// The specification of src/policy/query-constraints.ts; numbers are those of the reference's behaviour, section 25.7.
import { constraintsOf } from '../../src/policy/query-constraints.ts';
import { isMember } from '../../src/policy/requirement.ts';
import type { Session } from '../../src/session/session.ts';

const session = (facts: Partial<Session>): Session => ({
  id: 'id',
  user: 'user-1',
  email: 'toto@example.com',
  preferredUsername: '',
  groups: [],
  signedInAtMs: 0,
  createdAtMs: 0,
  ...facts,
});

/** Names of the constraints that the session does not meet. */
const unmet = (facts: Partial<Session>, query: string) =>
  constraintsOf(new URLSearchParams(query))
    .filter((requirement) => !requirement.accepts(session(facts)))
    .map(({ name }) => name);

test.each<[string, readonly string[], string, boolean]>([
  ['no query asks nothing', ['a'], '', true],
  ['131: one of the groups', ['a', 'c'], 'allowed_groups=a,b', true],
  ['135: none of the groups', ['c'], 'allowed_groups=a,b', false],
  ['129: a repeated parameter adds alternatives', ['b'], 'allowed_groups=a&allowed_groups=b,d', true],
  ['no groups at all', [], 'allowed_groups=a', false],
  ['an empty value asks nothing', ['c'], 'allowed_groups=', true],
  ['only commas ask nothing', ['c'], 'allowed_groups=,,', true],
  ['case counts', ['Dev'], 'allowed_groups=dev', false],
  ['a group with a blank', ['a b'], 'allowed_groups=a+b', true],
  ['blanks are not trimmed', ['b'], 'allowed_groups=a,+b', false],
  ['H-9: a group with a comma is one group', ['a,b'], 'allowed_groups=a,b', false],
  ['a path of Keycloak', ['/org/team'], 'allowed_groups=%2Forg%2Fteam', true],
  ['a name of Object.prototype is no group', [], 'allowed_groups=constructor,__proto__', false],
  ['an unknown parameter asks nothing', ['a'], 'allowed_roles=x', true],
])('groups: %s', (_, groups, query, accepted) => {
  expect(unmet({ groups }, query)).toEqual(accepted ? [] : ['allowed_groups']);
});

test.each<[string, string, string, boolean]>([
  ['147: the domain', 'toto@example.com', 'example.com', true],
  ['148: a subdomain is another domain', 'toto@example.com', 'a.example.com', false],
  ['149: one of a list', 'toto@example.com', 'a.example.com,example.com', true],
  ['150: a star holds below', 'toto@foo.example.com', '*.example.com', true],
  ['a star holds for the root', 'toto@example.com', '*.example.com', true],
  ['a dot holds for the root', 'toto@example.com', '.example.com', true],
  ['a dot holds below', 'toto@foo.example.com', '.example.com', true],
  ['151: not above', 'toto@example.com', '*.a.example.com', false],
  ['152: a star in a list', 'toto@c.example.com', 'a.b.c.example.com,*.c.example.com', true],
  ['A12, 153: two signs', 'attacker@evil.com@example.com', 'example.com', false],
  ['A12, 154: two signs with a star', 'attacker@evil.com@foo.example.com', '*.example.com', false],
  ['A12, 155: two signs with a dot', 'attacker@evil.com@foo.example.com', '.example.com', false],
  ['A12: no name', '@example.com', 'example.com', false],
  ['A12: a line break behind', 'a@example.com\n', 'example.com', false],
  ['A12: a trailing dot', 'a@example.com.', 'example.com', false],
  ['A12: case counts', 'toto@EXAMPLE.com', 'example.com', false],
  ['a glued domain', 'toto@evilexample.com', 'example.com', false],
  ['a glued domain and a dot', 'toto@evilexample.com', '.example.com', false],
  ['a bare star is no pattern', 'toto@example.com', '*', false],
  ['no sign', 'toto', 'example.com', false],
  ['no address', '', 'example.com', false],
  ['an entry with a port never holds', 'toto@example.com', 'example.com:443', false],
  ['an entry with any port does', 'toto@example.com', 'example.com:*', true],
  ['so does one with an empty port', 'toto@example.com', 'example.com:', true],
  ['an entry with a port still asks something', 'toto@example.com', ':443', false],
])('domains: %s', (_, email, domains, accepted) => {
  expect(unmet({ email }, `allowed_email_domains=${domains}`)).toEqual(accepted ? [] : ['allowed_email_domains']);
});

test.each<[string, string, string, boolean]>([
  ['156: the address', 'toto@example.com', 'toto@example.com', true],
  ['157: another address', 'toto@example.com', 'tete@example.com', false],
  ['158: one of a list', 'toto@example.com', 'tete@example.com,toto@example.com', true],
  ['case counts', 'Toto@example.com', 'toto@example.com', false],
  ['no address', '', 'toto@example.com', false],
])('e-mails: %s', (_, email, emails, accepted) => {
  expect(unmet({ email }, `allowed_emails=${emails}`)).toEqual(accepted ? [] : ['allowed_emails']);
});

test('all constraints must hold', () => {
  const facts = { groups: ['a'] };
  expect(unmet(facts, 'allowed_groups=a&allowed_emails=toto@example.com&allowed_email_domains=example.com')).toEqual(
    [],
  );
  expect(unmet(facts, 'allowed_groups=b&allowed_emails=x@example.com&allowed_email_domains=example.com')).toEqual([
    'allowed_groups',
    'allowed_emails',
  ]);
});

test.each<[string, Pick<Session, 'groups' | 'roles'>, string, boolean]>([
  ['a role', { groups: [], roles: ['admin'] }, 'role:admin', true],
  ['a role of a client', { groups: [], roles: ['app:reader'] }, 'role:app:reader', true],
  ['a plain group that is called like a role', { groups: ['role:admin'], roles: [] }, 'role:admin', false],
  ['a role that is called like a group', { groups: [], roles: ['staff'] }, 'staff', false],
  ['a group beside roles', { groups: ['staff'], roles: [] }, 'staff', true],
  ['a group called so where the provider has no roles', { groups: ['role:admin'] }, 'role:admin', true],
])('N10: %s', (_, facts, wanted, member) => {
  expect(isMember(facts, wanted)).toBe(member);
  expect(unmet(facts, `allowed_groups=${wanted}`)).toEqual(member ? [] : ['allowed_groups']);
});
