// What are requests to upstreams signed with? (reference: parseSignatureKey)
import type { Checkup } from './checkup.ts';

/** Known to the reference and to OpenSSL; the reference knows md4 by name and then breaks off. */
const hashes = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'] as const;

export interface SignatureKey {
  readonly hash: (typeof hashes)[number];
  readonly key: string;
}

/** Undefined when there is no key; a text when it makes no sense. */
function parseSignatureKey(text: string): SignatureKey | string | undefined {
  if (text === '') return undefined;
  const [name = '', key = '', ...more] = text.split(':');
  if (!text.includes(':') || more.length > 0) return 'must have exactly one colon';
  const hash = hashes.find((known) => known === name);
  // Not shown: who forgets the algorithm writes a key there.
  return hash === undefined ? 'must begin with a known algorithm' : { hash, key };
}

/** @throws when the key makes no sense; the check has said so before */
export function signatureKeyOf(text: string): SignatureKey | undefined {
  const parsed = parseSignatureKey(text);
  if (typeof parsed === 'string') throw new TypeError(`--signature-key ${parsed}`);
  return parsed;
}

export function checkSignatureKey({ config, problem }: Checkup): void {
  const parsed = parseSignatureKey(config.upstream.signatureKey);
  if (typeof parsed !== 'string') return;
  problem('signature-key', parsed, `write ALGORITHM:KEY, e.g. sha256:KEY; the algorithms are ${hashes.join(', ')}`);
}
