// With which secrets are cookies sealed and opened now? They may change while the service runs.
import { hkdfSync } from 'node:crypto';

export interface Secrets {
  /** The first seals, all open. To the letter, with line breaks at the end. The same array until they change. */
  current(): readonly string[];
}

/** For those that never change. */
export function fixedSecrets(...secrets: readonly string[]): Secrets {
  return { current: () => secrets };
}

/** What is made of the secrets: made again at the first use after a change, so that no removed one lives on in it. */
export function derivedFrom<Derived>(secrets: Secrets, derive: (list: readonly string[]) => Derived): () => Derived {
  let from = secrets.current();
  let derived = derive(from);
  return () => {
    const now = secrets.current();
    if (now !== from) {
      derived = derive(now);
      from = now;
    }
    return derived;
  };
}

/** HKDF (RFC 5869): any text works as a secret, and no key tells of another. Blanks at the end do not count. */
export function keyMaterial(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.trimEnd(), 'oauth2-sidecar', purpose, bytes));
}
