// What does a load generator have to do, and what does it tell?

export type HeaderLine = readonly [name: string, value: string];

export interface Load {
  readonly url: string;
  /** Cookie headers, one a request, in turn; none: requests without cookies. */
  readonly cookies: readonly string[];
  /** Beside Host and Cookie. */
  readonly headers: readonly HeaderLine[];
  /** A whole number. */
  readonly seconds: number;
  /** Folder for what the load generator has to read. */
  readonly folder: string;
}

export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers outside of 2xx and 3xx. */
  readonly odd: number;
  /** Connections that broke, and answers that did not come in time. */
  readonly broken: number;
}

export const connections = 32;
