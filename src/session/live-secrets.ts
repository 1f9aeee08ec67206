// Which cookie secrets do the files hold now? Followed while the service runs, so that a rotation signs nobody out.
import { readFileSync } from 'node:fs';
import { whyUnreadable, type ReadFile } from '../config/checkup.ts';
import { faultOf } from '../config/cookie-secrets.ts';
import { secretOf } from '../config/secret-files.ts';
import type { Logger } from '../lib/logger.ts';
import { watchFile } from '../lib/watch-file.ts';
import type { Secrets } from './secrets.ts';

export interface LiveSecrets extends Secrets {
  /** Reads the files again now, whether they have changed or not. */
  reload(): void;
  close(): void;
}

export interface LiveSecretsParts {
  /** What counts at the start. */
  readonly secrets: readonly string[];
  /** One secret each; none: the secrets were given directly, and stay. */
  readonly paths: readonly string[];
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** By which operators know a secret without seeing it. */
  keyIdOf(secret: string): string;
  readonly readFile?: ReadFile;
  readonly intervalMs?: number;
}

type Reading =
  | { readonly kind: 'secrets'; readonly secrets: readonly string[] }
  | { readonly kind: 'unusable'; readonly path: string; readonly because: string; readonly remedy: string };

/** All files or none: secrets of which one cannot be used leave the old ones in force. */
export function liveSecrets({ paths, logger, keyIdOf, intervalMs, ...parts }: LiveSecretsParts): LiveSecrets {
  let secrets = parts.secrets;
  const keysOf = (list: readonly string[]) => list.map(keyIdOf);
  const { readFile = readFileSync } = parts;

  function take(): 'changed' | 'same' | 'unusable' {
    const reading = readSecrets(paths, readFile);
    if (reading.kind === 'unusable') {
      const { kind: _, ...why } = reading;
      const fields = { reason: 'cookie_secret_unusable', ...why, keys: keysOf(secrets) };
      logger.error('the cookie secrets in the files cannot be used; the old ones stay in force', fields);
      return 'unusable';
    }
    if (isSame(reading.secrets, secrets)) return 'same';
    const removed = keysOf(secrets.filter((secret) => !reading.secrets.includes(secret)));
    secrets = reading.secrets;
    const [ended, fields] =
      removed.length === 0 ? ['', {}] : [', and what a removed one sealed has ended', { removed }];
    logger.info(`the cookie secrets have changed: the first seals, all open${ended}`, {
      ...{ secrets: secrets.length, keys: keysOf(secrets) },
      ...fields,
    });
    return 'changed';
  }

  logger.info('cookie secrets: the first seals, all open', { secrets: secrets.length, keys: keysOf(secrets) });
  // Watched before they are read again: what happens from here on is told, what happened since the start is read.
  const stops = paths.map((path) =>
    watchFile({ path, onChange: take, ...(intervalMs === undefined ? {} : { intervalMs }) }),
  );
  if (paths.length > 0) take();

  return {
    current: () => secrets,
    reload() {
      if (paths.length === 0)
        logger.info('the cookie secrets are not in files, so there is nothing to read again; see --cookie-secret-file');
      else if (take() === 'same')
        logger.info('the cookie secrets were read again and are the same', { keys: keysOf(secrets) });
    },
    close: () => stops.forEach((stop) => stop()),
  };
}

function readSecrets(paths: readonly string[], readFile: ReadFile): Reading {
  const secrets: string[] = [];
  for (const path of paths) {
    try {
      secrets.push(secretOf(readFile(path)));
    } catch (error) {
      const remedy = 'let this process read it; each change of the file is tried again, and SIGHUP tries now';
      return { kind: 'unusable', path, because: whyUnreadable(error), remedy };
    }
  }
  for (const [at, path] of paths.entries()) {
    const fault = faultOf(secrets, at);
    if (fault) return { kind: 'unusable', path, because: fault.what, remedy: fault.remedy };
  }
  return { kind: 'secrets', secrets };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((secret, at) => secret === b[at]);
}
