// How does a server follow the files with its certificate and its key, so that a renewal needs no restart?
import { readFileSync } from 'node:fs';
import type { SecureContextOptions, SecureVersion, Server } from 'node:tls';
import { systemClock } from './clock.ts';
import { judgeKeyPair, type KeyPair } from './key-pair.ts';
import type { Logger } from './logger.ts';
import { watchFile } from './watch-file.ts';

export interface TlsFiles {
  /** Path, or the PEM text itself. */
  readonly cert: string;
  readonly key: string;
  readonly minVersion: SecureVersion;
  /** Undefined: those that Node.js offers. */
  readonly ciphers?: string | undefined;
}

export interface FollowedTls {
  readonly options: SecureContextOptions;
  /** From now on the server gets what the files hold; connections that are open keep what they have. */
  attach(server: Pick<Server, 'setSecureContext'>): void;
  close(): void;
}

export interface FollowParts {
  readonly files: TlsFiles;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Certificate and key change one after the other; this long after the last change they are read. */
  readonly settleMs?: number;
  readonly intervalMs?: number;
}

/** @throws an error that names the files when they cannot be used */
export function followTls({ files, logger, settleMs = 500, intervalMs = 500 }: FollowParts): FollowedTls {
  let server: Pick<Server, 'setSecureContext'> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const fields = { certificate: nameOf(files.cert), key: nameOf(files.key) };

  const renew = () => {
    try {
      const { warning, ...options } = read(files);
      server?.setSecureContext(options);
      logger.info('the certificate was read again', fields);
      if (warning !== undefined) logger.warn(`the certificate ${warning}`, fields);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const message = 'the certificate could not be renewed: the old one stays in use until the files are put right';
      logger.error(message, { reason: 'certificate_unusable', ...fields, cause });
    }
  };
  const onChange = () => {
    clearTimeout(timer);
    timer = setTimeout(renew, settleMs).unref();
  };
  // Watched before they are read, so that no change is missed.
  const watches = paths(files).map((path) => watchFile({ path, onChange, intervalMs }));
  const close = () => {
    clearTimeout(timer);
    for (const stop of watches) stop();
  };
  try {
    const { warning: _, ...options } = read(files); // the check of the configuration has warned
    return { options, attach: (attached) => void (server = attached), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A configuration may hold the text itself instead of the name of a file. */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

function paths({ cert, key }: TlsFiles): readonly string[] {
  return [...new Set([cert, key])].filter((source) => !isPem(source));
}

function nameOf(source: string): string {
  return isPem(source) ? '(text)' : source;
}

function read({
  cert,
  key,
  minVersion,
  ciphers,
}: TlsFiles): SecureContextOptions & { readonly warning?: string | undefined } {
  const pair: KeyPair = { cert: textOf(cert), key: textOf(key) };
  const { certProblem, keyProblem, warning } = judgeKeyPair(pair, systemClock());
  const problems = [
    ...(certProblem === undefined ? [] : [`${nameOf(cert)} ${certProblem}`]),
    ...(keyProblem === undefined ? [] : [`${nameOf(key)} ${keyProblem}`]),
  ];
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { ...pair, minVersion, ...(ciphers !== undefined && { ciphers }), warning };
}

function textOf(source: string): string {
  return isPem(source) ? source : readFileSync(source, 'utf8');
}
