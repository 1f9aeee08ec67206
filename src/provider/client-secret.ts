// What is the client secret now?
import { readFileSync } from 'node:fs';
import type { ProviderOptions } from './options.ts';

/** Empty: a public client. */
export type ClientSecret = () => string;

/**
 * A secret from --client-secret-file is read at each use, so that a rotated one counts at once (reference: GetClientSecret).
 * config/ has put the file's text into `clientSecret`, unless that was given itself and so hides the file.
 */
export function clientSecret({ clientSecret: atStart, clientSecretFile }: ProviderOptions): ClientSecret {
  const isFromFile = clientSecretFile !== '' && (atStart === '' || secretIn(clientSecretFile) === atStart);
  let last = atStart;
  return () => {
    if (isFromFile) last = secretIn(clientSecretFile) ?? last;
    return last;
  };
}

/** Undefined when the file cannot be read, as for a moment while it is being replaced. */
function secretIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
