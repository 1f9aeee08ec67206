// What does the query of an auth_request URL ask of the session? (reference: behaviour of `allowed_*`, oauthproxy.go)
import type { Session } from '../session/session.ts';
import { domainOf } from './email-address.ts';
import { isMember, type Requirement } from './requirement.ts';

export interface Query {
  getAll(name: string): readonly string[];
}

type Name = Extract<Requirement['name'], 'allowed_groups' | 'allowed_emails' | 'allowed_email_domains'>;

/** Does this one alternative fit? All comparisons are case-sensitive. */
const fits: Readonly<Record<Name, (session: Session, wanted: string) => boolean>> = {
  allowed_groups: isMember,
  allowed_emails: ({ email }, wanted) => email === wanted,
  allowed_email_domains: ({ email }, wanted) => isInDomain(email, wanted),
};

/** A parameter may repeat and each value is a list; one match is enough. Without any element it asks nothing. */
export function constraintsOf(query: Query): readonly Requirement[] {
  return (Object.keys(fits) as Name[]).flatMap((name) => {
    const alternatives = query.getAll(name).flatMap((value) => value.split(',').filter((element) => element !== ''));
    if (alternatives.length === 0) return [];
    return [{ name, accepts: (session) => alternatives.some((wanted) => fits[name](session, wanted)) }];
  });
}

/** The rule of --whitelist-domain: `.x` and `*.x` hold for x itself too, unlike in --email-domain. */
function isInDomain(email: string, entry: string): boolean {
  const domain = email.startsWith('@') ? undefined : domainOf(email); // security A12: nobody without a name
  const pattern = hostPatternOf(entry);
  if (domain === undefined || pattern === undefined) return false;
  const root = pattern.replace(/^(?:\*\.|\.)/, '');
  return domain === pattern || domain === root || (root !== pattern && domain.endsWith(`.${root}`));
}

/** Undefined when no address can match: an entry with a port number asks for a port, and e-mail domains have none. */
function hostPatternOf(entry: string): string | undefined {
  const { host = '', port = '' } = /^(?<host>.*?)(?::(?<port>\d*|\*))?$/s.exec(entry)?.groups ?? {};
  const bare = /^\[.*\]$/s.test(host) ? host.slice(1, -1) : host;
  return bare === '' || /^\d/.test(port) ? undefined : bare;
}
