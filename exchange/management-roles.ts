/**
 * The built-in management roles that are made for what a group of cmdlets does, by Microsoft's pages on each role
 * (https://learn.microsoft.com/exchange/built-in-management-roles-exchange-2013-help and the pages that it lists).
 * Cmdlet by cmdlet it is unverified, and organizations make roles of their own: advice for people, never a decision.
 */
const BUILT_IN: readonly (readonly [cmdlets: RegExp, roles: readonly string[]])[] = [
  [/^(Test-ServiceHealth|Get-(HealthReport|ServerHealth))$/i, ['Monitoring']],
  [/^Test-(\w+Connectivity|OutlookWebServices)$/i, ['Monitoring']],
  [/^Test-ReplicationHealth$/i, ['Database Availability Groups', 'Monitoring']],
  [/^Get-/i, ['View-Only Configuration']],
  [/VirtualDirectory$/i, ['Exchange Virtual Directories']],
  [/-ExchangeCertificate$/i, ['Exchange Server Certificates']],
  [/-DatabaseAvailabilityGroup/i, ['Database Availability Groups']],
  [/-MailboxDatabaseCopy$/i, ['Database Copies']],
  [/-(Mailbox|ActiveMailbox)?Database$/i, ['Databases']],
  [/-MailboxServer$/i, ['Exchange Servers']],
  [/-ServerComponentState$/i, ['Exchange Servers']],
  // https://learn.microsoft.com/exchange/permissions/feature-permissions/mail-flow-permissions, "Queues"
  [/^Redirect-Message$/i, ['Transport Queues']],
  [/-ClientAccess(Server|Service)$/i, ['Exchange Servers', 'Organization Client Access']],
  [/-(Pop|Imap)Settings$/i, ['POP3 And IMAP4 Protocols']],
  [/-OutlookAnywhere$/i, ['Exchange Servers']],
];

/** Empty where no role is known with enough certainty to be named. */
function builtInRoles(cmdlet: string): readonly string[] {
  return BUILT_IN.find(([cmdlets]) => cmdlets.test(cmdlet))?.[1] ?? [];
}

/**
 * The remedy where an account lacks the right to some cmdlets, or to parameters of one.
 *
 * @param parameters that are missing of the first cmdlet. Left out: the cmdlets themselves are missing
 */
export function roleRemedy(cmdlets: readonly string[], parameters: readonly string[] = []): string {
  const roles = [...new Set(cmdlets.flatMap(builtInRoles))].sort();
  const builtIn = roles.length === 0 ? '' : ` Of the built-in roles these are likely: ${roles.join(', ')}.`;
  const lacking = parameters.length === 0 ? '' : ` -CmdletParameters ${parameters.join(',')}`;
  return `Give the account a management role with the missing cmdlets or parameters; \`Get-ManagementRole -Cmdlet ${cmdlets[0] ?? '<cmdlet>'}${lacking}\` names the roles of your organization.${builtIn}`;
}
