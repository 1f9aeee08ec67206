// The specification of src/lib/key-pair.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeKeyPair, type Judgement, type KeyPair } from '../../src/lib/key-pair.ts';
import { needs } from '../support/needs.ts';
import { startWorkshop, type MadePair, type Workshop } from '../support/tls.ts';

const dayMs = 24 * 3600 * 1000;

needs('openssl')('a certificate and its key', () => {
  let workshop: Workshop;
  let [one, other]: (MadePair | undefined)[] = [];
  beforeAll(() => {
    workshop = startWorkshop();
    [one, other] = [workshop.make('one'), workshop.make('other')];
  });
  afterAll(() => workshop.close());

  const pairOf = (make: (one: MadePair, other: MadePair) => KeyPair): KeyPair => {
    if (!one || !other) throw new Error('the certificates were not made');
    return make(one, other);
  };
  const judged = (pair: KeyPair, nowMs = Date.now()) => {
    const { expiresAtMs: _, ...judgement } = judgeKeyPair(pair, nowMs);
    return judgement;
  };

  test.each<[string, Parameters<typeof pairOf>[0], Judgement]>([
    ['fit', (a) => a, {}],
    ['fit in one text', (a) => ({ cert: a.key + a.cert, key: a.cert + a.key }), {}],
    [
      'fit behind notes and parameters',
      (a) => ({
        cert: `Subject: x\n${a.cert}`,
        key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${a.key}`,
      }),
      {},
    ],
    [
      'fit with line ends of Windows',
      (a) => ({ cert: a.cert.replaceAll('\n', '\r\n'), key: a.key.replaceAll('\n', '\r\n') }),
      {},
    ],
    ['fit with an issuer behind', (a, b) => ({ cert: a.cert + b.cert, key: a.key }), {}],
    [
      'do not, with the issuer in front',
      (a, b) => ({ cert: b.cert + a.cert, key: a.key }),
      { certProblem: 'begins with the certificate of an issuer; the one of this server must come first' },
    ],
    [
      'do not belong together',
      (a, b) => ({ cert: a.cert, key: b.key }),
      { keyProblem: 'holds a key that does not belong to the certificate' },
    ],
    [
      'are both something else',
      () => ({ cert: 'x', key: 'y' }),
      {
        certProblem: 'does not hold a certificate (-----BEGIN CERTIFICATE-----)',
        keyProblem: 'does not hold a private key (-----BEGIN PRIVATE KEY-----)',
      },
    ],
    [
      'are mixed up',
      (a) => ({ cert: a.key, key: a.cert }),
      {
        certProblem: 'does not hold a certificate (-----BEGIN CERTIFICATE-----)',
        keyProblem: 'does not hold a private key (-----BEGIN PRIVATE KEY-----)',
      },
    ],
    [
      'are cut off',
      (a) => ({ cert: a.cert.slice(0, 200), key: a.key.slice(0, 60) }),
      {
        certProblem: 'does not hold a certificate (-----BEGIN CERTIFICATE-----)',
        keyProblem: 'does not hold a private key (-----BEGIN PRIVATE KEY-----)',
      },
    ],
    [
      'are garbled',
      (a) => ({ cert: a.cert.replace(/MII./, 'AAAA'), key: a.key.replace(/MI../, 'AAAA') }),
      { certProblem: 'holds a broken certificate (number 1)', keyProblem: 'holds a broken private key' },
    ],
    [
      'are garbled in the chain',
      (a, b) => ({ cert: a.cert + b.cert.replace(/MII./, 'AAAA'), key: a.key }),
      { certProblem: 'holds a broken certificate (number 2)', keyProblem: undefined },
    ],
  ])('%s', (_, make, expected) => {
    expect(judged(pairOf(make))).toEqual(expected);
  });

  test.each<[string, number, string | undefined]>([
    ['in three days it has expired', 3 * dayMs, 'has expired on '],
    ['yesterday it was not valid yet', -dayMs, 'is not valid before '],
    ['today it is good', 0, undefined],
  ])('%s: a warning, for clients decide that', (_, shiftMs, warning) => {
    const judgement = judged(
      pairOf((a) => a),
      Date.now() + shiftMs,
    );
    expect(judgement.warning).toEqual(warning && expect.stringMatching(new RegExp(`^${warning}\\d{4}-\\d\\d-\\d\\d$`)));
    expect([judgement.certProblem, judgement.keyProblem]).toEqual([undefined, undefined]);
  });

  test.each([['-traditional'], ['-topk8']])('a key with a passphrase is refused (%s)', (form) => {
    const { keyFile, cert } = pairOf((a) => a) as MadePair;
    const as = form === '-topk8' ? ['pkcs8', '-topk8', '-v2', 'aes-256-cbc'] : ['ec', '-aes256'];
    workshop.openssl(...as, '-in', keyFile, '-passout', 'pass:abc', '-out', 'locked.key');
    const { keyProblem } = judged({ cert, key: readFileSync(join(workshop.folder, 'locked.key'), 'utf8') });
    expect(keyProblem).toMatch(/^holds a private key with a passphrase/);
  });

  test('a key that is too short for OpenSSL is told in its words', () => {
    expect(judged(workshop.make('short', 'rsa:1024')).certProblem).toMatch(
      /^holds a certificate that OpenSSL refuses: .*too small/,
    );
  });
});
