// What does a check of the configuration get to see, and how does it report?
import type { Config, Flag } from './options.ts';

export type ReadFile = (path: string) => Uint8Array;

export interface Checkup {
  readonly config: Config;
  /** Did the operator set it, be it to its default? */
  isGiven(flag: Flag): boolean;
  /** The option as the operator wrote it, or one of its series. */
  nameOf(flag: Flag, at?: number): string;
  readonly readFile: ReadFile;
  /** Stops the start. Passed over when the option's value could not even be read: that is said already. */
  problem(place: Flag | OneOf, what: string, remedy?: string): void;
  warn(text: string): void;
}

/** One of a series. */
export interface OneOf {
  readonly flag: Flag;
  readonly at: number;
}

export type Check = (checkup: Checkup) => void;

/** Undefined when the text is no URL with http or https. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
}

export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** A password in a URL is never shown. */
export function withoutPassword(text: string): string {
  return text.replaceAll(/(:\/\/[^/?#@\s]*?:)[^/?#@\s]*@/g, '$1***@');
}

/** "no such file", rather than a stack. */
export function whyUnreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'this process may not read it';
  return code === 'EISDIR' ? 'it is a folder' : `it cannot be read${code === undefined ? '' : ` (${String(code)})`}`;
}
