// Has this file changed? Asked again and again, because notifications miss what Kubernetes and editors do.
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

export interface WatchedFile {
  readonly path: string;
  /** Called once the file has kept still for one interval, so that half-written files are rarely seen. */
  onChange(): void;
  readonly intervalMs?: number;
}

/**
 * Follows symbolic links, so the swap of a ConfigMap's `..data` is a change, and so is a replacement by rename.
 * A file that is gone for a while is no change; the one that comes back is. Begin to watch before reading:
 * what happens in between is then told. The result ends it.
 */
export function watchFile({ path, onChange, intervalMs = 500 }: WatchedFile): () => void {
  let known = fingerprintNow(path);
  let before = known;
  let busy = false;
  const look = async () => {
    if (busy) return; // a stat that hangs on a network file system must not pile up
    busy = true;
    const now = await fingerprint(path);
    busy = false;
    const hasSettled = now === before;
    before = now;
    if (stopped || now === undefined || now === known || !hasSettled) return;
    known = now;
    onChange();
  };
  let stopped = false;
  const timer = setInterval(() => void look(), intervalMs).unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

async function fingerprint(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(identity, () => undefined);
}

function fingerprintNow(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && identity(found);
}

/** Size and times are not enough: a file moved into place may have both of its predecessor. */
function identity({
  dev,
  ino,
  size,
  mtimeNs,
  ctimeNs,
}: Readonly<Record<'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs', bigint>>): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
