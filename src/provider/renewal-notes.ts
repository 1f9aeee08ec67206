// How do processes and replicas tell each other what came of a refresh, so that nobody on the way can read or change it?
import { z } from 'zod';
import { compressed, inflated } from '../session/compression.ts';
import type { Sealer } from '../session/seal.ts';
import { fromWire, toWire } from '../session/wire.ts';
import type { Renewal } from './provider.ts';

export interface RenewalNotes {
  /** `state`: of which session, as it was before. */
  write(state: string, renewal: Renewal): Promise<string>;
  /** Undefined when it is no note about this state. */
  read(note: string, state: string): Promise<Renewal | undefined>;
}

const text = z.string();
const about = { v: z.literal(1), k: text };
const fault = z.enum(['rejected', 'unreachable', 'misconfigured']).optional();

const schema = z.discriminatedUnion('r', [
  z.object({ ...about, r: z.literal('renewed'), s: z.unknown() }),
  z.object({ ...about, r: z.literal('revoked'), b: text }),
  z.object({ ...about, r: z.literal('unavailable'), b: text, f: fault, ra: z.number().optional() }),
]);

type Note = z.infer<typeof schema>;

export function renewalNotes(sealer: Sealer): RenewalNotes {
  return {
    write: (state, renewal) => sealer.seal(noteOf(state, renewal)),
    async read(note, state) {
      const parsed = schema.safeParse(await sealer.open(note));
      // The state is part of what is sealed: whoever writes to the store cannot give one user's session to another.
      return parsed.success && parsed.data.k === state ? renewalIn(parsed.data) : undefined;
    },
  };
}

function noteOf(state: string, renewal: Renewal): Note {
  switch (renewal.kind) {
    case 'renewed':
      return { v: 1, k: state, r: 'renewed', s: compressed(toWire(renewal.session)) };
    case 'revoked':
      return { v: 1, k: state, r: 'revoked', b: renewal.because };
    case 'unavailable':
      return { v: 1, k: state, r: 'unavailable', b: renewal.because, f: renewal.fault, ra: renewal.retryAfterMs };
  }
}

function renewalIn(note: Note): Renewal | undefined {
  switch (note.r) {
    case 'renewed': {
      const session = fromWire(inflated(note.s));
      return session && { kind: 'renewed', session };
    }
    case 'revoked':
      return { kind: 'revoked', because: note.b };
    case 'unavailable':
      return { kind: 'unavailable', because: note.b, fault: note.f, retryAfterMs: note.ra };
  }
}
