// What does a reader of the structured configuration get to see, and how does it report?
import type { ReadFile } from './checkup.ts';
import type { Environment } from './environment.ts';
import type { Path } from './alpha-yaml.ts';

export interface AlphaReading {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** `providers[0].clientID in alpha.yaml:7` */
  nameOf(path: Path): string;
  problem(path: Path, what: string, remedy?: string): void;
  warn(text: string): void;
}

/** `providers[0].oidcConfig.issuerURL` */
export function shownPath(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}
