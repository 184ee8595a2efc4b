# .SYNOPSIS
# Brings the Exchange site reverse-proxy-arr from nothing to its declaration.
#
# .DESCRIPTION
# The remote-execution plan of the site: every step in the order in which they can run. Run it in the Exchange
# Management Shell, as a member of Organization Management.
#
# It stops at the first error, says which step failed and how to go on, and runs nothing after it; the DNS
# records come last. It can be run again: a certificate, a DAG or a member of it that is there already is seen
# and skipped, and what only sets values is set again, which does no harm. Steps are numbered as in
# exchange-plan.json, from 1.
#
# Where a part of the site is in production already, name only the parts that are new, for example a server
# that joins and the records.
#
# Synth does not know the certificate in the PFX file: the declaration names no certificate.certificateFile.
#
# .PARAMETER PfxPath
# PFX file with the certificate of the site and its private key. Left out: 'mail.pfx' in the folder of this
# script, else '../../../certificates/mail.pfx' as seen from there. Only servers need it.
#
# .PARAMETER PfxPassword
# Password of the PFX file. Left out: it is asked for, where a server needs the file.
#
# .PARAMETER Part
# What to run: servers by name, 'organization' for what belongs to none, 'dns' for the records. Left out:
# everything.
#
# .EXAMPLE
# .\exchange-plan.ps1
#
# Runs everything. It asks for the password of the PFX file.
#
# .EXAMPLE
# .\exchange-plan.ps1 -Part 'ex2-srv', 'dns'
#
# Runs the steps of the server that joins, and announces the records.
#
# .EXAMPLE
# .\exchange-plan.ps1 -Part 'dns'
#
# Says which DNS records to publish. It runs nothing and asks for nothing.
#
# .NOTES
# It was written from the declaration; change that, not this file.

[CmdletBinding()]
param(
    [string] $PfxPath,

    [System.Security.SecureString] $PfxPassword,

    [ValidateSet('organization', 'ex1-srv', 'ex2-srv', 'dns')]
    [string[]] $Part = @('organization', 'ex1-srv', 'ex2-srv', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 39; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 36
    'ex1-srv' = 13
    'ex2-srv' = 24
    'dns' = 39
}

# Says which step begins.
function Start-Step {
    param([int] $Number, [string] $Cmdlet, [string] $For)

    $Now.Number = $Number
    $Now.Name = $Cmdlet + ' for ' + $For
    Write-Host ('Step ' + $Number + ' of ' + $Now.Of + ': ' + $Now.Name)
}

# Says why the step that began is not run.
function Skip-Step {
    param([string] $There)

    Write-Host ('  skipped: ' + $There)
}

# Waits until a check finds nothing wrong, and throws what it found when the time is over.
function Wait-Healthy {
    param([string] $Server, [int] $Seconds, [scriptblock] $Check)

    $deadline = (Get-Date).AddSeconds($Seconds)
    $said = ''
    while ($true) {
        try {
            $found = @(& $Check)
        } catch [System.Management.Automation.CommandNotFoundException] {
            throw
        } catch {
            $found = @($_.Exception.Message)
        }
        if ($found.Count -eq 0) { return }
        $text = $found -join ', '
        if ((Get-Date) -ge $deadline) {
            $after = ''
            if ($Seconds -gt 0) { $after = ' after ' + $Seconds + ' seconds' }
            throw ($Server + ' is not healthy' + $after + ': ' + $text)
        }
        if ($text -ne $said) { Write-Host ('  waiting: ' + $text) }
        $said = $text
        Start-Sleep -Seconds 15
    }
}

# Whether a server holds the certificate of the PFX file.
function Test-HasCertificate {
    param([string] $Server)

    $wanted = [System.Convert]::ToBase64String($PfxCertificate.RawData)
    foreach ($item in @(Get-ExchangeCertificate -Server $Server -ErrorAction 'Stop')) {
        if ([System.Convert]::ToBase64String([byte[]] $item.RawData) -ceq $wanted) { return $true }
    }
    return $false
}

# The PFX file is opened before anything runs, where a chosen part needs it.
$PfxParts = @('ex1-srv', 'ex2-srv')
if (@($Part | Where-Object { $PfxParts -contains $_ }).Count -gt 0) {
    if ($PfxPath -eq '') {
        $folder = [System.IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)
        $places = @('mail.pfx', '../../../certificates/mail.pfx') |
            ForEach-Object { [System.IO.Path]::Combine($folder, $_) }
        $PfxPath = $places | Where-Object { Test-Path -LiteralPath $_ -PathType Leaf } | Select-Object -First 1
        if ($PfxPath -eq '') {
            throw ('There is no PFX file ' + ($places -join ', nor ') + '. Name it with -PfxPath. Nothing was run.')
        }
    }
    $PfxContent = [System.IO.File]::ReadAllBytes((Resolve-Path -LiteralPath $PfxPath).ProviderPath)
    if ($null -eq $PfxPassword) {
        $PfxPassword = Read-Host -Prompt ('Password of ' + $PfxPath) -AsSecureString
    }
    $type = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
    try {
        $opened = New-Object -TypeName $type -ArgumentList $PfxContent, $PfxPassword
    } catch {
        throw ('The PFX file ' + $PfxPath + ' does not open: ' + $_.Exception.Message + ' Nothing was run.')
    }
    # Only its public part: Exchange reads the private key from the file.
    $PfxCertificate = New-Object -TypeName $type -ArgumentList (, $opened.RawData)
    $opened.Reset()
}

try {
    if ($Part -contains 'ex1-srv') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessService' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessService @call
    }

    if ($Part -contains 'ex2-srv') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessService' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessService @call
    }

    if ($Part -contains 'ex1-srv') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 3 'Import-ExchangeCertificate' 'ex1-srv'
        if (Test-HasCertificate -Server 'ex1-srv') {
            Skip-Step 'ex1-srv holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'ex1-srv'
                FileData = $PfxContent
                Password = $PfxPassword
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 4 'Enable-ExchangeCertificate' 'ex1-srv'
        $call = @{
            Server = 'ex1-srv'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 5 'Set-OutlookAnywhere' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\Rpc (Default Web Site)'
            InternalHostname = 'mail.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'mail.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 6 'Set-OwaVirtualDirectory' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 7 'Set-EcpVirtualDirectory' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 8 'Set-ActiveSyncVirtualDirectory' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://activesync.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://activesync.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 9 'Set-WebServicesVirtualDirectory' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\EWS (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 10 'Set-OabVirtualDirectory' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\OAB (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/OAB'
            ExternalUrl = 'https://mail.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        Start-Step 11 'Set-MapiVirtualDirectory' 'ex1-srv'
        $call = @{
            Identity = 'ex1-srv\mapi (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/mapi'
            ExternalUrl = 'https://mail.contoso.com/mapi'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 12 'Test-ServiceHealth' 'ex1-srv'
        Wait-Healthy -Server 'ex1-srv' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'ex1-srv' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 13 'Get-HealthReport' 'ex1-srv'
        Wait-Healthy -Server 'ex1-srv' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'ex1-srv' -ErrorAction 'Stop')
            $names = @(
                'ActiveSync.Proxy',
                'Autodiscover.Proxy',
                'ECP.Proxy',
                'EWS.Proxy',
                'OutlookMapiHttp.Proxy',
                'OAB.Proxy',
                'Outlook.Proxy',
                'OWA.Proxy'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.HealthSet -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.AlertValue
                    if ($value -ne 'Healthy') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'ex2-srv') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 14 'Import-ExchangeCertificate' 'ex2-srv'
        if (Test-HasCertificate -Server 'ex2-srv') {
            Skip-Step 'ex2-srv holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'ex2-srv'
                FileData = $PfxContent
                Password = $PfxPassword
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 15 'Enable-ExchangeCertificate' 'ex2-srv'
        $call = @{
            Server = 'ex2-srv'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 16 'Set-OutlookAnywhere' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\Rpc (Default Web Site)'
            InternalHostname = 'mail.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'mail.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 17 'Set-OwaVirtualDirectory' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 18 'Set-EcpVirtualDirectory' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 19 'Set-ActiveSyncVirtualDirectory' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://activesync.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://activesync.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 20 'Set-WebServicesVirtualDirectory' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\EWS (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 21 'Set-OabVirtualDirectory' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\OAB (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/OAB'
            ExternalUrl = 'https://mail.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        Start-Step 22 'Set-MapiVirtualDirectory' 'ex2-srv'
        $call = @{
            Identity = 'ex2-srv\mapi (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/mapi'
            ExternalUrl = 'https://mail.contoso.com/mapi'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 23 'Test-ServiceHealth' 'ex2-srv'
        Wait-Healthy -Server 'ex2-srv' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'ex2-srv' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 24 'Get-HealthReport' 'ex2-srv'
        Wait-Healthy -Server 'ex2-srv' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'ex2-srv' -ErrorAction 'Stop')
            $names = @(
                'ActiveSync.Proxy',
                'Autodiscover.Proxy',
                'ECP.Proxy',
                'EWS.Proxy',
                'OutlookMapiHttp.Proxy',
                'OAB.Proxy',
                'Outlook.Proxy',
                'OWA.Proxy'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.HealthSet -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.AlertValue
                    if ($value -ne 'Healthy') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first. Round robin does not notice a
        # dead server: a client that is sent to one waits, for some seconds, until its connection times out and it
        # tries the next address.
        Write-Output 'Publish now in the zone contoso.com:'
        Write-Output 'mail 300 IN A 192.0.2.11'
        Write-Output 'mail 300 IN A 192.0.2.12'
        Write-Output 'autodiscover 300 IN A 192.0.2.11'
        Write-Output 'autodiscover 300 IN A 192.0.2.12'
        Write-Output 'activesync 300 IN A 192.0.2.11'
        Write-Output 'activesync 300 IN A 192.0.2.12'
    }

    if ($Part -contains 'organization') {
        # The proxy stands between two networks, as a rule with an adapter in each, and need not be in the domain. Its
        # primary DNS suffix is then set by hand, so that names of servers are completed as they are inside. Only
        # HTTPS comes in from the internet, and only HTTPS goes on to the servers.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'setting | value'
        Write-Output 'primary DNS suffix | contoso.com'
        Write-Output 'addresses outside | 203.0.113.10'
        Write-Output 'address inside | 192.0.2.10'

        # No DNS server of the perimeter network answers the names of the servers: they stand in
        # C:\Windows\System32\Drivers\etc\hosts, one line for each address.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'address | name'
        Write-Output '192.0.2.11 | ex1-srv.contoso.com'
        Write-Output '192.0.2.12 | ex2-srv.contoso.com'
        Write-Output 'To be run on RP.contoso.com, where it is not so already:'
        Write-Output 'Add-Content -Path ''C:\Windows\System32\Drivers\etc\hosts'' -Value ''192.0.2.11 ex1-srv.contoso.com'''
        Write-Output 'Add-Content -Path ''C:\Windows\System32\Drivers\etc\hosts'' -Value ''192.0.2.12 ex2-srv.contoso.com'''

        # Internet Information Services with what URL Rewrite and Application Request Routing need, by the names of
        # Windows Server 2012 and later. Commands want Web-Scripting-Tools besides, which has the cmdlets of the steps
        # after it.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'feature'
        Write-Output 'Web-Static-Content'
        Write-Output 'Web-Default-Doc'
        Write-Output 'Web-Dir-Browsing'
        Write-Output 'Web-Http-Errors'
        Write-Output 'Web-Http-Logging'
        Write-Output 'Web-Request-Monitor'
        Write-Output 'Web-Http-Tracing'
        Write-Output 'Web-Filtering'
        Write-Output 'Web-Stat-Compression'
        Write-Output 'Web-Mgmt-Console'
        Write-Output 'Web-Net-Ext45'
        Write-Output 'NET-Framework-45-Core'
        Write-Output 'NET-WCF-HTTP-Activation45'
        Write-Output 'NET-WCF-TCP-Activation45'
        Write-Output 'To be run on RP.contoso.com, where it is not so already:'
        Write-Output 'Install-WindowsFeature -Name ''Web-Static-Content'', ''Web-Default-Doc'', ''Web-Dir-Browsing'', ''Web-Http-Errors'', ''Web-Http-Logging'', ''Web-Request-Monitor'', ''Web-Http-Tracing'', ''Web-Filtering'', ''Web-Stat-Compression'', ''Web-Mgmt-Console'', ''Web-Net-Ext45'', ''NET-Framework-45-Core'', ''NET-WCF-HTTP-Activation45'', ''NET-WCF-TCP-Activation45'', ''Web-Scripting-Tools'''

        # Each has an installer of its own, to be run in this order; the Web Platform Installer that once fetched them
        # is retired.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'order | module | page'
        Write-Output '1 | URL Rewrite 2.1 | https://www.iis.net/downloads/microsoft/url-rewrite'
        Write-Output '2 | Application Request Routing 3.0 | https://www.iis.net/downloads/microsoft/application-request-routing'

        # Clients outside are shown it, so that it has every name that they reach by the proxy. It lies with its key
        # in the store of the computer.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'setting | value'
        Write-Output 'store | Cert:\LocalMachine\My, with its private key'
        Write-Output 'names | mail.contoso.com, autodiscover.contoso.com, activesync.contoso.com'
        Write-Output 'binding | Default Web Site, https, port 443'

        # Load balancing, monitoring and server affinity stay as they are when the farm is made. A disk cache would
        # keep mail on the proxy; ActiveSync and Outlook hold requests open for minutes; and a response that waits for
        # a buffer to fill comes too late.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'setting | value'
        Write-Output 'server farm | mail.contoso.com'
        Write-Output 'server | ex1-srv.contoso.com'
        Write-Output 'server | ex2-srv.contoso.com'
        Write-Output 'health test URL | https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'disk cache | off'
        Write-Output 'proxy time-out | 200 s'
        Write-Output 'response buffer threshold | 0'
        Write-Output 'To be run on RP.contoso.com, where it is not so already:'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms'' -Name ''.'' -Value @{ name = ''mail.contoso.com''; enabled = $true }'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms/webFarm[@name=''''mail.contoso.com'''']'' -Name ''.'' -Value @{ address = ''ex1-srv.contoso.com''; enabled = $true }'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms/webFarm[@name=''''mail.contoso.com'''']'' -Name ''.'' -Value @{ address = ''ex2-srv.contoso.com''; enabled = $true }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms/webFarm[@name=''''mail.contoso.com'''']/applicationRequestRouting/healthCheck'' -Name ''url'' -Value ''https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms/webFarm[@name=''''mail.contoso.com'''']/applicationRequestRouting/protocol/cache'' -Name ''enabled'' -Value:$false'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms/webFarm[@name=''''mail.contoso.com'''']/applicationRequestRouting/protocol'' -Name ''timeout'' -Value ''00:03:20'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''webFarms/webFarm[@name=''''mail.contoso.com'''']/applicationRequestRouting/protocol'' -Name ''minResponseBuffer'' -Value 0'

        # Application Request Routing makes a rule itself when a farm is added in the console of IIS, which would
        # catch every request before the rules below. Where it is there, it is removed.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'rule to remove'
        Write-Output 'ARR_mail.contoso.com_loadbalance'
        Write-Output 'ARR_mail.contoso.com_loadbalance_SSL'
        Write-Output 'To be run on RP.contoso.com, where it is not so already:'
        Write-Output 'Remove-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules'' -Name ''.'' -AtElement @{ name = ''ARR_mail.contoso.com_loadbalance'' }'
        Write-Output 'Remove-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules'' -Name ''.'' -AtElement @{ name = ''ARR_mail.contoso.com_loadbalance_SSL'' }'

        # The first rule that a request fits is its only one: each stops the processing of those after it, and the
        # name of all clients comes last. Nothing of /ecp goes on to the servers: the Exchange admin center, and from
        # 2013 on the options of Outlook on the web, are reached from inside only.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'order | rule | pattern (wildcards) | conditions | action | stop processing'
        Write-Output '1 | ecp-closed | ecp* | none | answer 403 | yes'
        Write-Output '2 | autodiscover.contoso.com | * | {HTTP_HOST} is autodiscover.contoso.com, {HTTPS} is on | route to the farm mail.contoso.com by https | yes'
        Write-Output '3 | activesync.contoso.com | * | {HTTP_HOST} is activesync.contoso.com, {HTTPS} is on | route to the farm mail.contoso.com by https | yes'
        Write-Output '4 | mail.contoso.com | * | {HTTP_HOST} is mail.contoso.com, {HTTPS} is on | route to the farm mail.contoso.com by https | yes'
        Write-Output 'To be run on RP.contoso.com, where it is not so already:'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules'' -Name ''.'' -Value @{ name = ''ecp-closed''; patternSyntax = ''Wildcard''; stopProcessing = $true }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''ecp-closed'''']/match'' -Name ''url'' -Value ''ecp*'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''ecp-closed'''']/action'' -Name ''type'' -Value ''CustomResponse'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''ecp-closed'''']/action'' -Name ''statusCode'' -Value 403'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''ecp-closed'''']/action'' -Name ''statusReason'' -Value ''Forbidden'''
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules'' -Name ''.'' -Value @{ name = ''autodiscover.contoso.com''; patternSyntax = ''Wildcard''; stopProcessing = $true }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''autodiscover.contoso.com'''']/match'' -Name ''url'' -Value ''*'''
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''autodiscover.contoso.com'''']/conditions'' -Name ''.'' -Value @{ input = ''{HTTP_HOST}''; pattern = ''autodiscover.contoso.com'' }'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''autodiscover.contoso.com'''']/conditions'' -Name ''.'' -Value @{ input = ''{HTTPS}''; pattern = ''on'' }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''autodiscover.contoso.com'''']/action'' -Name ''type'' -Value ''Rewrite'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''autodiscover.contoso.com'''']/action'' -Name ''url'' -Value ''https://mail.contoso.com/{R:0}'''
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules'' -Name ''.'' -Value @{ name = ''activesync.contoso.com''; patternSyntax = ''Wildcard''; stopProcessing = $true }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''activesync.contoso.com'''']/match'' -Name ''url'' -Value ''*'''
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''activesync.contoso.com'''']/conditions'' -Name ''.'' -Value @{ input = ''{HTTP_HOST}''; pattern = ''activesync.contoso.com'' }'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''activesync.contoso.com'''']/conditions'' -Name ''.'' -Value @{ input = ''{HTTPS}''; pattern = ''on'' }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''activesync.contoso.com'''']/action'' -Name ''type'' -Value ''Rewrite'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''activesync.contoso.com'''']/action'' -Name ''url'' -Value ''https://mail.contoso.com/{R:0}'''
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules'' -Name ''.'' -Value @{ name = ''mail.contoso.com''; patternSyntax = ''Wildcard''; stopProcessing = $true }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''mail.contoso.com'''']/match'' -Name ''url'' -Value ''*'''
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''mail.contoso.com'''']/conditions'' -Name ''.'' -Value @{ input = ''{HTTP_HOST}''; pattern = ''mail.contoso.com'' }'
        Write-Output 'Add-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''mail.contoso.com'''']/conditions'' -Name ''.'' -Value @{ input = ''{HTTPS}''; pattern = ''on'' }'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''mail.contoso.com'''']/action'' -Name ''type'' -Value ''Rewrite'''
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/rewrite/globalRules/rule[@name=''''mail.contoso.com'''']/action'' -Name ''url'' -Value ''https://mail.contoso.com/{R:0}'''

        # Outlook Anywhere announces requests of 1 GiB and more, which IIS refuses by default. IIS keeps the value as
        # an unsigned number, of at most 4294967295.
        Write-Output 'How it must be on RP.contoso.com:'
        Write-Output 'setting | value'
        Write-Output 'maximum allowed content length (bytes) | 2147483648'
        Write-Output 'To be run on RP.contoso.com, where it is not so already:'
        Write-Output 'Set-WebConfigurationProperty -PSPath ''MACHINE/WEBROOT/APPHOST'' -Filter ''system.webServer/security/requestFiltering/requestLimits'' -Name ''maxAllowedContentLength'' -Value 2147483648'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the external zone contoso.com at ns1.contoso.com:'
        Write-Output 'mail 300 IN A 203.0.113.10'
        Write-Output 'autodiscover 300 IN A 203.0.113.10'
        Write-Output 'activesync 300 IN A 203.0.113.10'
    }
} catch {
    $reason = $_
    $left = @($LastSteps.Keys |
            Where-Object { $Part -contains $_ -and $LastSteps[$_] -ge $Now.Number } |
            Sort-Object { $LastSteps[$_] })
    $again = '.\' + $MyInvocation.MyCommand.Name + ' -Part ''' + ($left -join ''', ''') + ''''
    if ($PSBoundParameters.ContainsKey('PfxPath')) {
        $again = $again + ' -PfxPath ''' + $PfxPath.Replace('''', '''''') + ''''
    }
    $lines = @(
        ('Step ' + $Now.Number + ' of ' + $Now.Of + ' failed: ' + $Now.Name + '.')
        $reason.Exception.Message
        'What was run before it is done, and nothing after it was run. Remove the cause, then go on with'
        ('    ' + $again)
        'which sees what the step may have done all the same.'
    )
    $text = $lines -join [System.Environment]::NewLine
    $failure = New-Object -TypeName System.InvalidOperationException -ArgumentList $text, $reason.Exception
    throw (New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList @(
            $failure, 'PlanStepFailed', 'OperationStopped', $Now.Name
        ))
}
