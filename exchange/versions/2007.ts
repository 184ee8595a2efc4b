import type { VersionDelta } from './delta';

/**
 * Exchange Server 2007 (SP1 to SP3): the cmdlets whose syntax lines are known. `partial` marks those whose own page
 * was not found, so that more parameters may exist than stand here.
 * https://learn.microsoft.com/previous-versions/office/exchange-server-2007/
 */
export const exchange2007 = (): VersionDelta => ({
  removed: [],
  cmdlets: {
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
  },
});
