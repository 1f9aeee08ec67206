// How does a mark that ends sessions look where others hold it? Sealed: who reads the board learns of nobody, and forges none.
import { z } from 'zod';
import type { Sealer } from './seal.ts';

export type Mark =
  | { readonly kind: 'session'; readonly key: string }
  | { readonly kind: 'sid'; readonly key: string }
  /** Of sessions that began until then. */
  | { readonly kind: 'hearsay' | 'subject'; readonly key: string; readonly atMs: number };

const schema: z.ZodType<Mark> = z.union([
  z.object({ kind: z.enum(['session', 'sid']), key: z.string() }),
  z.object({ kind: z.enum(['hearsay', 'subject']), key: z.string(), atMs: z.number() }),
]);

export function writeMark(sealer: Pick<Sealer, 'seal'>, mark: Mark): Promise<string> {
  return sealer.seal(mark);
}

/** Undefined for what another program, a removed secret or nobody has sealed. */
export function readMark(sealer: Pick<Sealer, 'openNow'>, text: string): Mark | undefined {
  return schema.safeParse(sealer.openNow(text)).data;
}
