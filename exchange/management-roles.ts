/**
 * The built-in management role that by its name and purpose (https://technet.microsoft.com/library/dd298116, role types)
 * is the one for a group of cmdlets. Cmdlet by cmdlet it is unverified, and organizations make roles of their own: advice
 * for people, never a decision.
 */
const BUILT_IN: readonly (readonly [cmdlets: RegExp, role: string])[] = [
  [/^(Test-ServiceHealth|Get-(HealthReport|ServerHealth))$/i, 'Monitoring'],
  [/^Get-/i, 'View-Only Configuration'],
  [/VirtualDirectory$/i, 'Exchange Virtual Directories'],
  [/-ExchangeCertificate$/i, 'Exchange Server Certificates'],
  [/-DatabaseAvailabilityGroup/i, 'Database Availability Groups'],
  [/-ClientAccess(Server|Service)$/i, 'Organization Client Access'],
];

/** Undefined where none is known for sure enough to be named. */
export function builtInRole(cmdlet: string): string | undefined {
  return BUILT_IN.find(([cmdlets]) => cmdlets.test(cmdlet))?.[1];
}

/** What to do where an account has no right to some cmdlets. */
export function roleRemedy(cmdlets: readonly string[]): string {
  const roles = [...new Set(cmdlets.flatMap((cmdlet) => builtInRole(cmdlet) ?? []))].sort();
  const builtIn = roles.length === 0 ? '' : ` Of the built-in roles these are likely: ${roles.join(', ')}.`;
  return `Give the account a management role that holds what it lacks; \`Get-ManagementRole -Cmdlet ${cmdlets[0] ?? '<cmdlet>'}\` names the roles of your organization.${builtIn}`;
}
