import type { VersionDelta } from './delta';

/**
 * Exchange Server 2007 (SP1 to SP3): the cmdlets whose syntax lines are known. `partial` marks those whose own page
 * was not found, so that more parameters may exist than stand here: what the guides of 2007 use of them.
 * https://learn.microsoft.com/previous-versions/office/exchange-server-2007/
 */
export const exchange2007 = (): VersionDelta => ({
  removed: [],
  cmdlets: {
    'Disable-OutlookAnywhere': {
      partial: true,
      asks: true,
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        WhatIf: 'SwitchParameter',
      },
    },
    'Enable-ExchangeCertificate': {
      partial: true,
      parameters: {
        Thumbprint: { type: 'String', required: true },
        Services: {
          type: 'AllowedServices',
          required: true,
          values: ['None', 'IMAP', 'POP', 'UM', 'IIS', 'SMTP'],
        },
      },
    },
    'Enable-OutlookAnywhere': {
      partial: true,
      parameters: {
        ClientAuthenticationMethod: 'AuthenticationMethod',
        DefaultAuthenticationMethod: 'AuthenticationMethod',
        ExternalHostname: 'Hostname',
        IISAuthenticationMethods: 'MultiValuedProperty',
        Server: 'ServerIdParameter',
        SSLOffloading: 'Boolean',
      },
    },
    'Export-ExchangeCertificate': {
      parameters: {
        Thumbprint: { type: 'String', required: true },
        BinaryEncoded: 'SwitchParameter',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        Force: 'SwitchParameter',
        Password: 'SecureString',
        Path: 'String',
        WhatIf: 'SwitchParameter',
      },
    },
    'Get-ActiveSyncVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-AutodiscoverVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-ClientAccessServer': {
      parameters: {
        Identity: 'ClientAccessServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-ExchangeCertificate': {
      parameters: {
        Thumbprint: 'String',
        DomainName: 'MultiValuedProperty',
        Instance: 'X509Certificate2',
      },
    },
    'Get-ExchangeServer': {
      parameters: {
        Identity: 'ServerIdParameter',
        Domain: 'Fqdn',
        DomainController: 'Fqdn',
        Status: 'SwitchParameter',
      },
    },
    'Get-ImapSettings': {
      parameters: { DomainController: 'Fqdn', Server: 'ServerIdParameter' },
    },
    'Get-OabVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-OutlookAnywhere': {
      partial: true,
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-OutlookProvider': {
      parameters: { Identity: 'OutlookProviderIdParameter', DomainController: 'Fqdn' },
    },
    'Get-OwaVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-PopSettings': {
      partial: true,
      parameters: { DomainController: 'Fqdn', Server: 'ServerIdParameter' },
    },
    'Get-TransportServer': {
      parameters: { Identity: 'TransportServerIdParameter', DomainController: 'Fqdn' },
    },
    'Get-UMVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Get-WebServicesVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        Server: 'ServerIdParameter',
        DomainController: 'Fqdn',
      },
    },
    'Import-ExchangeCertificate': {
      parameters: {
        Path: 'String',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        FriendlyName: 'String',
        Instance: { type: 'String[]', sets: ['Instance'] },
        Password: 'SecureString',
        WhatIf: 'SwitchParameter',
      },
    },
    'New-ExchangeCertificate': {
      parameters: {
        BinaryEncoded: 'SwitchParameter',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        DomainName: 'MultiValuedProperty',
        Force: 'SwitchParameter',
        FriendlyName: 'String',
        GenerateRequest: 'SwitchParameter',
        IncludeAcceptedDomains: 'SwitchParameter',
        IncludeAutoDiscover: 'SwitchParameter',
        Instance: 'X509Certificate2',
        KeySize: 'Int32',
        Path: 'String',
        PrivateKeyExportable: 'Boolean',
        Services: { type: 'AllowedServices', values: ['None', 'IMAP', 'POP', 'UM', 'IIS', 'SMTP'] },
        SubjectName: 'X500DistinguishedName',
        WhatIf: 'SwitchParameter',
      },
    },
    'Remove-ExchangeCertificate': {
      asks: true,
      parameters: {
        Thumbprint: { type: 'String', required: true },
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-ActiveSyncVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        ActiveSyncServer: 'String',
        BadItemReportingEnabled: 'Boolean',
        BasicAuthEnabled: 'Boolean',
        ClientCertAuth: { type: 'ClientCertAuthTypes', values: ['Ignore', 'Accepted', 'Required'] },
        CompressionEnabled: 'Boolean',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        ExternalAuthenticationMethods: 'MultiValuedProperty',
        ExternalUrl: 'Uri',
        InstallIsapiFilter: 'Boolean',
        InstallProxySubDirectory: 'Boolean',
        Instance: 'Object',
        InternalAuthenticationMethods: 'MultiValuedProperty',
        InternalUrl: 'Uri',
        MobileClientCertificateAuthorityURL: 'String',
        MobileClientCertificateProvisioningEnabled: 'Boolean',
        MobileClientCertTemplateName: 'String',
        Name: 'String',
        RemoteDocumentsActionForUnknownServers: 'RemoteDocumentsActions',
        RemoteDocumentsAllowedServers: 'MultiValuedProperty',
        RemoteDocumentsBlockedServers: 'MultiValuedProperty',
        RemoteDocumentsInternalDomainSuffixList: 'MultiValuedProperty',
        WhatIf: 'SwitchParameter',
        WindowsAuthEnabled: 'Boolean',
      },
    },
    'Set-AutodiscoverVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        BasicAuthentication: 'Boolean',
        Confirm: 'SwitchParameter',
        DigestAuthentication: 'Boolean',
        DomainController: 'Fqdn',
        ExternalUrl: 'Uri',
        Instance: 'Object',
        InternalUrl: 'Uri',
        WhatIf: 'SwitchParameter',
        WindowsAuthentication: 'Boolean',
      },
    },
    'Set-ClientAccessServer': {
      parameters: {
        Identity: 'ClientAccessServerIdParameter',
        AutoDiscoverServiceInternalUri: 'Uri',
        AutoDiscoverSiteScope: 'MultiValuedProperty',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        Instance: 'Object',
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-ImapSettings': {
      parameters: {
        AuthenticatedConnectionTimeout: 'EnhancedTimeSpan',
        Banner: 'String',
        CalendarItemRetrievalOption: {
          type: 'CalendarItemRetrievalOptions',
          values: ['iCalendar', 'intranetUrl', 'InternetUrl', 'Custom'],
        },
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        EnableExactRFC822Size: 'Boolean',
        Instance: 'Imap4AdConfiguration',
        LoginType: {
          type: 'LoginOptions',
          values: ['PlainTextLogin', 'PlainTextAuthentication', 'SecureLogin'],
        },
        MaxCommandSize: 'Int32',
        MaxConnectionFromSingleIP: 'Int32',
        MaxConnections: 'Int32',
        MaxConnectionsPerUser: 'Int32',
        MessageRetrievalMimeFormat: {
          type: 'MimeTextFormat',
          values: [
            'TextOnly',
            'HtmlOnly',
            'HtmlAndTextAlternative',
            'TextEnrichedOnly',
            'TextEnrichedAndTextAlternative',
            'BestBodyFormat',
            'Tnef',
          ],
        },
        OwaServerUrl: 'String',
        PreAuthenticatedConnectionTimeout: 'EnhancedTimeSpan',
        ProxyTargetPort: 'Int32',
        Server: 'ServerIdParameter',
        ShowHiddenFoldersEnabled: 'Boolean',
        SSLBindings: 'MultiValuedProperty',
        UnencryptedOrTLSBindings: 'MultiValuedProperty',
        WhatIf: 'SwitchParameter',
        X509CertificateName: 'String',
      },
    },
    'Set-OabVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        BasicAuthentication: 'Boolean',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        ExternalUrl: 'Uri',
        Instance: 'Object',
        InternalUrl: 'Uri',
        PollInterval: 'Int32',
        RequireSSL: 'Boolean',
        WhatIf: 'SwitchParameter',
        WindowsAuthentication: 'Boolean',
      },
    },
    'Set-OutlookAnywhere': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        ClientAuthenticationMethod: {
          type: 'AuthenticationMethod',
          values: ['Basic', 'Digest', 'Ntlm', 'Fba', 'WindowsIntegrated', 'Misconfigured'],
        },
        Confirm: 'SwitchParameter',
        DefaultAuthenticationMethod: {
          type: 'AuthenticationMethod',
          values: ['Basic', 'Digest', 'Ntlm', 'Fba', 'WindowsIntegrated', 'Misconfigured'],
        },
        DomainController: 'Fqdn',
        ExternalHostname: 'Hostname',
        IISAuthenticationMethods: 'MultiValuedProperty',
        Instance: 'Object',
        Name: 'String',
        SSLOffloading: 'Boolean',
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-OutlookProvider': {
      parameters: {
        Identity: { type: 'OutlookProviderIdParameter', required: true },
        CertPrincipalName: 'String',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        Instance: 'OutlookProvider',
        Name: 'String',
        Server: 'String',
        TTL: 'Int32',
        WhatIf: 'SwitchParameter',
      },
    },
    'Set-OwaVirtualDirectory': {
      partial: true,
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        BasicAuthentication: 'Boolean',
        Confirm: 'SwitchParameter',
        DigestAuthentication: 'Boolean',
        DomainController: 'Fqdn',
        ExternalUrl: 'Uri',
        FormsAuthentication: 'Boolean',
        InternalUrl: 'Uri',
        WhatIf: 'SwitchParameter',
        WindowsAuthentication: 'Boolean',
      },
    },
    'Set-PopSettings': {
      partial: true,
      parameters: {
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        LoginType: {
          type: 'LoginOptions',
          values: ['PlainTextLogin', 'PlainTextAuthentication', 'SecureLogin'],
        },
        Server: 'ServerIdParameter',
        SSLBindings: 'MultiValuedProperty',
        UnencryptedOrTLSBindings: 'MultiValuedProperty',
        WhatIf: 'SwitchParameter',
        X509CertificateName: 'String',
      },
    },
    'Set-UMVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        BasicAuthentication: 'Boolean',
        Confirm: 'SwitchParameter',
        DigestAuthentication: 'Boolean',
        DomainController: 'Fqdn',
        ExternalUrl: 'Uri',
        Instance: 'Object',
        InternalUrl: 'Uri',
        WhatIf: 'SwitchParameter',
        WindowsAuthentication: 'Boolean',
      },
    },
    'Set-WebServicesVirtualDirectory': {
      parameters: {
        Identity: 'VirtualDirectoryIdParameter',
        BasicAuthentication: 'Boolean',
        Confirm: 'SwitchParameter',
        DigestAuthentication: 'Boolean',
        DomainController: 'Fqdn',
        ExternalUrl: 'Uri',
        Instance: 'Object',
        InternalUrl: 'Uri',
        WhatIf: 'SwitchParameter',
        WindowsAuthentication: 'Boolean',
        InternalNLBBypassUrl: 'Uri',
      },
    },
    'Test-OutlookWebServices': {
      parameters: {
        Identity: 'RecipientIdParameter',
        ClientAccessServer: 'ClientAccessServerIdParameter',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        MonitoringContext: 'Boolean',
        TargetAddress: 'RecipientIdParameter[]',
        WhatIf: 'SwitchParameter',
      },
    },
    'Test-ServiceHealth': {
      parameters: {
        Server: 'ServerIdParameter',
        ActiveDirectoryTimeout: 'Int32',
        Confirm: 'SwitchParameter',
        DomainController: 'Fqdn',
        MonitoringContext: 'Boolean',
        WhatIf: 'SwitchParameter',
      },
    },
  },
});
