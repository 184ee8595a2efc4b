import { roleRemedy } from '../../exchange/management-roles';
import { neededCmdlets } from '../../exchange/needed-cmdlets';
import { ExchangeVersion } from '../../exchange/versions';

const CERTIFICATES = ['Exchange Server Certificates'];
const DAGS = ['Database Availability Groups'];
const SERVERS = ['Exchange Servers'];
const VIEW = ['View-Only Configuration'];

/** The built-in roles that are named where the account lacks a cmdlet. */
function roles(cmdlet: string): readonly string[] {
  const named = / Of the built-in roles these are likely: (.*)\.$/.exec(roleRemedy([cmdlet]))?.[1];
  return named === undefined ? [] : named.split(', ');
}

test.each([
  ['Test-ServiceHealth', ['Monitoring']],
  ['Get-HealthReport', ['Monitoring']],
  ['get-serverhealth', ['Monitoring']],
  ['Get-HealthReports', VIEW],
  ['Test-ImapConnectivity', ['Monitoring']],
  ['Test-OutlookWebServices', ['Monitoring']],
  ['Test-ReplicationHealth', ['Database Availability Groups', 'Monitoring']],
  ['Get-OwaVirtualDirectory', VIEW],
  ['Set-OwaVirtualDirectory', ['Exchange Virtual Directories']],
  ['Enable-ExchangeCertificate', CERTIFICATES],
  ['Import-ExchangeCertificate', CERTIFICATES],
  ['New-DatabaseAvailabilityGroup', DAGS],
  ['Add-DatabaseAvailabilityGroupServer', DAGS],
  ['Add-MailboxDatabaseCopy', ['Database Copies']],
  ['New-MailboxDatabase', ['Databases']],
  ['Mount-Database', ['Databases']],
  ['Move-ActiveMailboxDatabase', ['Databases']],
  ['Set-MailboxServer', SERVERS],
  ['Set-ServerComponentState', SERVERS],
  ['Redirect-Message', ['Transport Queues']],
  ['Set-ClientAccessServer', ['Exchange Servers', 'Organization Client Access']],
  ['Set-ClientAccessService', ['Exchange Servers', 'Organization Client Access']],
  ['Set-PopSettings', ['POP3 And IMAP4 Protocols']],
  ['Set-OutlookAnywhere', SERVERS],
  ['Set-OutlookProvider', []],
])('the right to %s is likely in %j', (cmdlet, expected) => {
  expect(roles(cmdlet)).toEqual(expected);
});

test('a remedy names the roles of all cmdlets once, and how to ask for those of the organization', () => {
  expect(roleRemedy(['Set-MailboxServer', 'Set-OutlookAnywhere', 'Redirect-Message'])).toBe(
    'Give the account a management role with the missing cmdlets or parameters; `Get-ManagementRole -Cmdlet Set-MailboxServer` names the roles of your organization. Of the built-in roles these are likely: Exchange Servers, Transport Queues.',
  );
  expect(roleRemedy(['Set-OutlookProvider'], ['Identity', 'CertPrincipalName'])).toBe(
    'Give the account a management role with the missing cmdlets or parameters; `Get-ManagementRole -Cmdlet Set-OutlookProvider -CmdletParameters Identity,CertPrincipalName` names the roles of your organization.',
  );
});

test('a likely role is named for nearly every cmdlet that a version needs', () => {
  const without = neededCmdlets(ExchangeVersion.ALL).filter((cmdlet) => roles(cmdlet).length === 0);
  expect(without).toEqual([
    'New-ClientAccessArray',
    'Remove-ClientAccessArray',
    'Set-ClientAccessArray',
    'Set-OutlookProvider',
  ]);
});
