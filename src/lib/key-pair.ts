// Can a server prove who it is with this certificate and this private key?
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

/** Both in PEM; whatever else stands in the text does not matter, so one text may hold both. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Judgement {
  /** Completes "the file …". */
  readonly certProblem?: string | undefined;
  readonly keyProblem?: string | undefined;
  /** It works, but clients will not like it. */
  readonly warning?: string | undefined;
  readonly expiresAtMs?: number | undefined;
}

export function judgeKeyPair({ cert, key }: KeyPair, nowMs: number): Judgement {
  const chain = certificatesOf(cert);
  const certProblem = typeof chain === 'string' ? chain : undefined;
  const privateKey = privateKeyOf(key);
  if (typeof chain === 'string') return { certProblem, keyProblem: problemOf(privateKey) };
  const [leaf] = chain;
  const warning = leaf && warningOf(leaf, nowMs);
  const expiresAtMs = leaf?.validToDate.getTime();
  if (typeof privateKey === 'string') return { keyProblem: privateKey, warning, expiresAtMs };
  return { ...fit(chain, privateKey, { cert, key }), warning, expiresAtMs };
}

/** As text, what is wrong with it. */
function certificatesOf(text: string): readonly X509Certificate[] | string {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return 'does not hold a certificate (-----BEGIN CERTIFICATE-----)';
  const chain: X509Certificate[] = [];
  for (const block of blocks) {
    try {
      chain.push(new X509Certificate(block));
    } catch {
      return `holds a broken certificate (number ${chain.length + 1})`;
    }
  }
  return chain;
}

/** Blocks of another kind, such as EC PARAMETERS, are passed over. */
function privateKeyOf(text: string): KeyObject | string {
  const [block, kind] = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[^]*?-----END \1PRIVATE KEY-----/.exec(text) ?? [];
  if (block === undefined) return 'does not hold a private key (-----BEGIN PRIVATE KEY-----)';
  if (kind === 'ENCRYPTED ' || block.includes('Proc-Type: 4,ENCRYPTED')) {
    return 'holds a private key with a passphrase, which nobody could type in here; write it without';
  }
  try {
    return createPrivateKey(block);
  } catch {
    return 'holds a broken private key';
  }
}

function problemOf(key: KeyObject | string): string | undefined {
  return typeof key === 'string' ? key : undefined;
}

function fit([leaf, ...others]: readonly X509Certificate[], key: KeyObject, pair: KeyPair): Judgement {
  if (leaf?.checkPrivateKey(key)) return acceptance(pair);
  const isBehind = others.some((certificate) => certificate.checkPrivateKey(key));
  return isBehind
    ? { certProblem: 'begins with the certificate of an issuer; the one of this server must come first' }
    : { keyProblem: 'holds a key that does not belong to the certificate' };
}

/** OpenSSL has demands of its own, such as a least length of keys. */
function acceptance({ cert, key }: SecureContextOptions): Judgement {
  try {
    createSecureContext({ cert, key });
    return {};
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : String(error);
    return { certProblem: `holds a certificate that OpenSSL refuses: ${reason}` };
  }
}

function warningOf({ validFromDate, validToDate }: X509Certificate, nowMs: number): string | undefined {
  if (validToDate.getTime() < nowMs) return `has expired on ${day(validToDate)}`;
  return validFromDate.getTime() > nowMs ? `is not valid before ${day(validFromDate)}` : undefined;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
