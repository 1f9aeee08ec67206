// The specification of src/policy/email-list.ts; the numbers are those of the reference's behaviour, section 25.13.
import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emailAdmission, loadEmailsFile, watchedEmailList } from '../../src/policy/email-list.ts';

test.each<[string, readonly string[], string, boolean]>([
  ['302: a dotted entry does not hold for its root', ['.example0.com'], 'foo.bar@example0.com', false],
  ['303: a dotted entry holds below', ['.example0.com'], 'foo@bar.example0.com', true],
  ['304: so does one with a star', ['*.example0.com'], 'foo@bar.example0.com', true],
  ['a star entry does not hold for its root', ['*.example0.com'], 'foo@example0.com', false],
  [
    '305: other subdomains are refused',
    ['us.example.com', 'de.example.com', 'example.com'],
    'global@au.example.com',
    false,
  ],
  ['306: a glued domain is no subdomain', ['.example.com'], 'something@fooexample.com', false],
  ['307: however evil', ['.mycompany.com'], 'something@evilhackmycompany.com', false],
  ['308: nothing configured admits nobody', [], 'foo.bar@example.com', false],
  ['309: the domain itself', ['example.com'], 'foo.bar@example.com', true],
  ['311: an entry in capitals', ['Frobozz.Com'], 'foo.bar@frobozz.com', true],
  ['an address in capitals', ['company.com'], 'A@COMPANY.com', true],
  ['313: a longer domain', ['company.com'], 'foo@evilcompany.com', false],
  ['a star admits whatever is an e-mail to the provider', ['example.com', '*'], 'not-an-address', true],
  ['a star does not admit a missing address', ['*'], '', false],
  ['no name before the domain, as in the reference', ['company.com'], '@company.com', true],
  ['an empty entry admits nobody', [''], 'a@', false],
])('%s', (_, emailDomains, email, admitted) => {
  expect(emailAdmission({ emailDomains })(email)).toBe(admitted);
});

describe.each(['company.com', '.company.com', '*.company.com'])('A12: with --email-domain=%s', (entry) => {
  test.each([
    ['', 'no address'],
    ['attacker@evil.com@company.com', 'two signs (row 314)'],
    ['attacker@evil.com@a.company.com', 'two signs, below'],
    ['"a@evil.com"@company.com', 'a sign in quotes'],
    ['a@company.com\n', 'a line break behind'],
    ['a@evil.com\n@company.com', 'a line break within'],
    ['a\n@a.company.com', 'a line break in the name'],
    ['a@company.com\0', 'a NUL behind'],
    ['a@company.com.', 'a trailing dot'],
    ['a@.company.com', 'an empty label'],
    ['a@c\u043empany.com', 'a Cyrillic look-alike'],
    ['a@\uff43ompany.com', 'a full-width look-alike'],
    ['company.com', 'no sign'],
  ])('%j is refused: %s', (email) => {
    expect(emailAdmission({ emailDomains: [entry] })(email)).toBe(false);
  });
});

test('A12: the Kelvin sign does not become a k', () => {
  expect(emailAdmission({ emailDomains: ['bank.com'] })('a@ban\u212a.com')).toBe(false);
});

test('an address that is listed needs no domain, and the other way round', () => {
  const admits = emailAdmission({ emailDomains: ['corp.test'], isListed: (email) => email === 'guest@other.test' });
  expect(['a@corp.test', 'Guest@Other.test', 'b@other.test'].map(admits)).toEqual([true, true, false]);
});

test.each<[string, string, readonly string[]]>([
  ['310: capitals', 'Foo.Bar@Example.Com\n', ['foo.bar@example.com']],
  ['312: blanks around', '   foo.bar@example.com   \n', ['foo.bar@example.com']],
  ['comments', '# people\na@x.test\n', ['a@x.test']],
  ['further fields', 'a@x.test,Anna\nb@x.test,Bert\n', ['a@x.test', 'b@x.test']],
  ['empty lines and fields', '\na@x.test\n   \n', ['a@x.test']],
])('an e-mails file may have %s', (_, text, expected) => {
  expect(loadEmailsFile(text)).toEqual({ kind: 'emails', emails: new Set(expected) });
});

test('an e-mails file whose lines differ in length is malformed', () => {
  expect(loadEmailsFile('a@x.test\nb@x.test,Bert\n')).toEqual({
    kind: 'malformed',
    because: 'line 2: 2 fields instead of 1',
  });
});

describe('a watched list', () => {
  const intervalMs = 20;
  let folder = '';
  let path = '';
  let errors: string[] = [];
  const logger = { info: () => {}, error: (message: string) => void errors.push(message) };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emails-'));
    path = join(folder, 'emails');
    errors = [];
    writeFileSync(path, 'jane@x.test\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function until(holds: () => boolean): Promise<void> {
    for (let tries = 0; tries < 250 && !holds(); tries++) await sleep(10);
  }

  test('follows its file, in place and by rename', async () => {
    const list = watchedEmailList(path, logger, intervalMs);
    expect([list.has('jane@x.test'), list.has('joe@x.test')]).toEqual([true, false]);

    writeFileSync(path, 'joe@x.test\n');
    await until(() => list.has('joe@x.test'));
    expect([list.has('jane@x.test'), list.has('joe@x.test')]).toEqual([false, true]);

    writeFileSync(`${path}.new`, 'jane@x.test\n');
    renameSync(`${path}.new`, path);
    await until(() => list.has('jane@x.test'));
    expect([list.has('jane@x.test'), list.has('joe@x.test')]).toEqual([true, false]);
    list.close();
  });

  test('keeps the last good list when the file turns bad, and says so', async () => {
    const list = watchedEmailList(path, logger, intervalMs);
    writeFileSync(path, 'joe@x.test\nhalf,writ');
    await until(() => errors.length > 0);
    expect([list.has('jane@x.test'), list.has('joe@x.test'), errors.length]).toEqual([true, false, 1]);
    list.close();
  });

  test('keeps the last good list when the file goes', async () => {
    const list = watchedEmailList(path, logger, intervalMs);
    unlinkSync(path);
    await sleep(5 * intervalMs);
    expect(list.has('jane@x.test')).toBe(true);
    list.close();
  });

  test('lists nobody when the file is malformed at the start', () => {
    writeFileSync(path, 'jane@x.test\nhalf,writ');
    const list = watchedEmailList(path, logger, intervalMs);
    expect(list.has('jane@x.test')).toBe(false);
    expect(errors).toEqual(['the e-mails file is malformed; until it is mended it lists nobody']);
    list.close();
  });

  test('throws when the file is missing at the start', () => {
    expect(() => watchedEmailList(join(folder, 'none'), logger, intervalMs)).toThrow('ENOENT');
  });
});
