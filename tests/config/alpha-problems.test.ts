// Is every mistake in the structured configuration told, with its place, and what to do?
import { describe, expect, test } from '@jest/globals';
import { good, loadAlpha, providers, server } from './alpha-given.ts';
import { refusal, type Place } from './given.ts';

const header = (text: string) => `injectRequestHeaders:\n  - ${text}\n${good}`;
const value = (text: string) => header(`{name: X-A, values: [${text}]}`);
const upstream = (...texts: readonly string[]) =>
  `upstreamConfig:\n  upstreams:\n${texts.map((text) => `    - ${text}\n`).join('')}${good}`;
const parameter = (text: string) => `${server}\n${providers(`    loginURLParameters: [${text}]`)}`;

test.each<[string, string, RegExp]>([
  ['an unknown section', `cookie: {}\n${good}`, /^cookie in alpha\.yaml:1 is not a known field/],
  [
    'a misspelt field',
    `${server}\n${providers('    clientIDs: x')}`,
    /^providers\[0\]\.clientIDs in alpha\.yaml:7 is not a known field; hint: did you mean clientID\?$/,
  ],
  ['upstreams as they once stood', `upstreams: []\n${good}`, /^upstreams in .* hint: it stands below upstreamConfig$/],
  [
    'a value as up to v7.13',
    value('{claim: user}'),
    /values\[0\]\.claim in alpha\.yaml:2 .* hint: write claimSource: \{claim: …\}$/,
  ],
  ['a secret as up to v7.13', value('{fromEnv: X}'), /hint: write secretSource: \{fromEnv: …\}$/],
  [
    'a key twice',
    good.replace('clientID: app', 'clientID: app\n    ClientId: b'),
    /ClientId in alpha\.yaml:\d is there twice, in different case/,
  ],
  [
    'a number for a text',
    good.replace('app', '42'),
    /^providers\[0\]\.clientID in alpha\.yaml:5 must be a text \(got 42\); hint: put it in quotes$/,
  ],
  [
    'a text for a list',
    `${server}\n${providers('    allowedGroups: a')}`,
    /allowedGroups .* must be a list \(got "a"\)$/,
  ],
  [
    'a text for a switch',
    `${server}\n${providers('', '      skipDiscovery: "yes"')}`,
    /oidcConfig\.skipDiscovery .* must be true or false \(got "yes"\)$/,
  ],
  ['a section that is a list', `server: []\n${providers()}`, /^server in alpha\.yaml:1 must be a map of fields$/],
  [
    'an unknown word',
    good.replace('provider: oidc', 'provider: oidcx'),
    /^providers\[0\]\.provider in alpha\.yaml:4 must be one of oidc, .*\(got "oidcx"\)$/,
  ],
  ['no provider', `${server}\nproviders: []`, /^providers in alpha\.yaml:2 must name a provider$/],
  [
    'two providers',
    good + providers().replace('providers:\n', '').replace('id: main', 'id: b'),
    /^providers\[1\] in alpha\.yaml:\d+ is one too many; hint: /,
  ],
  ['no id', good.replace('id: main\n    provider', 'provider'), /^providers\[0\] in alpha\.yaml:3 needs an id/],
  ['no client ID', good.replace('clientID: app', ''), /^providers\[0\]\.clientID is required/],
  [
    'no secret',
    good.replace('clientSecret: s3cret-of-the-client', ''),
    /^providers\[0\]\.clientSecret is required, or providers\[0\]\.clientSecretFile/,
  ],
  [
    'no issuer',
    good.replace('issuerURL: https://id.example', 'emailClaim: x'),
    /^providers\[0\]\.oidcConfig\.issuerURL is required/,
  ],
  [
    'a plain word for an URL',
    good.replace('https://id.example', 'id'),
    /^providers\[0\]\.oidcConfig\.issuerURL in alpha\.yaml:9 must be a URL/,
  ],
  ['no listener', providers(), /^server\.bindAddress in alpha\.yaml turns the only listener off; hint: write 127/],
  [
    'https without a certificate',
    `server: {secureBindAddress: ":443"}\n${providers()}`,
    /^server\.secureBindAddress in alpha\.yaml:1 needs server\.tls\.cert and server\.tls\.key$/,
  ],
  [
    'a key that is none',
    `server: {secureBindAddress: ":443", tls: {key: {value: s3cret}, cert: {fromFile: c}}}\n${providers()}`,
    /^server\.tls\.key in alpha\.yaml:1 holds nothing in PEM form; hint: a path goes into fromFile$/,
  ],
  [
    'a wrong version for the metrics',
    `metricsServer: {secureBindAddress: ":1", tls: {minVersion: TLS1, cert: {fromFile: c}, key: {fromFile: k}}}\n${good}`,
    /^metricsServer\.tls\.minVersion in alpha\.yaml:1 must be TLS1\.2 or TLS1\.3 \(got "TLS1"\)$/,
  ],
  [
    'ADFS',
    `${server}\n${providers('    ADFSConfig: {skipScope: true}')}`,
    /^providers\[0\]\.ADFSConfig in alpha\.yaml:7 is not supported yet$/,
  ],
  ['a header without a name', header('{values: []}'), /^injectRequestHeaders\[0\] in alpha\.yaml:2 needs a name/],
  ['a header with a blank', header('{name: "X A"}'), /name in alpha\.yaml:2 "X A" is no name of a header/],
  [
    'a header that ends a message',
    header('{name: Content-Length}'),
    /"Content-Length" cannot be set: it belongs to the connection$/,
  ],
  ['the host', header('{name: Host}'), /"Host" cannot be set.*hint: passHostHeader/],
  [
    'a header twice',
    header('{name: A}\n  - {name: A}'),
    /^injectRequestHeaders\[1\]\.name in alpha\.yaml:3 "A" is there twice/,
  ],
  ['a value without a source', value('{}'), /values\[0\] in alpha\.yaml:2 needs a secretSource or a claimSource$/],
  [
    'a value with two sources',
    value('{secretSource: {value: a}, claimSource: {claim: a}}'),
    /has two sources; hint: make them two values$/,
  ],
  [
    'a claim without a name',
    value('{claimSource: {}}'),
    /claimSource in alpha\.yaml:2 needs a claim; hint: claim: email$/,
  ],
  [
    'an empty secret',
    value('{secretSource: {}}'),
    /secretSource in alpha\.yaml:2 needs one of value, fromEnv or fromFile$/,
  ],
  [
    'two secrets in one',
    value('{secretSource: {value: a, fromEnv: B}}'),
    /has more than one of value, fromEnv or fromFile; hint: leave one/,
  ],
  [
    'a variable that is not set',
    value('{secretSource: {fromEnv: NOT_SET}}'),
    /secretSource\.fromEnv .* names the environment variable "NOT_SET", which has no value$/,
  ],
  [
    'a file that is not there',
    value('{secretSource: {fromFile: none}}'),
    /secretSource\.fromFile .* names "none", but there is no such file$/,
  ],
  [
    'an upstream without path',
    upstream('{id: a, uri: "http://a"}'),
    /^upstreamConfig\.upstreams in alpha\.yaml:2 "a" has no path/,
  ],
  [
    'two upstreams in one place',
    upstream('{id: a, path: /, uri: "http://a"}', '{id: b, path: /, uri: "http://b"}'),
    /"b" and "a" both have the path "\/"/,
  ],
  ['an upstream of no scheme', upstream('{id: a, path: /, uri: "a:80"}'), /"a" must begin with http/],
  [
    'a duration without unit',
    upstream('{id: a, path: /, uri: "http://a", timeout: "7"}'),
    /upstreams\[0\]\.timeout in alpha\.yaml:3 must be a duration .*\(got "7"\)$/,
  ],
  [
    'a parameter without a name',
    parameter('{default: [a]}'),
    /^providers\[0\]\.loginURLParameters\[0\] in alpha\.yaml:7 needs a name/,
  ],
  ['a parameter twice', parameter('{name: a}, {name: a}'), /loginURLParameters\[1\]\.name .* "a" is there twice/],
  ['a rule of nothing', parameter('{name: a, allow: [{}]}'), /allow\[0\] in alpha\.yaml:7 needs a value or a pattern$/],
  [
    'a rule of two things',
    parameter('{name: a, allow: [{value: a, pattern: a}]}'),
    /allow\[0\] .* has both a value and a pattern$/,
  ],
  [
    'a pattern that is none',
    parameter('{name: a, allow: [{pattern: "("}]}'),
    /allow\[0\]\.pattern .* "\(" is no regular expression/,
  ],
  ['F-3: the state', parameter('{name: state, allow: [{pattern: ".*"}]}'), /"state" is set by the service itself$/],
  [
    'where to go',
    parameter('{name: redirect_uri, default: [x]}'),
    /"redirect_uri" is set by the service itself; hint: --redirect-url has it$/,
  ],
  ['the scope', parameter('{name: scope, default: [x]}'), /"scope" is set by the service itself; hint: scope has it$/],
])('%s', (_, yaml, expected) => {
  const { problems } = refusal(() => loadAlpha(yaml));
  const lines = problems.map(({ option, what, remedy }) => `${option} ${what}${remedy ? `; hint: ${remedy}` : ''}`);
  expect(lines).toContainEqual(expect.stringMatching(expected));
});

describe('all at once', () => {
  test('what has the wrong shape, what means nothing, and what options say wrong', () => {
    const yaml = `nonsense: 1\n${header('{name: "X A"}').replace('clientID: app', 'clientID: 7')}`;
    const { problems } = refusal(() => loadAlpha(yaml, { argv: ['--cookie-samesite=x'] }));
    expect(problems.map(({ option }) => option).toSorted()).toEqual([
      '--cookie-samesite',
      'injectRequestHeaders[0].name in alpha.yaml:3',
      'nonsense in alpha.yaml:1',
      'providers[0].clientID in alpha.yaml:8',
    ]);
  });
});

test.each<[string, Place, number, RegExp]>([
  [
    'a flag',
    { argv: ['--upstream=http://a'] },
    2,
    /--upstream cannot be given together with --alpha-config; hint: upstreamConfig\.upstreams takes its place/,
  ],
  [
    'a key',
    { toml: 'client_id = "x"' },
    1,
    /client_id in proxy\.cfg cannot be given .* hint: providers\[0\]\.clientID takes its place/,
  ],
])('%s whose place the file has taken is refused, as in the reference', (_, place, exitCode, expected) => {
  const error = refusal(() => loadAlpha(good, place));
  expect(error.message).toMatch(expected);
  expect(error.exitCode).toBe(exitCode);
});

test.each<[string, string, RegExp]>([
  ['bad YAML', 'providers: [\n', /--alpha-config alpha\.yaml is not valid YAML: line 2, column \d+: /],
  ['a key twice', `${good}${server}\n`, /is not valid YAML: line 11, column 1: duplicate key/],
  ['an alias of nothing', 'server: *nothing\n', /is not valid YAML|cannot be followed/],
  ['no map', 'hello', /^ {2}alpha\.yaml must be a map of fields$/m],
])('%s stops the start at once', (_, yaml, expected) => {
  expect(refusal(() => loadAlpha(yaml)).message).toMatch(expected);
});

test('a file that is not there is named', () => {
  const error = refusal(() => loadAlpha(good, { argv: ['--alpha-config=none.yaml'] }));
  expect(error.problems).toEqual([{ option: '--alpha-config', what: 'names "none.yaml", but there is no such file' }]);
});

test('O-3: no secret is in a problem', () => {
  const yaml = `${value('{secretSource: {value: {s3cret-1: 2}}}').replace('s3cret-of-the-client', '[s3cret-2]')}\n"s3cret-3`;
  const also = good.replace('s3cret-of-the-client', '31337').replace('clientID: app', 'clientID: [s3cret-4]');
  for (const text of [yaml, also]) {
    const { message } = refusal(() => loadAlpha(text));
    expect(message).not.toMatch(/s3cret|31337/);
  }
});

test('tokens that a minimal session does not hold cannot be passed on', () => {
  const yaml = value('{claimSource: {claim: access_token}}');
  expect(refusal(() => loadAlpha(yaml, { argv: ['--session-cookie-minimal'] })).message).toMatch(
    /--session-cookie-minimal leaves out the access_token, which the header "X-A" needs/,
  );
});
