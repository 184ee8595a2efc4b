# .SYNOPSIS
# Brings the Exchange site nlb-cas-2007 from nothing to its declaration.
#
# .DESCRIPTION
# The remote-execution plan of the site: every step in the order in which they can run. Run it in the Exchange
# Management Shell, as a member of Organization Management.
#
# The steps of CAS01, CAS02 run on that server only: copy the script and the PFX file there, run it in the
# management shell with the name of the server as -Part, for its tests after the records with the part that is
# called after it, as an Exchange administrator who is a local administrator, and remove both afterwards.
#
# It stops at the first error, says which step failed and how to go on, and runs nothing after it; the DNS
# records come last, and only tests after them. It can be run again: a certificate, a DAG or a member of it
# that is there already is seen and skipped, and what only sets values is set again, which does no harm. Steps
# are numbered as in exchange-plan.json, from 1.
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
# What to run: servers by name, 'organization' for what belongs to none, 'dns' for the records,
# 'connectivity:CAS01' and the like for the tests of a server after them. Left out: everything.
#
# .EXAMPLE
# .\exchange-plan.ps1
#
# Runs everything. It asks for the password of the PFX file.
#
# .EXAMPLE
# .\exchange-plan.ps1 -Part 'CAS02', 'dns'
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

    [ValidateSet('organization', 'CAS01', 'CAS02', 'dns', 'connectivity:CAS01', 'connectivity:CAS02')]
    [string[]] $Part = @('organization', 'CAS01', 'CAS02', 'dns', 'connectivity:CAS01', 'connectivity:CAS02')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 31; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 25
    'CAS01' = 21
    'CAS02' = 22
    'dns' = 27
    'connectivity:CAS01' = 29
    'connectivity:CAS02' = 31
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

# Whether this server holds the certificate of the PFX file.
function Test-HasCertificateHere {
    $wanted = [System.Convert]::ToBase64String($PfxCertificate.RawData)
    foreach ($item in @(Get-ExchangeCertificate -ErrorAction 'Stop')) {
        if ([System.Convert]::ToBase64String([byte[]] $item.RawData) -ceq $wanted) { return $true }
    }
    return $false
}

# Whether Outlook Anywhere is on on a server.
function Test-HasOutlookAnywhere {
    param([string] $Server)

    return @(Get-OutlookAnywhere -Server $Server -ErrorAction 'Stop').Count -gt 0
}

# The PFX file is opened before anything runs, where a chosen part needs it.
$PfxParts = @('CAS01', 'CAS02')
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
    if ($Part -contains 'CAS01') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessServer' 'CAS01'
        $call = @{
            Identity = 'CAS01'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.ehlo.dk/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'CAS02') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'CAS02'
        $call = @{
            Identity = 'CAS02'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.ehlo.dk/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'CAS01') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 3 'Import-ExchangeCertificate' 'CAS01'
        try {
            if (Test-HasCertificateHere) {
                Skip-Step 'CAS01 holds the certificate of the PFX file already'
            } else {
                if (Test-Path -LiteralPath 'C:\Windows\Temp\exchange-certificate.pfx') {
                    Remove-Item -Path 'C:\Windows\Temp\exchange-certificate.pfx' -ErrorAction 'Stop'
                }
                $call = @{
                    Path = 'C:\Windows\Temp\exchange-certificate.pfx'
                    Value = $PfxContent
                    Encoding = 'Byte'
                    ErrorAction = 'Stop'
                }
                Set-Content @call
                $call = @{
                    Path = 'C:\Windows\Temp\exchange-certificate.pfx'
                    Password = $PfxPassword
                    ErrorAction = 'Stop'
                }
                $null = Import-ExchangeCertificate @call
            }
        } finally {
            if (Test-Path -LiteralPath 'C:\Windows\Temp\exchange-certificate.pfx') {
                Remove-Item -Path 'C:\Windows\Temp\exchange-certificate.pfx' -ErrorAction 'Stop'
            }
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 4 'Enable-ExchangeCertificate' 'CAS01'
        $call = @{
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'POP', 'IMAP'
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 5 'Enable-OutlookAnywhere' 'CAS01'
        if (Test-HasOutlookAnywhere -Server 'CAS01') {
            Skip-Step 'Outlook Anywhere is on on CAS01 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'CAS01'
                ExternalHostname = 'mail.ehlo.dk'
                SSLOffloading = $false
                ClientAuthenticationMethod = 'Basic'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 6 'Set-OwaVirtualDirectory' 'CAS01'
        $call = @{
            Identity = 'CAS01\owa (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/owa'
            ExternalUrl = 'https://mail.ehlo.dk/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 7 'Set-ActiveSyncVirtualDirectory' 'CAS01'
        $call = @{
            Identity = 'CAS01\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.ehlo.dk/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 8 'Set-WebServicesVirtualDirectory' 'CAS01'
        $call = @{
            Identity = 'CAS01\EWS (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.ehlo.dk/EWS/Exchange.asmx'
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 9 'Set-OabVirtualDirectory' 'CAS01'
        $call = @{
            Identity = 'CAS01\OAB (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/OAB'
            ExternalUrl = 'https://mail.ehlo.dk/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of Unified Messaging are given the declared names in place of the server's own.
        Start-Step 10 'Set-UMVirtualDirectory' 'CAS01'
        $call = @{
            Identity = 'CAS01\UnifiedMessaging (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/UnifiedMessaging/Service.asmx'
            ExternalUrl = 'https://mail.ehlo.dk/UnifiedMessaging/Service.asmx'
            ErrorAction = 'Stop'
        }
        Set-UMVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 11 'Test-ServiceHealth' 'CAS01'
        Wait-Healthy -Server 'CAS01' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'CAS01' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'CAS02') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 12 'Import-ExchangeCertificate' 'CAS02'
        try {
            if (Test-HasCertificateHere) {
                Skip-Step 'CAS02 holds the certificate of the PFX file already'
            } else {
                if (Test-Path -LiteralPath 'C:\Windows\Temp\exchange-certificate.pfx') {
                    Remove-Item -Path 'C:\Windows\Temp\exchange-certificate.pfx' -ErrorAction 'Stop'
                }
                $call = @{
                    Path = 'C:\Windows\Temp\exchange-certificate.pfx'
                    Value = $PfxContent
                    Encoding = 'Byte'
                    ErrorAction = 'Stop'
                }
                Set-Content @call
                $call = @{
                    Path = 'C:\Windows\Temp\exchange-certificate.pfx'
                    Password = $PfxPassword
                    ErrorAction = 'Stop'
                }
                $null = Import-ExchangeCertificate @call
            }
        } finally {
            if (Test-Path -LiteralPath 'C:\Windows\Temp\exchange-certificate.pfx') {
                Remove-Item -Path 'C:\Windows\Temp\exchange-certificate.pfx' -ErrorAction 'Stop'
            }
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 13 'Enable-ExchangeCertificate' 'CAS02'
        $call = @{
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'POP', 'IMAP'
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 14 'Enable-OutlookAnywhere' 'CAS02'
        if (Test-HasOutlookAnywhere -Server 'CAS02') {
            Skip-Step 'Outlook Anywhere is on on CAS02 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'CAS02'
                ExternalHostname = 'mail.ehlo.dk'
                SSLOffloading = $false
                ClientAuthenticationMethod = 'Basic'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 15 'Set-OwaVirtualDirectory' 'CAS02'
        $call = @{
            Identity = 'CAS02\owa (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/owa'
            ExternalUrl = 'https://mail.ehlo.dk/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 16 'Set-ActiveSyncVirtualDirectory' 'CAS02'
        $call = @{
            Identity = 'CAS02\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.ehlo.dk/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 17 'Set-WebServicesVirtualDirectory' 'CAS02'
        $call = @{
            Identity = 'CAS02\EWS (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.ehlo.dk/EWS/Exchange.asmx'
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 18 'Set-OabVirtualDirectory' 'CAS02'
        $call = @{
            Identity = 'CAS02\OAB (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/OAB'
            ExternalUrl = 'https://mail.ehlo.dk/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of Unified Messaging are given the declared names in place of the server's own.
        Start-Step 19 'Set-UMVirtualDirectory' 'CAS02'
        $call = @{
            Identity = 'CAS02\UnifiedMessaging (Default Web Site)'
            InternalUrl = 'https://mail.ehlo.dk/UnifiedMessaging/Service.asmx'
            ExternalUrl = 'https://mail.ehlo.dk/UnifiedMessaging/Service.asmx'
            ErrorAction = 'Stop'
        }
        Set-UMVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 20 'Test-ServiceHealth' 'CAS02'
        Wait-Healthy -Server 'CAS02' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'CAS02' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'CAS01') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 192.0.2.10: CAS01 192.0.2.11'
    }

    if ($Part -contains 'CAS02') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 192.0.2.10: CAS02 192.0.2.12'
    }

    if ($Part -contains 'organization') {
        # The first host makes the cluster with the feature Network Load Balancing, and the others join it. What comes
        # to its address goes from then on to a host that is up; whether Exchange answers there the cluster does not
        # see.
        Write-Output 'How it must be on cas01.ehlo.dk:'
        Write-Output 'setting | value'
        Write-Output 'cluster address | 192.0.2.10'
        Write-Output 'full internet name | mail.ehlo.dk'
        Write-Output 'mode | unicast'
        Write-Output 'MAC address | 02-BF-C0-00-02-0A'
        Write-Output 'host | CAS01, 192.0.2.11, priority 1'
        Write-Output 'host | CAS02, 192.0.2.12, priority 2'

        # These rules take the place of the one that a new cluster has, which balances every port. They are set once
        # and are the same on every host. Ports of SMTP are excluded: Hub Transport servers have a resilience of their
        # own, and a connection between servers must reach the one that it is meant for.
        Write-Output 'How it must be on cas01.ehlo.dk:'
        Write-Output 'ports | protocol | filtering mode | affinity'
        Write-Output '25 | TCP | disabled | none'
        Write-Output '80 | TCP | multiple hosts | single'
        Write-Output '110 | TCP | multiple hosts | single'
        Write-Output '143 | TCP | multiple hosts | single'
        Write-Output '443 | TCP | multiple hosts | single'
        Write-Output '465 | TCP | disabled | none'
        Write-Output '587 | TCP | disabled | none'
        Write-Output '993 | TCP | multiple hosts | single'
        Write-Output '995 | TCP | multiple hosts | single'

        # CAS02 joins the cluster, whose rules it takes over. All hosts converge once more, during which connections
        # may break: one joins after the other.
        Write-Output 'How it must be on cas02.ehlo.dk:'
        Write-Output 'setting | value'
        Write-Output 'cluster address | 192.0.2.10'
        Write-Output 'host | CAS02, 192.0.2.12, priority 2'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the zone ehlo.dk:'
        Write-Output 'mail 300 IN A 192.0.2.10'
        Write-Output 'autodiscover 300 IN A 192.0.2.10'
    }

    if ($Part -contains 'connectivity:CAS01') {
        # A phone must come to its mailbox by the names that are published now.
        Start-Step 28 'Test-ActiveSyncConnectivity' 'CAS01'
        Wait-Healthy -Server 'CAS01' -Seconds 900 -Check {
            $seen = @(Test-ActiveSyncConnectivity -ClientAccessServer 'CAS01' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ActiveSyncConnectivity returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.Result -ne 'Success') { ($item | Out-String).Trim() }
            }
        }

        # Outlook must be given URLs by Autodiscover that answer, now that their names are published.
        Start-Step 29 'Test-OutlookWebServices' 'CAS01'
        Wait-Healthy -Server 'CAS01' -Seconds 900 -Check {
            $seen = @(Test-OutlookWebServices -ClientAccessServer 'CAS01' -ErrorAction 'Stop')
            if (@($seen | Where-Object { [string] $_.Type -eq 'Success' }).Count -eq 0) {
                'Test-OutlookWebServices reports no success'
            }
            foreach ($item in $seen) {
                $value = [string] $item.Type
                if ($value -ne 'Success' -and $value -ne 'Information') {
                    ($item | Out-String).Trim()
                }
            }
        }
    }

    if ($Part -contains 'connectivity:CAS02') {
        # A phone must come to its mailbox by the names that are published now.
        Start-Step 30 'Test-ActiveSyncConnectivity' 'CAS02'
        Wait-Healthy -Server 'CAS02' -Seconds 900 -Check {
            $seen = @(Test-ActiveSyncConnectivity -ClientAccessServer 'CAS02' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ActiveSyncConnectivity returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.Result -ne 'Success') { ($item | Out-String).Trim() }
            }
        }

        # Outlook must be given URLs by Autodiscover that answer, now that their names are published.
        Start-Step 31 'Test-OutlookWebServices' 'CAS02'
        Wait-Healthy -Server 'CAS02' -Seconds 900 -Check {
            $seen = @(Test-OutlookWebServices -ClientAccessServer 'CAS02' -ErrorAction 'Stop')
            if (@($seen | Where-Object { [string] $_.Type -eq 'Success' }).Count -eq 0) {
                'Test-OutlookWebServices reports no success'
            }
            foreach ($item in $seen) {
                $value = [string] $item.Type
                if ($value -ne 'Success' -and $value -ne 'Information') {
                    ($item | Out-String).Trim()
                }
            }
        }
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
