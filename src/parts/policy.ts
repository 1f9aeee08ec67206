// How are the rules made about who may enter?
import { networkSet } from '../lib/addresses.ts';
import { emailAdmission, watchedEmailList } from '../policy/email-list.ts';
import { membership } from '../policy/membership.ts';
import { rules } from '../policy/rule.ts';
import { apiRoutes, skipAuthRules } from '../policy/skip-auth.ts';
import { allowedGroupsOf } from '../provider/options.ts';
import type { Given } from './given.ts';

export function policyParts({ config, logger }: Given) {
  const { policy } = config;
  const { emailDomains, authenticatedEmailsFile, allowedRoles } = policy;
  const emails = authenticatedEmailsFile === '' ? undefined : watchedEmailList(authenticatedEmailsFile, logger);
  const admitsEmail = emailAdmission({ emailDomains, ...(emails && { isListed: (email) => emails.has(email) }) });
  const trusted = networkSet(policy.trustedIps);
  const members = membership({ admitsEmail, allowedGroups: allowedGroupsOf(config), allowedRoles });
  return {
    membership: members,
    /** Another one whenever members may be others. */
    membersVersion: () => emails?.version(),
    /** Nothing is open to strangers, whatever they ask for. */
    isClosed:
      !policy.skipAuthPreflight &&
      [policy.trustedIps, policy.skipAuthRoutes, policy.skipAuthRegex].every((list) => list.length === 0),
    isApi: apiRoutes(policy),
    ruleOf: rules({
      membership: members,
      skipsAuth: skipAuthRules(policy),
      skipPreflight: policy.skipAuthPreflight,
      trusts: (address) => trusted.contains(address),
    }),
    closeEmails: () => emails?.close(),
  };
}
