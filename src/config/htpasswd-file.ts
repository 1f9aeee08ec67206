// Which users and hashes are in an htpasswd file?
import { parseCsv } from '../lib/csv.ts';

export type HtpasswdFile =
  | { readonly kind: 'users'; readonly hashes: ReadonlyMap<string, string>; readonly skipped: readonly string[] }
  | { readonly kind: 'unusable'; readonly because: string };

/** `{SHA}` and bcrypt, as the reference takes them; entries with other hashes are passed over. */
export function readHtpasswd(text: string): HtpasswdFile {
  const csv = parseCsv(text, ':');
  if (csv.kind === 'malformed') return { kind: 'unusable', because: csv.because };
  const hashes = new Map<string, string>();
  const skipped: string[] = [];
  for (const [user = '', hash] of csv.records) {
    if (hash === undefined) return { kind: 'unusable', because: `the entry of "${user}" has no hash` };
    if (isSha(hash) || isBcrypt(hash)) hashes.set(user, hash);
    else skipped.push(user);
  }
  if (hashes.size === 0) return { kind: 'unusable', because: 'it holds no user with a bcrypt or {SHA} hash' };
  return { kind: 'users', hashes, skipped };
}

export function isBcrypt(hash: string): boolean {
  return /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash);
}

function isSha(hash: string): boolean {
  return hash.startsWith('{SHA}');
}
