// Which secrets are kept in files, and what do the files hold?
import { whyUnreadable } from './checkup.ts';
import type { ReadFile } from './checkup.ts';
import { rowOfFlag } from './options.ts';
import type { Flag, Row } from './options.ts';
import { settle } from './settle.ts';
import { isEmpty, nameOfOne, splitList } from './sources.ts';
import type { ConfigProblem, Given } from './sources.ts';

export interface SecretFiles {
  /** What was given, with files of secrets replaced by what they hold. */
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
  /** Secrets whose file could not be read. */
  readonly broken: readonly Flag[];
  readonly warnings: readonly string[];
}

interface SecretFile {
  readonly row: Row;
  /** One for each secret of a series; otherwise one. */
  readonly files: readonly NamedFile[];
  readonly writtenAs: string;
  readonly isRaw: boolean;
}

interface NamedFile {
  readonly path: string;
  readonly name: string;
}

/** A file whose secret has a value of its own is not even read (reference: GetClientSecret, GetCookieSecret). */
export function withSecretFiles(given: readonly Given[], readFile: ReadFile): SecretFiles {
  const hasValue = ({ flag }: { readonly flag: Flag }): boolean =>
    given.some((one) => one.row.flag === flag && one.source !== 'secret-file' && !isEmpty(one));
  const others = given.filter((one) => one.source !== 'secret-file');
  const wanted = [...variablesOf(given), ...optionsOf(given)].filter(({ row }) => !hasValue(row));

  const read: Given[] = [];
  const problems: ConfigProblem[] = [];
  const broken: Flag[] = [];
  for (const { row, files, writtenAs, isRaw } of wanted) {
    const texts = files.map(({ path, name }) => {
      try {
        const content = secretOf(readFile(path));
        return isRaw ? content : content.replace(/\r?\n$/, '');
      } catch (error) {
        problems.push({ option: name, what: `names "${path}", but ${whyUnreadable(error)}` });
        broken.push(row.flag);
        return '';
      }
    });
    const [text = ''] = texts;
    const raw = row.kind.isSeries ? texts : row.kind.isList ? splitList(text) : text;
    if (!broken.includes(row.flag))
      read.push({ row, raw, source: 'secret-file', writtenAs, namesOfEach: files.map(({ name }) => name) });
  }
  // An empty value of its own must not hide the file; and a file that does not count is not watched either.
  const kept = others.filter((one) => !isEmpty(one) || !read.some(({ row }) => row.flag === one.row.flag));
  const unread = kept.filter(({ row }) => row.flag === 'cookie-secret-file' && hasValue({ flag: 'cookie-secret' }));
  const warnings = unread.map(({ writtenAs }) => `${writtenAs} is not read: a cookie secret that is given outranks it`);
  return { given: [...kept.filter((one) => !unread.includes(one)), ...read], problems, broken, warnings };
}

/** OAUTH2_PROXY_<NAME>_FILE */
function variablesOf(given: readonly Given[]): readonly SecretFile[] {
  return given
    .filter(({ source }) => source === 'secret-file')
    .map(({ row, raw, writtenAs: name }) => ({
      ...{ row, writtenAs: name, isRaw: false },
      files: [{ path: String(raw), name }],
    }));
}

/** --client-secret-file and --cookie-secret-file, in whatever source. */
function optionsOf(given: readonly Given[]): readonly SecretFile[] {
  const { config, counted } = settle(given.filter(({ source }) => source !== 'secret-file'));
  const options = [
    // RFC 6749 appendix A.2: a client secret has no line break, so that of an editor is never meant
    { file: 'client-secret-file', of: 'client-secret', paths: [config.provider.clientSecretFile], isRaw: false },
    { file: 'cookie-secret-file', of: 'cookie-secret', paths: config.cookie.cookieSecretFile, isRaw: true },
  ] as const;
  return options.flatMap(({ file, of, paths, isRaw }) => {
    const [row, one] = [rowOfFlag(of), counted.get(file)];
    const files = paths
      .map((path, at) => ({ path, name: one ? nameOfOne(one, at) : `--${file}` }))
      .filter(({ path }) => path !== '');
    return row && files.length > 0 ? [{ row, files, writtenAs: one?.writtenAs ?? `--${file}`, isRaw }] : [];
  });
}

/** Text as it is; other bytes one character each, so that a binary secret keeps all of its strength. */
export function secretOf(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return Buffer.from(content).toString('latin1');
  }
}
