import type { VersionDelta } from './delta';

/**
 * Exchange Server 2016, as a delta to 2013; null takes a parameter away.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/
 */
export const exchange2016 = (): VersionDelta => ({
  removed: [],
  cmdlets: {
    'Add-MailboxDatabaseCopy': {
      parameters: {
        ReplayLagMaxDelay: 'EnhancedTimeSpan',
      },
    },
    'Export-ExchangeCertificate': {
      parameters: {
        FileName: null,
      },
    },
    'Get-ClientAccessService': {
      parameters: {
        Identity: { type: 'ClientAccessServerIdParameter', position: 1, pipeline: true },
        DomainController: 'Fqdn',
        IncludeAlternateServiceAccountCredentialPassword: 'SwitchParameter',
        IncludeAlternateServiceAccountCredentialStatus: 'SwitchParameter',
      },
    },
    'Get-MailboxDatabase': {
      parameters: {
        IncludeCorrupted: 'SwitchParameter',
      },
    },
    'Get-MapiVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: null,
      },
    },
    'Import-ExchangeCertificate': {
      parameters: {
        FileName: null,
      },
    },
    'Mount-Database': {
      parameters: {
        NewCapacity: 'SwitchParameter',
      },
    },
    'Move-ActiveMailboxDatabase': {
      parameters: {
        SkipAllChecks: { type: 'SwitchParameter', sets: ['SkipAllChecks'] },
        MoveAllDatabasesOrNone: { type: 'SwitchParameter', sets: ['Server'] },
        SkipCpuChecks: 'SwitchParameter',
        SkipMoveSuppressionChecks: 'SwitchParameter',
      },
    },
    'New-DatabaseAvailabilityGroup': {
      parameters: {
        ActivityState: {
          type: 'ActivityStateOption',
          values: [
            'NewDeployment',
            'DotBuildUpgrade',
            'Decom',
            'PendingDotBuildUpgrade',
            'DecomRemoveMailboxes',
            'DecomNoUpgrades',
            'Discovered',
            'Allocated',
            'ReadyForAllocation',
            'Spare',
          ],
        },
        FileSystem: { type: 'FileSystemMode', values: ['NTFS', 'ReFS'] },
      },
    },
    'New-ExchangeCertificate': {
      parameters: {
        RequestFile: null,
      },
    },
    'Set-ClientAccessService': {
      parameters: {
        Identity: { type: 'ClientAccessServerIdParameter', required: true, position: 1, pipeline: true },
        AlternateServiceAccountCredential: { type: 'PSCredential[]', sets: ['AlternateServiceAccount'] },
        Array: { type: 'ClientAccessArrayIdParameter', sets: ['Identity'] },
        AutoDiscoverServiceInternalUri: { type: 'Uri', sets: ['Identity'] },
        AutoDiscoverSiteScope: { type: 'MultiValuedProperty', sets: ['Identity'] },
        CleanUpInvalidAlternateServiceAccountCredentials: {
          type: 'SwitchParameter',
          sets: ['AlternateServiceAccount'],
        },
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        RemoveAlternateServiceAccountCredentials: {
          type: 'SwitchParameter',
          sets: ['AlternateServiceAccount'],
        },
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-DatabaseAvailabilityGroup': {
      parameters: {
        ActivityState: {
          type: 'ActivityStateOption',
          values: [
            'NewDeployment',
            'DotBuildUpgrade',
            'Decom',
            'PendingDotBuildUpgrade',
            'DecomRemoveMailboxes',
            'DecomNoUpgrades',
            'Discovered',
            'Allocated',
            'ReadyForAllocation',
            'Spare',
          ],
        },
        AutoDagAutoRedistributeEnabled: 'Boolean',
        FileSystem: { type: 'FileSystemMode', values: ['NTFS', 'ReFS'] },
        PreferenceMoveFrequency: 'TimeSpan',
      },
    },
    'Set-ExchangeServer': {
      parameters: {
        DataCollectionEnabled: 'Boolean',
        InternetWebProxyBypassList: 'MultiValuedProperty',
        MitigationsApplied: 'MultiValuedProperty',
        MitigationsBlocked: 'MultiValuedProperty',
        MitigationsEnabled: 'Boolean',
      },
    },
    'Set-MailboxDatabase': {
      parameters: {
        IsExcludedFromProvisioningByOperator: 'Boolean',
        IsExcludedFromProvisioningDueToLogicalCorruption: 'Boolean',
        IsExcludedFromProvisioningReason: 'String',
      },
    },
    'Set-MailboxDatabaseCopy': {
      parameters: {
        ReplayLagMaxDelay: 'EnhancedTimeSpan',
      },
    },
    'Set-MailboxServer': {
      parameters: {
        CalendarRepairWorkCycle: null,
        CalendarRepairWorkCycleCheckpoint: null,
        DarTaskStoreTimeBasedAssistantWorkCycle: null,
        DarTaskStoreTimeBasedAssistantWorkCycleCheckpoint: null,
        DirectoryProcessorWorkCycle: null,
        DirectoryProcessorWorkCycleCheckpoint: null,
        GroupMailboxWorkCycle: null,
        GroupMailboxWorkCycleCheckpoint: null,
        InferenceDataCollectionWorkCycle: null,
        InferenceDataCollectionWorkCycleCheckpoint: null,
        InferenceTrainingWorkCycle: null,
        InferenceTrainingWorkCycleCheckpoint: null,
        JunkEmailOptionsCommitterWorkCycle: null,
        MailboxAssociationReplicationWorkCycle: null,
        MailboxAssociationReplicationWorkCycleCheckpoint: null,
        MailboxProcessorWorkCycle: null,
        ManagedFolderWorkCycle: null,
        ManagedFolderWorkCycleCheckpoint: null,
        OABGeneratorWorkCycle: null,
        OABGeneratorWorkCycleCheckpoint: null,
        PeopleCentricTriageWorkCycle: null,
        PeopleCentricTriageWorkCycleCheckpoint: null,
        PeopleRelevanceWorkCycle: null,
        PeopleRelevanceWorkCycleCheckpoint: null,
        ProbeTimeBasedAssistantWorkCycle: null,
        ProbeTimeBasedAssistantWorkCycleCheckpoint: null,
        PublicFolderWorkCycle: null,
        PublicFolderWorkCycleCheckpoint: null,
        SearchIndexRepairTimeBasedAssistantWorkCycle: null,
        SearchIndexRepairTimeBasedAssistantWorkCycleCheckpoint: null,
        SharePointSignalStoreWorkCycle: null,
        SharePointSignalStoreWorkCycleCheckpoint: null,
        SharingPolicyWorkCycle: null,
        SharingPolicyWorkCycleCheckpoint: null,
        SharingSyncWorkCycle: null,
        SharingSyncWorkCycleCheckpoint: null,
        SiteMailboxWorkCycle: null,
        SiteMailboxWorkCycleCheckpoint: null,
        StoreDsMaintenanceWorkCycle: null,
        StoreDsMaintenanceWorkCycleCheckpoint: null,
        StoreIntegrityCheckWorkCycle: null,
        StoreIntegrityCheckWorkCycleCheckpoint: null,
        StoreMaintenanceWorkCycle: null,
        StoreMaintenanceWorkCycleCheckpoint: null,
        StoreScheduledIntegrityCheckWorkCycle: null,
        StoreScheduledIntegrityCheckWorkCycleCheckpoint: null,
        StoreUrgentMaintenanceWorkCycle: null,
        StoreUrgentMaintenanceWorkCycleCheckpoint: null,
        TopNWorkCycle: null,
        TopNWorkCycleCheckpoint: null,
        UMReportingWorkCycle: null,
        UMReportingWorkCycleCheckpoint: null,
        WacDiscoveryEndpoint: 'String',
      },
    },
    'Set-OwaVirtualDirectory': {
      parameters: {
        ForceWebReadyDocumentViewingFirstOnPrivateComputers: null,
        ForceWebReadyDocumentViewingFirstOnPublicComputers: null,
        WebReadyDocumentViewingForAllSupportedTypes: null,
        WebReadyDocumentViewingOnPrivateComputersEnabled: null,
        WebReadyDocumentViewingOnPublicComputersEnabled: null,
        WebReadyDocumentViewingSupportedFileTypes: null,
        WebReadyDocumentViewingSupportedMimeTypes: null,
        WebReadyFileTypes: null,
        WebReadyMimeTypes: null,
        BoxAttachmentsEnabled: 'Boolean',
        ClassicAttachmentsEnabled: 'Boolean',
        DropboxAttachmentsEnabled: 'Boolean',
        ExternalDownloadHostName: 'String',
        ExternalSPMySiteHostURL: 'String',
        FreCardsEnabled: 'Boolean',
        GoogleDriveAttachmentsEnabled: 'Boolean',
        InternalDownloadHostName: 'String',
        InternalSPMySiteHostURL: 'String',
        OneDriveAttachmentsEnabled: 'Boolean',
        ReferenceAttachmentsEnabled: 'Boolean',
        SaveAttachmentsToCloudEnabled: 'Boolean',
        WacEditingEnabled: 'Boolean',
      },
    },
    'Set-ReceiveConnector': {
      parameters: {
        AuthTarpitInterval: 'EnhancedTimeSpan',
        RejectReservedSecondLevelRecipientDomains: 'Boolean',
        RejectReservedTopLevelRecipientDomains: 'Boolean',
        RejectSingleLabelRecipientDomains: 'Boolean',
      },
    },
    'Set-SendConnector': {
      parameters: {
        ConnectorType: { type: 'TenantConnectorType', values: ['Default', 'XPremises'] },
      },
    },
    'Test-ReplicationHealth': {
      parameters: {
        DatabaseAvailabilityGroup: { type: 'DatabaseAvailabilityGroupIdParameter', excludes: ['Identity'] },
      },
    },
    'Update-MailboxDatabaseCopy': {
      parameters: {
        NoThrottle: { type: 'SwitchParameter', sets: ['Identity', 'ExplicitServer'] },
      },
    },
  },
});
