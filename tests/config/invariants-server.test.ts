// Which listeners are refused before they are opened, and what is warned of?
import { readFileSync } from 'node:fs';

import { needs } from '../support/needs.ts';
import { startWorkshop, type MadePair, type Workshop } from '../support/tls.ts';
import { load, loadOnly, good, refusal } from './given.ts';

const tls = ['--tls-cert-file=c', '--tls-key-file=k'];
const metricsTls = ['--metrics-tls-cert-file=c', '--metrics-tls-key-file=k'];

needs('openssl')('listeners', () => {
  let workshop: Workshop;
  const made = new Map<string, MadePair>();
  beforeAll(() => {
    workshop = startWorkshop();
    for (const name of ['a', 'b']) made.set(name, workshop.make(name));
  });
  afterAll(() => workshop.close());

  const files = () => ({
    c: made.get('a')?.cert ?? '',
    k: made.get('a')?.key ?? '',
    other: made.get('b')?.key ?? '',
    text: 'x',
  });
  const started = (argv: readonly string[]) => load({ argv, files: files() });
  const linesOf = (argv: readonly string[]) =>
    refusal(() => started(argv)).problems.map(({ option, what, remedy }) => `${option} ${what}; hint: ${remedy}`);

  // prettier-ignore
  test.each<[string, readonly string[], readonly RegExp[]]>([
    ['a certificate without a key', ['--tls-cert-file=c'], [/^--tls-key-file is required because of --tls-cert-file/]],
    ['a key without a certificate', ['--tls-key-file=k'], [/^--tls-cert-file is required because of --tls-key-file/]],
    ['files that are missing, both at once', ['--tls-cert-file=no.crt', '--tls-key-file=no.key'], [/^--tls-cert-file names "no\.crt", but there is no such file/, /^--tls-key-file names "no\.key", but there is no such file/]],
    ['a file that is missing and one that is none, both at once', ['--tls-cert-file=no.crt', '--tls-key-file=text'], [/^--tls-cert-file names "no\.crt", but there is no such file/, /^--tls-key-file names "text", which does not hold a private key/]],
    ['files that are something else', ['--tls-cert-file=text', '--tls-key-file=text'], [/^--tls-cert-file names "text", which does not hold a certificate/, /^--tls-key-file names "text", which does not hold a private key/]],
    ['a key of another certificate', ['--tls-cert-file=c', '--tls-key-file=other'], [/^--tls-key-file names "other", which holds a key that does not belong to the certificate/]],
    ['376: an unknown version, and an unknown suite', [...tls, '--tls-min-version=TLS1.42', '--tls-cipher-suite=TLS_NOPE'], [/^--tls-min-version must be TLS1\.2 or TLS1\.3 \(got "TLS1\.42"\)/, /^--tls-cipher-suite does not know "TLS_NOPE"; hint: choose from TLS_AES_128_GCM_SHA256, .*TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256/]],
    ['an old version', [...tls, '--tls-min-version=TLS1.1'], [/^--tls-min-version must be TLS1\.2 or TLS1\.3/]],
    ['broken suites alone', [...tls, '--tls-cipher-suite=TLS_RSA_WITH_RC4_128_SHA'], [/^--tls-cipher-suite names only what is broken: "TLS_RSA_WITH_RC4_128_SHA"/]],
    ['an https address that is none', [...tls, '--https-address=:notaport'], [/^--https-address cannot be listened at \(got ":notaport"\): "notaport" is not a port number/]],
    ['a socket for https', [...tls, '--https-address=fd:3'], [/^--https-address cannot be listened at/]],
    ['no listener with a certificate', [...tls, '--https-address=-'], [/^--https-address turns the only listener off/]],
    ['no listener without one', ['--http-address=-'], [/^--http-address turns the only listener off/]],
    ['--force-https without a certificate', ['--force-https'], [/^--force-https needs an https listener; hint: give --tls-cert-file and --tls-key-file, or let nginx redirect/]],
    ['metrics over https without a certificate', ['--metrics-secure-address=:9443'], [/^--metrics-secure-address needs --metrics-tls-cert-file and --metrics-tls-key-file/]],
    ['metrics over https with a wrong key', ['--metrics-secure-address=:9443', '--metrics-tls-cert-file=c', '--metrics-tls-key-file=other'], [/^--metrics-tls-key-file names "other", which holds a key that does not belong/]],
  ])('%s', (_, argv, expected) => {
    const lines = linesOf(argv);
    expect(lines).toHaveLength(expected.length);
    for (const line of expected) expect(lines).toContainEqual(expect.stringMatching(line));
    expect(lines.join('\n')).not.toContain('PRIVATE KEY-----\n');
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      'a plain address that a certificate switches off',
      [...tls, '--http-address=:80'],
      /^--http-address is not listened at: with a certificate/,
    ],
    [
      'an https address without a certificate',
      ['--https-address=:8443'],
      /^--https-address is not listened at without --tls-cert-file/,
    ],
    [
      'a version that means nothing',
      ['--tls-min-version=TLS1.42'],
      /^--tls-min-version means nothing without --tls-cert-file/,
    ],
    [
      'suites that mean nothing',
      ['--tls-cipher-suite=TLS_NOPE'],
      /^--tls-cipher-suite means nothing without --tls-cert-file/,
    ],
    [
      'a certificate for metrics without an address',
      metricsTls,
      /^--metrics-tls-cert-file means nothing without --metrics-secure-address/,
    ],
    [
      'a broken suite among good ones',
      [...tls, '--tls-cipher-suite=TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_AES_128_GCM_SHA256'],
      /^--tls-cipher-suite: "TLS_RSA_WITH_RC4_128_SHA" is broken and not offered/,
    ],
  ])('%s is warned of and starts', (_, argv, line) => {
    expect(started(argv).warnings.filter((warning) => line.test(warning))).toHaveLength(1);
  });

  test('a certificate that has expired is warned of and starts', () => {
    const { certFile, keyFile } = workshop.make('expired', 'ec', -1);
    const text = (path: string) => readFileSync(path, 'utf8');
    const { warnings } = load({ argv: tls, files: { c: text(certFile), k: text(keyFile) } });
    expect(warnings).toContainEqual(expect.stringMatching(/^--tls-cert-file: the certificate has expired on \d{4}-/));
  });

  test.each<[string, readonly string[], string, string]>([
    ['367: without a certificate http alone', [], '127.0.0.1:4180', ''],
    ['368: with one https alone', tls, '', ':443'],
    ['wherever', [...tls, '--https-address=127.0.0.1:8443', '--http-address=:80'], '', '127.0.0.1:8443'],
  ])('%s', (_, argv, http, https) => {
    const { httpAddress, httpsAddress } = started(argv).config.server;
    expect([httpAddress, httpsAddress]).toEqual([http, https]);
  });

  test('certificate and key in one file, from a TOML file', () => {
    const { c, k } = files();
    const toml =
      'tls_cert_file = "both.pem"\ntls_key_file = "both.pem"\ntls_cipher_suites = ["TLS_AES_128_GCM_SHA256"]\n';
    expect(loadOnly({ argv: good, toml, files: { 'both.pem': c + k } }).config.server.tlsCertFile).toBe('both.pem');
  });
});
