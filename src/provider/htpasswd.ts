// Which passwords has the operator's htpasswd file, as it is now?
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readHtpasswd } from '../config/htpasswd-file.ts';
import type { Logger } from '../lib/logger.ts';
import { watchFile } from '../lib/watch-file.ts';

/** Compares digests of what is compared, so that nothing of it shows in the time (security C-7). */
export function isShaOf(hash: string, password: string): boolean {
  const sha1 = `{SHA}${createHash('sha1').update(password).digest('base64')}`;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sha1), digest(hash));
}

export interface WatchedHtpasswd {
  /** The same map until the file changes. */
  hashes(): ReadonlyMap<string, string>;
  close(): void;
}

export interface WatchParts {
  readonly path: string;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly intervalMs?: number;
}

/** Followed while the service runs; a bad new version leaves the last good one in force. @throws when there is none at the start */
export function watchedHtpasswd({ path, logger, intervalMs }: WatchParts): WatchedHtpasswd {
  let hashes: ReadonlyMap<string, string> = new Map();
  const take = () => {
    const file = readHtpasswd(readFileSync(path, 'utf8'));
    if (file.kind === 'unusable') throw new Error(file.because);
    hashes = file.hashes;
    logger.info('the htpasswd file was read', { path, users: hashes.size });
    if (file.skipped.length > 0)
      logger.warn('users of the htpasswd file are passed over: their hashes are neither bcrypt nor {SHA}', {
        path,
        users: file.skipped,
      });
  };
  const reload = () => {
    try {
      take();
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      logger.error('the htpasswd file cannot be used; the last good one stays in force', { path, because });
    }
  };
  take();
  const stop = watchFile({ path, onChange: reload, ...(intervalMs === undefined ? {} : { intervalMs }) });
  return { hashes: () => hashes, close: stop };
}
