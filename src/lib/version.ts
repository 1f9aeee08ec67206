// Which version is this?
import { readFileSync } from 'node:fs';

/** From package.json, which lies beside `src` as well as beside `dist`. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
