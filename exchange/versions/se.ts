import type { VersionDelta } from './delta';

/**
 * Exchange Server Subscription Edition, as a delta to 2019; null takes a parameter away.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/
 */
export const exchangeSe = (): VersionDelta => ({
  removed: [],
  cmdlets: {},
});
