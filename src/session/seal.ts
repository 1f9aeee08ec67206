// How is data sealed into a cookie, and what does a seal hold? iron-session's seal, with keys derived per purpose.
import { sealData, unsealData } from 'iron-session';
import { LRUCache } from 'lru-cache';
import { derivedFrom, keyMaterial, type Secrets } from './secrets.ts';

export interface Sealer {
  seal(data: object): Promise<string>;
  /** What was sealed, or undefined for anything that is not an unharmed seal of ours. */
  open(seal: string): Promise<unknown>;
}

export interface SealerParts {
  readonly secrets: Secrets;
  /** What the seals are for, e.g. `session _oauth2_proxy`: seals of one purpose do not open for another (security C-2). */
  readonly purpose: string;
  /** Opened seals are remembered up to this many characters of seals; 0 remembers none. */
  readonly rememberedCharacters: number;
}

/** iron-session's own mark at the end of a seal; it is outside the MAC, so only this one is accepted. */
const ending = '~2';
/** SHA-256 as base64url, the last field of a seal. */
const macLength = 43;
const tailLength = macLength + ending.length;

export function sealer({ secrets, purpose, rememberedCharacters }: SealerParts): Sealer {
  const box = derivedFrom(secrets, (list) => {
    const keys = list.map((secret) => deriveKey(secret, purpose));
    return { sealing: Object.fromEntries(keys.slice(0, 1)), opening: Object.fromEntries(keys), opened: memory() };
  });

  // Keyed by the MAC, which is short and unlike for unlike seals; the whole text is compared before it counts.
  // No `max`: memory for so many entries would be taken at once, whether they come or not.
  function memory() {
    return new LRUCache<string, { seal: string; data: unknown }>({
      maxSize: Math.max(1, rememberedCharacters),
      sizeCalculation: ({ seal }) => seal.length * 2,
    });
  }

  return {
    seal: (data) => sealData(data, { password: box().sealing, ttl: 0 }),
    async open(seal) {
      if (!looksLikeSeal(seal)) return undefined;
      const { opening, opened } = box();
      const mac = seal.slice(-tailLength);
      const known = opened.get(mac);
      if (known?.seal === seal) return known.data;
      const data = await unseal(seal, opening);
      if (data !== undefined && rememberedCharacters > 0) opened.set(mac, { seal, data });
      return data;
    },
  };
}

/** Says no without cryptography to what cannot be a seal, so that junk in cookies costs nothing (security V-3). */
export function looksLikeSeal(text: string): boolean {
  // iron-session reads up to the first mark; what comes behind it would be in no MAC (security C-2).
  const isWhole = text.endsWith(ending) && text.indexOf('~') === text.length - ending.length;
  return isWhole && text.startsWith('Fe26.2*') && hasCanonicalMac(text);
}

/** Decoders ignore the unused bits of the last character; without this check two texts would be one seal (security P33). */
function hasCanonicalMac(seal: string): boolean {
  const last = seal.charAt(seal.length - ending.length - 1);
  return 'AEIMQUYcgkosw048'.includes(last) && seal.at(-tailLength - 1) === '*';
}

/** iron-session answers {} or throws for what it cannot open; both are "no" here. */
async function unseal(seal: string, password: Record<string, string>): Promise<unknown> {
  try {
    const data = await unsealData<Record<string, unknown>>(seal, { password, ttl: 0 });
    return Object.keys(data).length === 0 ? undefined : data;
  } catch {
    return undefined;
  }
}

/** The id travels in the seal and picks the key, so that secrets can be rotated; iron-session wants ids to be numbers. */
function deriveKey(secret: string, purpose: string): [id: string, key: string] {
  const derived = keyMaterial(secret, purpose, 36);
  return [String(derived.readUInt32BE(32)), derived.subarray(0, 32).toString('base64url')];
}
