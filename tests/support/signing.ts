// How does a provider sign, honestly or not?
import { constants, createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Made once: RSA keys are slow to find. */
const rsa1 = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa2 = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const publicPem = String(rsa1.publicKey.export({ type: 'spki', format: 'pem' }));

export type Jwk = Readonly<Record<string, unknown>>;

function jwk(key: KeyObject, members: Jwk): Jwk {
  return { ...key.export({ format: 'jwk' }), ...members };
}

/** Public keys as a key set lists them. */
export const published = {
  rsa1: jwk(rsa1.publicKey, { kid: 'rsa1', use: 'sig', alg: 'RS256' }),
  rsa2: jwk(rsa2.publicKey, { kid: 'rsa2', use: 'sig', alg: 'RS256' }),
  ec: jwk(ec.publicKey, { kid: 'ec', use: 'sig', alg: 'ES256' }),
};

/** Makes the signature over `header.payload`. */
export type Signer = (input: string) => Buffer;

export const signers = {
  rsa1: (input) => signWith('sha256', Buffer.from(input), rsa1.privateKey),
  rsa2: (input) => signWith('sha256', Buffer.from(input), rsa2.privateKey),
  pss: (input) =>
    signWith('sha256', Buffer.from(input), {
      key: rsa1.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    }),
  ec: (input) => signWith('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
  nothing: () => Buffer.alloc(0),
  zeros: () => Buffer.alloc(64),
  bitFlipped: (input) => {
    const signature = signWith('sha256', Buffer.from(input), rsa1.privateKey);
    signature[10] = (signature[10] ?? 0) ^ 1;
    return signature;
  },
  publicKeyAsSecret: (input) => createHmac('sha256', publicPem).update(input).digest(),
} as const satisfies Record<string, Signer>;

export function hmacSigner(secret: string): Signer {
  return (input) => createHmac('sha256', secret).update(input).digest();
}

export interface JwtParts {
  /** Members set to undefined are left out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Claims, or the payload as text. */
  readonly payload: Readonly<Record<string, unknown>> | string;
  readonly signer?: Signer;
}

export function jwt({ header, payload, signer = signers.rsa1 }: JwtParts): string {
  const head = JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'rsa1', ...header });
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const input = `${base64url(head)}.${base64url(body)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
