// How do processes and replicas tell each other which sessions have ended?

/** `hearsay`: anybody may have asked for it, as in the front channel; a flood of it must push out nothing else (security FC-4). */
export type MarkWeight = 'proven' | 'hearsay';

/** Marks are texts that only their writer understands (sign-out-marks.ts). */
export interface MarkBoard {
  /** @throws StoreFailure when the others cannot be told */
  post(mark: string, lifeMs: number, weight?: MarkWeight): Promise<void>;
  /** Tells of every mark that is on the board or will be, at most a second late; of some twice, of one's own perhaps. */
  watch(listener: (mark: string) => void): void;
  /** True for the first who asks with this name within its life, of all processes and replicas (security B7). @throws StoreFailure */
  claim(name: string, lifeMs: number): Promise<boolean>;
  close(): Promise<void>;
}
