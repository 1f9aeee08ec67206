// How is data sealed into a cookie, and what does a seal hold? iron-session's seal, with keys derived per purpose.
import { sealData } from 'iron-session';
import { LRUCache } from 'lru-cache';
import { ownText } from '../lib/memory-of.ts';
import { openSeal } from './open-seal.ts';
import { derivedFrom, keyMaterial, type Secrets } from './secrets.ts';

export interface Sealer {
  seal(data: object): Promise<string>;
  /** What was sealed, or undefined for anything that is not an unharmed seal of ours. */
  open(seal: string): Promise<unknown>;
  /** The same at once: tens of microseconds for what is not remembered. */
  openNow(seal: string): object | undefined;
  /** Was it made with the first of the secrets? */
  isCurrent(seal: string): boolean;
}

export interface SealerParts {
  readonly secrets: Secrets;
  /** What the seals are for, e.g. `session _oauth2_proxy`: seals of one purpose do not open for another (security C-2). */
  readonly purpose: string;
  /** Opened seals are remembered in about as much memory, with what readers keep beside them (memory-of.ts); 0: none. */
  readonly rememberedBytes: number;
  /** Told whenever a seal opens that was made with another secret than the first. */
  onOldSecret?(): void;
}

interface Remembered {
  readonly seal: string;
  readonly data: object;
}

/** iron-session's own mark at the end of a seal; it is outside the MAC, so only this one is accepted. */
const ending = '~2';
/** SHA-256 as base64url, the last field of a seal. */
const macLength = 43;
const tailLength = macLength + ending.length;
/**
 * Measured with sessions of Keycloak: the seal, the packed session in it, and what the store has unpacked and keeps as long
 * take 4 to 6 bytes for each character of the seal (tests/session/memory-bounds.test.ts).
 */
const bytesPerCharacter = 6;
const entryBytes = 1024;

export function sealer({ secrets, purpose, rememberedBytes, onOldSecret }: SealerParts): Sealer {
  // What is remembered goes with the secrets: a removed one ends at once what it sealed.
  const box = derivedFrom(secrets, (list) => {
    const keys = list.map((secret) => deriveKey(secret, purpose));
    const [[id, password] = ['', '']] = keys;
    const sealing = { [id]: password };
    return { sealing, start: startOf(id), opening: new Map(keys), opened: memory(rememberedBytes) };
  });

  function openNow(seal: string): object | undefined {
    if (!looksLikeSeal(seal)) return undefined;
    const { start, opening, opened } = box();
    const mac = seal.slice(-tailLength);
    const known = opened.get(mac);
    const data = known?.seal === seal ? known.data : openSeal(seal, opening);
    if (data === undefined) return undefined;
    if (data !== known?.data && rememberedBytes > 0) remember(opened, { seal: ownText(seal), data });
    if (!seal.startsWith(start)) onOldSecret?.();
    return data;
  }

  return {
    seal: (data) => sealData(data, { password: box().sealing, ttl: 0 }),
    open: async (seal) => openNow(seal),
    openNow,
    isCurrent: (seal) => seal.startsWith(box().start),
  };
}

/**
 * Keyed by the MAC, which is short and unlike for unlike seals; the whole text is compared before it counts.
 * No `max`: memory for so many entries would be taken at once, whether they come or not.
 */
function memory(bytes: number): LRUCache<string, Remembered> {
  return new LRUCache({
    maxSize: Math.max(1, bytes),
    sizeCalculation: ({ seal }) => entryBytes + seal.length * bytesPerCharacter,
  });
}

function remember(opened: LRUCache<string, Remembered>, entry: Remembered): void {
  opened.set(entry.seal.slice(-tailLength), entry);
}

/** Says no without cryptography to what cannot be a seal, so that junk in cookies costs nothing (security V-3). */
export function looksLikeSeal(text: string): boolean {
  // What came behind the first mark would be in no MAC (security C-2).
  const isWhole = text.endsWith(ending) && text.indexOf('~') === text.length - ending.length;
  return isWhole && text.startsWith(startOf('')) && hasCanonicalMac(text);
}

/** Decoders ignore the unused bits of the last character; without this check two texts would be one seal (security P33). */
function hasCanonicalMac(seal: string): boolean {
  const last = seal.charAt(seal.length - ending.length - 1);
  return 'AEIMQUYcgkosw048'.includes(last) && seal.at(-tailLength - 1) === '*';
}

/** By which operators can tell which secret made a seal: it is written in there, and tells nothing of the secret. */
export function keyIdOf(secret: string, purpose: string): string {
  return deriveKey(secret, purpose)[0];
}

/** The id travels in the seal and picks the key, so that secrets can be rotated; iron-session wants ids to be numbers. */
function deriveKey(secret: string, purpose: string): [id: string, key: string] {
  // Bytes of their own for the id: HKDF's output is as good as random, so they say nothing about those of the key.
  const derived = keyMaterial(secret, purpose, 36);
  return [String(derived.readUInt32BE(32)), derived.subarray(0, 32).toString('base64url')];
}

/** The first fields of a seal; without an id, what all of them begin with. */
function startOf(id: string): string {
  return id === '' ? 'Fe26.2*' : `Fe26.2*${id}*`;
}
