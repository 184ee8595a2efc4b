import { ExchangeVersion } from './version';

/**
 * The snap-in with which a Windows PowerShell on a server of the version gets Exchange's cmdlets.
 * https://learn.microsoft.com/powershell/exchange/open-the-exchange-management-shell
 */
export function snapInOf(version: ExchangeVersion): string {
  const prefix = 'Microsoft.Exchange.Management.PowerShell';
  if (version.isAtLeast(ExchangeVersion.V2013)) return `${prefix}.SnapIn`;
  return version.isAtLeast(ExchangeVersion.V2010) ? `${prefix}.E2010` : `${prefix}.Admin`;
}
