// Whose e-mail address may hold a session?
import { readFileSync } from 'node:fs';
import { parseCsv } from '../lib/csv.ts';
import type { Logger } from '../lib/logger.ts';
import { watchFile } from '../lib/watch-file.ts';
import { domainOf, lowerCased } from './email-address.ts';

export interface AdmissionParts {
  /** `*` admits every address; `x` its own domain; `.x` and `*.x` what lies below x, but not x (reference: validator.go). */
  readonly emailDomains: readonly string[];
  /** Is the lower-cased address in the file of --authenticated-emails-file? */
  readonly isListed?: (email: string) => boolean;
}

export type EmailsFile =
  | { readonly kind: 'emails'; readonly emails: ReadonlySet<string> }
  | { readonly kind: 'malformed'; readonly because: string };

export interface EmailList {
  has(email: string): boolean;
  /** Another one whenever the list was read anew. */
  version(): unknown;
  close(): void;
}

export function emailAdmission({ emailDomains, isListed }: AdmissionParts): (email: string) => boolean {
  const entries = emailDomains.map(lowerCased).filter((entry) => entry !== '');
  const admitsAll = entries.includes('*');
  return (given) => {
    if (given === '') return false;
    if (admitsAll) return true;
    const email = lowerCased(given);
    const domain = domainOf(email);
    if (domain !== undefined && entries.some((entry) => isInDomain(domain, entry))) return true;
    return isListed?.(email) ?? false;
  };
}

function isInDomain(domain: string, entry: string): boolean {
  const suffix = entry.startsWith('*.') ? entry.slice(1) : entry;
  if (!suffix.startsWith('.')) return domain === suffix;
  return domain.length > suffix.length && domain.endsWith(suffix);
}

/** One address per line, in the first field; lower-cased and trimmed. */
export function loadEmailsFile(text: string): EmailsFile {
  const csv = parseCsv(text);
  if (csv.kind === 'malformed') return csv;
  const emails = csv.records.map(([email = '']) => lowerCased(email.trim())).filter((email) => email !== '');
  return { kind: 'emails', emails: new Set(emails) };
}

/**
 * The list in a file, followed while the service runs. A file that cannot be read or understood leaves the last good
 * list in force. @throws when the file cannot be read at the start; one that is malformed then lists nobody.
 */
export function watchedEmailList(path: string, logger: Pick<Logger, 'info' | 'error'>, intervalMs?: number): EmailList {
  let emails: ReadonlySet<string> = new Set();
  const take = (told: { readonly fine: string; readonly consequence: string }) => {
    const file = loadEmailsFile(readFileSync(path, 'utf8'));
    if (file.kind === 'malformed') {
      return logger.error(`the e-mails file is malformed; ${told.consequence}`, { path, because: file.because });
    }
    emails = file.emails;
    logger.info(told.fine, { path, emails: emails.size });
  };
  const reload = () => {
    const consequence = 'the last good list stays in force';
    try {
      take({ fine: 'the e-mails file was read again', consequence });
    } catch (error) {
      logger.error(`the e-mails file cannot be read; ${consequence}`, { path, because: String(error) });
    }
  };
  const stop = watchFile({ path, onChange: reload, ...(intervalMs === undefined ? {} : { intervalMs }) });
  try {
    take({ fine: 'the e-mails file was read', consequence: 'until it is mended it lists nobody' });
  } catch (error) {
    stop();
    throw error;
  }
  return { has: (email) => emails.has(email), version: () => emails, close: stop };
}
