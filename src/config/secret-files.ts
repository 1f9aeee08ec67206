// Which secrets are kept in files, and what do the files hold?
import { whyUnreadable } from './checkup.ts';
import type { ReadFile } from './checkup.ts';
import { rowOfFlag } from './options.ts';
import type { Flag, Row } from './options.ts';
import { settle } from './settle.ts';
import { splitList } from './sources.ts';
import type { ConfigProblem, Given } from './sources.ts';

export interface SecretFiles {
  /** What was given, with files of secrets replaced by what they hold. */
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
  /** Secrets whose file could not be read. */
  readonly broken: readonly Flag[];
}

interface SecretFile {
  readonly row: Row;
  readonly path: string;
  readonly writtenAs: string;
  readonly isRaw: boolean;
}

/** A file whose secret has a value of its own is not even read (reference: GetClientSecret, GetCookieSecret). */
export function withSecretFiles(given: readonly Given[], readFile: ReadFile): SecretFiles {
  const hasValue = ({ row }: { readonly row: Row }): boolean =>
    given.some((one) => one.row.flag === row.flag && one.source !== 'secret-file' && one.raw !== '');
  const others = given.filter((one) => one.source !== 'secret-file');
  const wanted = [...variablesOf(given), ...optionsOf(given)].filter((secretFile) => !hasValue(secretFile));

  const read: Given[] = [];
  const problems: ConfigProblem[] = [];
  const broken: Flag[] = [];
  for (const { row, path, writtenAs, isRaw } of wanted) {
    try {
      const content = textOf(readFile(path));
      const text = isRaw ? content : content.replace(/\r?\n$/, '');
      read.push({ row, raw: row.kind.isList ? splitList(text) : text, source: 'secret-file', writtenAs });
    } catch (error) {
      problems.push({ option: writtenAs, what: `names "${path}", but ${whyUnreadable(error)}` });
      broken.push(row.flag);
    }
  }
  // An empty value of its own must not hide the file.
  const kept = others.filter((one) => one.raw !== '' || !read.some(({ row }) => row.flag === one.row.flag));
  return { given: [...kept, ...read], problems, broken };
}

/** OAUTH2_PROXY_<NAME>_FILE */
function variablesOf(given: readonly Given[]): readonly SecretFile[] {
  return given
    .filter(({ source }) => source === 'secret-file')
    .map(({ row, raw, writtenAs }) => ({ row, path: String(raw), writtenAs, isRaw: false }));
}

/** --client-secret-file and --cookie-secret-file, in whatever source. */
function optionsOf(given: readonly Given[]): readonly SecretFile[] {
  const { config, counted } = settle(given.filter(({ source }) => source !== 'secret-file'));
  const options = [
    // RFC 6749 appendix A.2: a client secret has no line break, so that of an editor is never meant
    { file: 'client-secret-file', of: 'client-secret', path: config.provider.clientSecretFile, isRaw: false },
    { file: 'cookie-secret-file', of: 'cookie-secret', path: config.cookie.cookieSecretFile, isRaw: true },
  ] as const;
  return options.flatMap(({ file, of, path, isRaw }) => {
    const row = rowOfFlag(of);
    return row && path !== '' ? [{ row, path, writtenAs: counted.get(file)?.writtenAs ?? `--${file}`, isRaw }] : [];
  });
}

/** Text as it is; other bytes one character each, so that a binary secret keeps all of its strength. */
function textOf(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return Buffer.from(content).toString('latin1');
  }
}
