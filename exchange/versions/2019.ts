import type { VersionDelta } from './delta';

/**
 * Exchange Server 2019, as a delta to 2016.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/
 */
export const exchange2019 = (): VersionDelta => ({
  removed: [],
  cmdlets: {
    'Set-DatabaseAvailabilityGroup': {
      parameters: {
        MetaCacheDatabaseVolumesPerServer: 'Int32',
      },
    },
    'Set-EcpVirtualDirectory': {
      parameters: {
        OAuthAuthentication: 'Boolean',
      },
    },
    'Set-ExchangeServer': {
      parameters: {
        RingLevel: 'String',
      },
    },
    'Set-MailboxDatabase': {
      parameters: {
        MetaCacheDatabaseMaxCapacityInBytes: 'Int64',
      },
    },
    'Update-MailboxDatabaseCopy': {
      parameters: {
        PrimaryDatabasePartitionOnly: { type: 'SwitchParameter', sets: ['Identity', 'ExplicitServer'] },
        SecondaryDatabasePartitionOnly: { type: 'SwitchParameter', sets: ['Identity'] },
      },
    },
  },
});
