// The specification of src/lib/cipher-suites.ts.
import { getCiphers } from 'node:tls';
import { cipherSuites, knownCipherSuites } from '../../src/lib/cipher-suites.ts';

const tls13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

test.each<[string, readonly string[], ReturnType<typeof cipherSuites>]>([
  [
    'suites go by other names in OpenSSL, and those of TLS 1.3 are always there',
    ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_256_CBC_SHA'],
    { openssl: `${tls13}:ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA`, unknown: [], broken: [] },
  ],
  [
    'with those of TLS 1.3 alone nothing else is offered',
    ['TLS_AES_128_GCM_SHA256'],
    { openssl: tls13, unknown: [], broken: [] },
  ],
  [
    'what is broken is told apart from what nobody knows',
    ['TLS_RSA_WITH_RC4_128_SHA', 'TLS_NOPE', 'ECDHE-RSA-AES128-GCM-SHA256'],
    { openssl: tls13, unknown: ['TLS_NOPE', 'ECDHE-RSA-AES128-GCM-SHA256'], broken: ['TLS_RSA_WITH_RC4_128_SHA'] },
  ],
  ['a name of every object is no suite', ['constructor'], { openssl: tls13, unknown: ['constructor'], broken: [] }],
])('%s', (_, names, expected) => {
  expect(cipherSuites(names)).toEqual(expected);
});

test.each(knownCipherSuites.map((name) => [name]))('OpenSSL has %s', (name) => {
  for (const suite of cipherSuites([name]).openssl.split(':')) expect(getCiphers()).toContain(suite.toLowerCase());
});
