import type { VersionDelta } from './delta';

/**
 * Exchange Server 2013, as a delta to 2010; null takes a parameter away.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/
 */
export const exchange2013 = (): VersionDelta => ({
  removed: [
    'Disable-OutlookAnywhere',
    'Enable-OutlookAnywhere',
    'New-ClientAccessArray',
    'Remove-ClientAccessArray',
    'Set-ClientAccessArray',
  ],
  cmdlets: {
    'Add-DatabaseAvailabilityGroupServer': {
      parameters: {
        SkipDagValidation: 'SwitchParameter',
      },
    },
    'Add-MailboxDatabaseCopy': {
      parameters: {
        ConfigurationOnly: 'SwitchParameter',
      },
    },
    'Enable-ExchangeCertificate': {
      parameters: {
        Identity: {
          type: 'ExchangeCertificateIdParameter',
          position: 1,
          sets: ['Identity'],
          excludes: ['Server'],
        },
      },
    },
    'Export-ExchangeCertificate': {
      parameters: {
        Identity: {
          type: 'ExchangeCertificateIdParameter',
          position: 1,
          sets: ['Identity'],
          excludes: ['Server'],
        },
        FileName: 'String',
      },
    },
    'Get-ActiveSyncVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-AuthConfig': {
      parameters: {
        DomainController: 'Fqdn',
      },
    },
    'Get-AutodiscoverVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-EcpVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-ExchangeCertificate': {
      parameters: {
        Identity: {
          type: 'ExchangeCertificateIdParameter',
          position: 1,
          sets: ['Identity'],
          excludes: ['Server'],
        },
      },
    },
    'Get-HealthReport': {
      parameters: {
        Identity: { type: 'ServerIdParameter', required: true, position: 1, pipeline: true },
        GroupSize: 'Int32',
        HaImpactingOnly: 'SwitchParameter',
        HealthSet: 'String',
        MinimumOnlinePercent: 'Int32',
        RollupGroup: 'SwitchParameter',
      },
    },
    'Get-MailboxDatabase': {
      parameters: {
        IncludePreExchange2010: null,
        IncludePreExchange2013: 'SwitchParameter',
      },
    },
    'Get-MailboxDatabaseCopyStatus': {
      parameters: {
        UseServerCache: 'SwitchParameter',
      },
    },
    'Get-MapiVirtualDirectory': {
      parameters: {
        Identity: { type: 'VirtualDirectoryIdParameter', position: 1, pipeline: true, sets: ['Identity'] },
        Server: { type: 'ServerIdParameter', pipeline: true, sets: ['Server'] },
        ADPropertiesOnly: 'SwitchParameter',
        DomainController: 'Fqdn',
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-OabVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-OutlookAnywhere': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-OwaVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-PowerShellVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Get-ServerComponentState': {
      parameters: {
        Identity: { type: 'ServerIdParameter', required: true, position: 1, pipeline: true },
        Component: 'String',
        DomainController: 'Fqdn',
      },
    },
    'Get-ServerHealth': {
      parameters: {
        Identity: { type: 'ServerIdParameter', required: true, position: 1, pipeline: true },
        HaImpactingOnly: 'SwitchParameter',
        HealthSet: 'String',
      },
    },
    'Get-TransportService': {
      parameters: {
        Identity: { type: 'TransportServerIdParameter', position: 1, pipeline: true },
        DomainController: 'Fqdn',
      },
    },
    'Get-WebServicesVirtualDirectory': {
      parameters: {
        ShowMailboxVirtualDirectories: 'SwitchParameter',
      },
    },
    'Import-ExchangeCertificate': {
      parameters: {
        FileName: { type: 'String', sets: ['FileName'] },
      },
    },
    'Move-ActiveMailboxDatabase': {
      parameters: {
        ActivatePreferredOnServer: {
          type: 'MailboxServerIdParameter',
          position: 1,
          pipeline: true,
          sets: ['ActivatePreferred'],
        },
        SkipMaximumActiveDatabasesChecks: 'SwitchParameter',
      },
    },
    'New-DatabaseAvailabilityGroup': {
      parameters: {
        DagConfiguration: 'DatabaseAvailabilityGroupConfigurationIdParameter',
        DatabaseAvailabilityGroupIpAddresses: { type: 'IPAddress[]', whenOmitted: ['255.255.255.255'] },
      },
    },
    'New-ExchangeCertificate': {
      parameters: {
        RequestFile: { type: 'String', sets: ['Request'] },
      },
    },
    'New-MailboxDatabase': {
      parameters: {
        AutoDagExcludeFromMonitoring: { type: 'Boolean', sets: ['NonRecovery'] },
        IsExcludedFromInitialProvisioning: { type: 'SwitchParameter', sets: ['NonRecovery'] },
        SkipDatabaseLogFolderCreation: 'SwitchParameter',
      },
    },
    // https://learn.microsoft.com/powershell/module/exchangepowershell/redirect-message
    'Redirect-Message': {
      asks: true,
      parameters: {
        Server: { type: 'ServerIdParameter', required: true },
        Target: { type: 'MultiValuedProperty', required: true },
        Confirm: 'SwitchParameter',
        WhatIf: 'SwitchParameter',
      },
    },
    'Remove-DatabaseAvailabilityGroupServer': {
      parameters: {
        SkipDagValidation: 'SwitchParameter',
      },
    },
    'Remove-ExchangeCertificate': {
      parameters: {
        Identity: {
          type: 'ExchangeCertificateIdParameter',
          position: 1,
          sets: ['Identity'],
          excludes: ['Server'],
        },
      },
    },
    'Restore-DatabaseAvailabilityGroup': {
      parameters: {
        UsePrimaryWitnessServer: 'SwitchParameter',
      },
    },
    'Resume-MailboxDatabaseCopy': {
      parameters: {
        DisableReplayLag: { type: 'SwitchParameter', sets: ['DisableReplayLag'] },
        DisableReplayLagReason: { type: 'String', sets: ['DisableReplayLag'] },
      },
    },
    'Set-AuthConfig': {
      parameters: {
        CertificateThumbprint: { type: 'String', sets: ['CurrentCertificateParameter'] },
        ClearPreviousCertificate: { type: 'SwitchParameter', sets: ['PublishAuthCertificateParameter'] },
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        Force: {
          type: 'SwitchParameter',
          sets: ['CurrentCertificateParameter', 'PublishAuthCertificateParameter', 'NewCertificateParameter'],
        },
        NewCertificateEffectiveDate: { type: 'DateTime', sets: ['NewCertificateParameter'] },
        NewCertificateThumbprint: { type: 'String', sets: ['NewCertificateParameter'] },
        PublishCertificate: { type: 'SwitchParameter', sets: ['PublishAuthCertificateParameter'] },
        Realm: { type: 'String', sets: ['AuthConfigSettings'] },
        Server: {
          type: 'ServerIdParameter',
          sets: ['CurrentCertificateParameter', 'NewCertificateParameter'],
        },
        ServiceName: { type: 'String', sets: ['AuthConfigSettings'] },
        SkipImmediateCertificateDeployment: {
          type: 'SwitchParameter',
          sets: ['CurrentCertificateParameter', 'NewCertificateParameter'],
        },
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-AutodiscoverVirtualDirectory': {
      parameters: {
        ExternalUrl: null,
        InternalUrl: null,
        OAuthAuthentication: 'Boolean',
      },
    },
    'Set-ClientAccessServer': {
      parameters: {
        IrmLogEnabled: null,
        IrmLogMaxAge: null,
        IrmLogMaxDirectorySize: null,
        IrmLogMaxFileSize: null,
        IrmLogPath: null,
        IsOutOfService: null,
        Array: { type: 'ClientAccessArrayIdParameter', sets: ['Identity'] },
      },
    },
    'Set-DatabaseAvailabilityGroup': {
      parameters: {
        AutoDagAllServersInstalled: 'Boolean',
        AutoDagAutoReseedEnabled: 'Boolean',
        AutoDagBitlockerEnabled: 'Boolean',
        AutoDagDatabaseCopiesPerDatabase: 'Int32',
        AutoDagDatabaseCopiesPerVolume: 'Int32',
        AutoDagDatabasesRootFolderPath: 'NonRootLocalLongFullPath',
        AutoDagDiskReclaimerEnabled: 'Boolean',
        AutoDagTotalNumberOfDatabases: 'Int32',
        AutoDagTotalNumberOfServers: 'Int32',
        AutoDagVolumesRootFolderPath: 'NonRootLocalLongFullPath',
        DagConfiguration: 'DatabaseAvailabilityGroupConfigurationIdParameter',
        DatabaseAvailabilityGroupIpAddresses: 'IPAddress[]',
        ManualDagNetworkConfiguration: 'Boolean',
        ReplayLagManagerEnabled: 'Boolean',
        SkipDagValidation: 'SwitchParameter',
      },
    },
    'Set-EcpVirtualDirectory': {
      parameters: {
        AdfsAuthentication: 'Boolean',
        AdminEnabled: 'Boolean',
        OwaOptionsEnabled: 'Boolean',
      },
    },
    'Set-ExchangeServer': {
      parameters: {
        MonitoringGroup: 'String',
      },
    },
    'Set-MailboxDatabase': {
      parameters: {
        RpcClientAccessServer: null,
        AutoDagExcludeFromMonitoring: 'Boolean',
        AutoDatabaseMountDial: {
          type: 'AutoDatabaseMountDial',
          values: ['Lossless', 'GoodAvailability', 'BestAvailability'],
        },
        CalendarLoggingQuota: 'Unlimited',
        DatabaseGroup: 'String',
        IsExcludedFromInitialProvisioning: 'Boolean',
      },
    },
    'Set-MailboxDatabaseCopy': {
      parameters: {
        DatabaseCopyAutoActivationPolicy: 'DatabaseCopyAutoActivationPolicyType',
      },
    },
    'Set-MailboxServer': {
      parameters: {
        CalendarRepairSchedule: null,
        GroupMetricsGenerationTime: null,
        IrmLogEnabled: null,
        IrmLogMaxAge: null,
        IrmLogMaxDirectorySize: null,
        IrmLogMaxFileSize: null,
        IrmLogPath: null,
        MessageTrackingLogEnabled: null,
        MessageTrackingLogMaxAge: null,
        MessageTrackingLogMaxDirectorySize: null,
        MessageTrackingLogMaxFileSize: null,
        MessageTrackingLogPath: null,
        MessageTrackingLogSubjectLoggingEnabled: null,
        AutoDagServerConfigured: 'Boolean',
        CalendarRepairMode: { type: 'CalendarRepairType', values: ['ValidateOnly', 'RepairAndValidate'] },
        DarTaskStoreTimeBasedAssistantWorkCycle: 'EnhancedTimeSpan',
        DarTaskStoreTimeBasedAssistantWorkCycleCheckpoint: 'EnhancedTimeSpan',
        DatabaseCopyActivationDisabledAndMoveNow: 'Boolean',
        DirectoryProcessorWorkCycle: 'EnhancedTimeSpan',
        DirectoryProcessorWorkCycleCheckpoint: 'EnhancedTimeSpan',
        FaultZone: 'String',
        GroupMailboxWorkCycle: 'EnhancedTimeSpan',
        GroupMailboxWorkCycleCheckpoint: 'EnhancedTimeSpan',
        InferenceDataCollectionWorkCycle: 'EnhancedTimeSpan',
        InferenceDataCollectionWorkCycleCheckpoint: 'EnhancedTimeSpan',
        InferenceTrainingWorkCycle: 'EnhancedTimeSpan',
        InferenceTrainingWorkCycleCheckpoint: 'EnhancedTimeSpan',
        JunkEmailOptionsCommitterWorkCycle: 'EnhancedTimeSpan',
        MailboxAssociationReplicationWorkCycle: 'EnhancedTimeSpan',
        MailboxAssociationReplicationWorkCycleCheckpoint: 'EnhancedTimeSpan',
        MailboxProcessorWorkCycle: 'EnhancedTimeSpan',
        MaximumPreferredActiveDatabases: 'Int32',
        MigrationLogFilePath: 'LocalLongFullPath',
        MigrationLogLoggingLevel: {
          type: 'MigrationEventType',
          values: ['None', 'Error', 'Warning', 'Information', 'Verbose', 'Instrumentation'],
        },
        MigrationLogMaxAge: 'EnhancedTimeSpan',
        MigrationLogMaxDirectorySize: 'ByteQuantifiedSize',
        MigrationLogMaxFileSize: 'ByteQuantifiedSize',
        OABGeneratorWorkCycle: 'EnhancedTimeSpan',
        OABGeneratorWorkCycleCheckpoint: 'EnhancedTimeSpan',
        PeopleCentricTriageWorkCycle: 'EnhancedTimeSpan',
        PeopleCentricTriageWorkCycleCheckpoint: 'EnhancedTimeSpan',
        PeopleRelevanceWorkCycle: 'EnhancedTimeSpan',
        PeopleRelevanceWorkCycleCheckpoint: 'EnhancedTimeSpan',
        ProbeTimeBasedAssistantWorkCycle: 'EnhancedTimeSpan',
        ProbeTimeBasedAssistantWorkCycleCheckpoint: 'EnhancedTimeSpan',
        PublicFolderWorkCycle: 'EnhancedTimeSpan',
        PublicFolderWorkCycleCheckpoint: 'EnhancedTimeSpan',
        SearchIndexRepairTimeBasedAssistantWorkCycle: 'EnhancedTimeSpan',
        SearchIndexRepairTimeBasedAssistantWorkCycleCheckpoint: 'EnhancedTimeSpan',
        SharePointSignalStoreWorkCycle: 'EnhancedTimeSpan',
        SharePointSignalStoreWorkCycleCheckpoint: 'EnhancedTimeSpan',
        SiteMailboxWorkCycle: 'EnhancedTimeSpan',
        SiteMailboxWorkCycleCheckpoint: 'EnhancedTimeSpan',
        StoreDsMaintenanceWorkCycle: 'EnhancedTimeSpan',
        StoreDsMaintenanceWorkCycleCheckpoint: 'EnhancedTimeSpan',
        StoreIntegrityCheckWorkCycle: 'EnhancedTimeSpan',
        StoreIntegrityCheckWorkCycleCheckpoint: 'EnhancedTimeSpan',
        StoreMaintenanceWorkCycle: 'EnhancedTimeSpan',
        StoreMaintenanceWorkCycleCheckpoint: 'EnhancedTimeSpan',
        StoreScheduledIntegrityCheckWorkCycle: 'EnhancedTimeSpan',
        StoreScheduledIntegrityCheckWorkCycleCheckpoint: 'EnhancedTimeSpan',
        StoreUrgentMaintenanceWorkCycle: 'EnhancedTimeSpan',
        StoreUrgentMaintenanceWorkCycleCheckpoint: 'EnhancedTimeSpan',
      },
    },
    'Set-MapiVirtualDirectory': {
      parameters: {
        Identity: { type: 'VirtualDirectoryIdParameter', required: true, position: 1, pipeline: true },
        ApplyDefaults: 'Boolean',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        ExtendedProtectionFlags: {
          type: 'MultiValuedProperty',
          values: ['None', 'AllowDotlessSPN', 'NoServiceNameCheck', 'Proxy', 'ProxyCoHosting'],
        },
        ExtendedProtectionSPNList: 'MultiValuedProperty',
        ExtendedProtectionTokenChecking: {
          type: 'ExtendedProtectionTokenCheckingMode',
          values: ['None', 'Allow', 'Require'],
        },
        ExternalUrl: 'Uri',
        IISAuthenticationMethods: {
          type: 'MultiValuedProperty',
          values: ['Basic', 'Negotiate', 'NTLM', 'OAuth'],
        },
        InternalUrl: 'Uri',
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-OabVirtualDirectory': {
      parameters: {
        OAuthAuthentication: 'Boolean',
      },
    },
    'Set-OutlookAnywhere': {
      parameters: {
        ClientAuthenticationMethod: null,
        ExternalClientAuthenticationMethod: {
          type: 'AuthenticationMethod',
          values: [
            'Basic',
            'Digest',
            'Ntlm',
            'Fba',
            'WindowsIntegrated',
            'LiveIdFba',
            'LiveIdBasic',
            'WSSecurity',
            'Certificate',
            'NegoEx',
            'OAuth',
            'Adfs',
            'Kerberos',
            'Negotiate',
            'LiveIdNegotiate',
            'Misconfigured',
          ],
          excludes: ['DefaultAuthenticationMethod'],
        },
        ExternalClientsRequireSsl: 'Boolean',
        InternalClientAuthenticationMethod: {
          type: 'AuthenticationMethod',
          values: [
            'Basic',
            'Digest',
            'Ntlm',
            'Fba',
            'WindowsIntegrated',
            'LiveIdFba',
            'LiveIdBasic',
            'WSSecurity',
            'Certificate',
            'NegoEx',
            'OAuth',
            'Adfs',
            'Kerberos',
            'Negotiate',
            'LiveIdNegotiate',
            'Misconfigured',
          ],
          excludes: ['DefaultAuthenticationMethod'],
        },
        InternalClientsRequireSsl: 'Boolean',
        InternalHostname: 'String',
      },
    },
    'Set-OutlookProvider': {
      parameters: {
        RequiredClientVersions: 'String[]',
      },
    },
    'Set-OwaVirtualDirectory': {
      parameters: {
        CalendarPublishingEnabled: null,
        CrossSiteRedirectType: null,
        LegacyRedirectType: null,
        OWAMiniEnabled: null,
        AdfsAuthentication: 'Boolean',
        AllowCopyContactsToDeviceAddressBook: 'Boolean',
        AllowOfflineOn: {
          type: 'AllowOfflineOnEnum',
          values: ['PrivateComputersOnly', 'NoComputers', 'AllComputers'],
        },
        AnonymousFeaturesEnabled: 'Boolean',
        DisplayPhotosEnabled: 'Boolean',
        ForceWacViewingFirstOnPrivateComputers: 'Boolean',
        ForceWacViewingFirstOnPublicComputers: 'Boolean',
        IntegratedFeaturesEnabled: 'Boolean',
        IsPublic: 'Boolean',
        LogonPageLightSelectionEnabled: 'Boolean',
        LogonPagePublicPrivateSelectionEnabled: 'Boolean',
        OAuthAuthentication: 'Boolean',
        ReportJunkEmailEnabled: 'Boolean',
        SetPhotoEnabled: 'Boolean',
        SetPhotoURL: 'String',
        WacViewingOnPrivateComputersEnabled: 'Boolean',
        WacViewingOnPublicComputersEnabled: 'Boolean',
        WebPartsFrameOptionsType: {
          type: 'WebPartsFrameOptions',
          values: ['Deny', 'AllowFrom', 'None', 'SameOrigin'],
        },
      },
    },
    'Set-PowerShellVirtualDirectory': {
      parameters: {
        ExtendedProtectionFlags: {
          type: 'MultiValuedProperty',
          values: ['None', 'AllowDotlessSPN', 'NoServiceNameCheck', 'Proxy', 'ProxyCoHosting'],
        },
        ExtendedProtectionSPNList: 'MultiValuedProperty',
        ExtendedProtectionTokenChecking: {
          type: 'ExtendedProtectionTokenCheckingMode',
          values: ['None', 'Allow', 'Require'],
        },
      },
    },
    'Set-ReceiveConnector': {
      parameters: {
        ServiceDiscoveryFqdn: 'Fqdn',
        SmtpUtf8Enabled: 'Boolean',
        TlsCertificateName: 'SmtpX509Identifier',
        TransportRole: {
          type: 'ServerRole',
          values: [
            'None',
            'Cafe',
            'Mailbox',
            'ClientAccess',
            'UnifiedMessaging',
            'HubTransport',
            'Edge',
            'All',
            'Monitoring',
            'CentralAdmin',
            'CentralAdminDatabase',
            'DomainController',
            'WindowsDeploymentServer',
            'ProvisionedServer',
            'LanguagePacks',
            'FrontendTransport',
            'CafeArray',
            'FfoWebService',
            'OSP',
            'ARR',
            'ManagementFrontEnd',
            'ManagementBackEnd',
            'SCOM',
            'CentralAdminFrontEnd',
            'NAT',
            'DHCP',
          ],
        },
      },
    },
    'Set-SendConnector': {
      parameters: {
        IsCoexistenceConnector: null,
        LinkedReceiveConnector: null,
        CloudServicesMailEnabled: 'Boolean',
        FrontendProxyEnabled: 'Boolean',
        TlsCertificateName: 'SmtpX509Identifier',
      },
    },
    'Set-ServerComponentState': {
      parameters: {
        Identity: { type: 'ServerIdParameter', required: true, position: 1, pipeline: true },
        Component: { type: 'String', required: true },
        Requester: {
          type: 'String',
          required: true,
          values: ['HealthAPI', 'Maintenance', 'Sidelined', 'Functional', 'Deployment'],
        },
        State: { type: 'ServiceState', required: true, values: ['Inactive', 'Active', 'Draining'] },
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        LocalOnly: 'SwitchParameter',
        RemoteOnly: 'SwitchParameter',
        TimeoutInSeconds: 'Int32',
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-WebServicesVirtualDirectory': {
      parameters: {
        MRSProxyMaxConnections: null,
        OAuthAuthentication: 'Boolean',
      },
    },
    'Suspend-MailboxDatabaseCopy': {
      parameters: {
        EnableReplayLag: { type: 'SwitchParameter', sets: ['EnableReplayLag'] },
      },
    },
    'Test-OutlookWebServices': {
      parameters: {
        AutoDiscoverServer: { type: 'ClientAccessServerIdParameter', sets: ['AutoDiscoverServer'] },
        ClientAccessServer: {
          type: 'ClientAccessServerIdParameter',
          sets: ['Default', 'ClientAccessServer'],
        },
        DomainController: null,
        MailboxCredential: {
          type: 'PSCredential',
          sets: ['AutoDiscoverServer', 'ClientAccessServer', 'MonitoringContext'],
        },
        MonitoringContext: { type: 'Boolean', sets: ['Default'] },
        TargetAddress: null,
        TrustAnySSLCertificate: {
          type: 'SwitchParameter',
          sets: ['AutoDiscoverServer', 'ClientAccessServer', 'MonitoringContext'],
        },
      },
    },
    'Update-MailboxDatabaseCopy': {
      parameters: {
        CancelSeed: { type: 'SwitchParameter', sets: ['CancelSeed'] },
        Server: { type: 'MailboxServerIdParameter', pipeline: true, sets: ['ExplicitServer'] },
        BeginSeed: { type: 'SwitchParameter', sets: ['Identity'] },
        MaximumSeedsInParallel: { type: 'Int32', sets: ['ExplicitServer'] },
        SafeDeleteExistingFiles: { type: 'SwitchParameter', sets: ['Identity', 'ExplicitServer'] },
      },
    },
  },
});
