# .SYNOPSIS
# Brings the Exchange site site-resilient-2010 from nothing to its declaration.
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
# .\exchange-plan.ps1 -Part 'EX04', 'dns'
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

    [ValidateSet('organization', 'EX01', 'EX03', 'EX02', 'EX04', 'dns')]
    [string[]] $Part = @('organization', 'EX01', 'EX03', 'EX02', 'EX04', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 107; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 99
    'EX01' = 100
    'EX03' = 101
    'EX02' = 102
    'EX04' = 103
    'dns' = 107
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

# Whether an Active Directory site has a client access array.
function Test-HasArray {
    param([string] $Site)

    return @(Get-ClientAccessArray -Site $Site -ErrorAction 'Stop').Count -gt 0
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

# Whether Outlook Anywhere is on on a server.
function Test-HasOutlookAnywhere {
    param([string] $Server)

    return @(Get-OutlookAnywhere -Server $Server -ErrorAction 'Stop').Count -gt 0
}

# Whether there is a DAG of this name.
function Test-HasGroup {
    param([string] $Name)

    foreach ($item in @(Get-DatabaseAvailabilityGroup -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return $true }
    }
    return $false
}

# Whether a server is a member of the DAG of this name.
function Test-HasMember {
    param([string] $Name, [string] $Server)

    foreach ($item in @(Get-DatabaseAvailabilityGroup -ErrorAction 'Stop')) {
        if ([string] $item.Name -ne $Name) { continue }
        foreach ($member in @($item.Servers)) {
            if ([string] $member -eq $Server) { return $true }
        }
    }
    return $false
}

# Whether there is a mailbox database of this name.
function Test-HasDatabase {
    param([string] $Name)

    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return $true }
    }
    return $false
}

# Whether the mailbox database of this name is mounted.
function Test-IsMounted {
    param([string] $Name)

    foreach ($item in @(Get-MailboxDatabase -Status -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return [string] $item.Mounted -eq 'True' }
    }
    return $false
}

# Whether a server has a copy of the mailbox database of this name.
function Test-HasCopy {
    param([string] $Name, [string] $Server)

    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
        if ([string] $item.Name -ne $Name) { continue }
        foreach ($holder in @($item.Servers)) {
            if ([string] $holder -eq $Server) { return $true }
        }
    }
    return $false
}

# The PFX file is opened before anything runs, where a chosen part needs it.
$PfxParts = @('EX01', 'EX03', 'EX02', 'EX04')
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
    if ($Part -contains 'EX01') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessServer' 'EX01'
        $call = @{
            Identity = 'EX01'
            AutoDiscoverServiceInternalUri = 'https://mail.exchangeonline.dk/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'EX03') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'EX03'
        $call = @{
            Identity = 'EX03'
            AutoDiscoverServiceInternalUri = 'https://mail.exchangeonline.dk/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'EX02') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 3 'Set-ClientAccessServer' 'EX02'
        $call = @{
            Identity = 'EX02'
            AutoDiscoverServiceInternalUri = 'https://mail.exchangeonline.dk/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'EX04') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 4 'Set-ClientAccessServer' 'EX04'
        $call = @{
            Identity = 'EX04'
            AutoDiscoverServiceInternalUri = 'https://mail.exchangeonline.dk/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'organization') {
        # Databases that are made in the site are given the name of the array in place of that of a server.
        Start-Step 5 'New-ClientAccessArray' 'the organization'
        if (Test-HasArray -Site 'primary') {
            Skip-Step 'primary has a client access array already, with whatever name it has'
        } else {
            $null = New-ClientAccessArray -Fqdn 'outlook-primary.exchangeonline.dk' -Site 'primary' -ErrorAction 'Stop'
        }

        # Databases that are made in the site are given the name of the array in place of that of a server.
        Start-Step 6 'New-ClientAccessArray' 'the organization'
        if (Test-HasArray -Site 'failover') {
            Skip-Step 'failover has a client access array already, with whatever name it has'
        } else {
            $null = New-ClientAccessArray -Fqdn 'outlook-failover.exchangeonline.dk' -Site 'failover' -ErrorAction 'Stop'
        }
    }

    if ($Part -contains 'EX01') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 7 'Import-ExchangeCertificate' 'EX01'
        if (Test-HasCertificate -Server 'EX01') {
            Skip-Step 'EX01 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'EX01'
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
        Start-Step 8 'Enable-ExchangeCertificate' 'EX01'
        $call = @{
            Server = 'EX01'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 9 'Enable-OutlookAnywhere' 'EX01'
        if (Test-HasOutlookAnywhere -Server 'EX01') {
            Skip-Step 'Outlook Anywhere is on on EX01 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'EX01'
                ExternalHostname = 'mail.exchangeonline.dk'
                SSLOffloading = $false
                DefaultAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 10 'Set-OwaVirtualDirectory' 'EX01'
        $call = @{
            Identity = 'EX01\owa (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/owa'
            ExternalUrl = 'https://mail.exchangeonline.dk/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 11 'Set-EcpVirtualDirectory' 'EX01'
        $call = @{
            Identity = 'EX01\ecp (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/ecp'
            ExternalUrl = 'https://mail.exchangeonline.dk/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 12 'Set-ActiveSyncVirtualDirectory' 'EX01'
        $call = @{
            Identity = 'EX01\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 13 'Set-WebServicesVirtualDirectory' 'EX01'
        $call = @{
            Identity = 'EX01\EWS (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.exchangeonline.dk/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 14 'Set-OabVirtualDirectory' 'EX01'
        $call = @{
            Identity = 'EX01\OAB (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/OAB'
            ExternalUrl = 'https://mail.exchangeonline.dk/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call
    }

    if ($Part -contains 'organization') {
        # Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when
        # the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's.
        # <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it
        # there already.
        Write-Output 'To be run on FS01, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when
        # the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's.
        # <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it
        # there already.
        Write-Output 'To be run on FS02, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # The servers need a group, with a witness that is none of them, before they can join it.
        Start-Step 17 'New-DatabaseAvailabilityGroup' 'the organization'
        if (Test-HasGroup -Name 'DAG01') {
            Skip-Step 'the DAG DAG01 is there already, with whatever witness it has'
        } else {
            $call = @{
                Name = 'DAG01'
                WitnessServer = 'FS01'
                WitnessDirectory = 'C:\DAG01'
                DatabaseAvailabilityGroupIpAddresses = '192.0.2.50', '198.51.100.50'
                ErrorAction = 'Stop'
            }
            $null = New-DatabaseAvailabilityGroup @call
        }

        # A switchover to the other datacentre needs the alternate witness.
        Start-Step 18 'Set-DatabaseAvailabilityGroup' 'the organization'
        $call = @{
            Identity = 'DAG01'
            AlternateWitnessServer = 'FS02'
            AlternateWitnessDirectory = 'C:\DAG01'
            ErrorAction = 'Stop'
        }
        Set-DatabaseAvailabilityGroup @call
    }

    if ($Part -contains 'EX01') {
        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 19 'Add-DatabaseAvailabilityGroupServer' 'EX01'
        if (Test-HasMember -Name 'DAG01' -Server 'EX01') {
            Skip-Step 'EX01 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX01' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 20 'Test-ServiceHealth' 'EX01'
        Wait-Healthy -Server 'EX01' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'EX01' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'EX03') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 21 'Import-ExchangeCertificate' 'EX03'
        if (Test-HasCertificate -Server 'EX03') {
            Skip-Step 'EX03 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'EX03'
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
        Start-Step 22 'Enable-ExchangeCertificate' 'EX03'
        $call = @{
            Server = 'EX03'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 23 'Enable-OutlookAnywhere' 'EX03'
        if (Test-HasOutlookAnywhere -Server 'EX03') {
            Skip-Step 'Outlook Anywhere is on on EX03 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'EX03'
                ExternalHostname = 'mail.exchangeonline.dk'
                SSLOffloading = $false
                DefaultAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 24 'Set-OwaVirtualDirectory' 'EX03'
        $call = @{
            Identity = 'EX03\owa (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/owa'
            ExternalUrl = 'https://mail.exchangeonline.dk/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 25 'Set-EcpVirtualDirectory' 'EX03'
        $call = @{
            Identity = 'EX03\ecp (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/ecp'
            ExternalUrl = 'https://mail.exchangeonline.dk/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 26 'Set-ActiveSyncVirtualDirectory' 'EX03'
        $call = @{
            Identity = 'EX03\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 27 'Set-WebServicesVirtualDirectory' 'EX03'
        $call = @{
            Identity = 'EX03\EWS (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.exchangeonline.dk/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 28 'Set-OabVirtualDirectory' 'EX03'
        $call = @{
            Identity = 'EX03\OAB (Default Web Site)'
            InternalUrl = 'https://mail.exchangeonline.dk/OAB'
            ExternalUrl = 'https://mail.exchangeonline.dk/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 29 'Add-DatabaseAvailabilityGroupServer' 'EX03'
        if (Test-HasMember -Name 'DAG01' -Server 'EX03') {
            Skip-Step 'EX03 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX03' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 30 'Test-ServiceHealth' 'EX03'
        Wait-Healthy -Server 'EX03' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'EX03' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'EX02') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 31 'Import-ExchangeCertificate' 'EX02'
        if (Test-HasCertificate -Server 'EX02') {
            Skip-Step 'EX02 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'EX02'
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
        Start-Step 32 'Enable-ExchangeCertificate' 'EX02'
        $call = @{
            Server = 'EX02'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 33 'Enable-OutlookAnywhere' 'EX02'
        if (Test-HasOutlookAnywhere -Server 'EX02') {
            Skip-Step 'Outlook Anywhere is on on EX02 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'EX02'
                ExternalHostname = 'failover.exchangeonline.dk'
                SSLOffloading = $false
                DefaultAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 34 'Set-OwaVirtualDirectory' 'EX02'
        $call = @{
            Identity = 'EX02\owa (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/owa'
            ExternalUrl = 'https://failover.exchangeonline.dk/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 35 'Set-EcpVirtualDirectory' 'EX02'
        $call = @{
            Identity = 'EX02\ecp (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/ecp'
            ExternalUrl = 'https://failover.exchangeonline.dk/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 36 'Set-ActiveSyncVirtualDirectory' 'EX02'
        $call = @{
            Identity = 'EX02\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://failover.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 37 'Set-WebServicesVirtualDirectory' 'EX02'
        $call = @{
            Identity = 'EX02\EWS (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/EWS/Exchange.asmx'
            ExternalUrl = 'https://failover.exchangeonline.dk/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 38 'Set-OabVirtualDirectory' 'EX02'
        $call = @{
            Identity = 'EX02\OAB (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/OAB'
            ExternalUrl = 'https://failover.exchangeonline.dk/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 39 'Add-DatabaseAvailabilityGroupServer' 'EX02'
        if (Test-HasMember -Name 'DAG01' -Server 'EX02') {
            Skip-Step 'EX02 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX02' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 40 'Test-ServiceHealth' 'EX02'
        Wait-Healthy -Server 'EX02' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'EX02' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'EX04') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 41 'Import-ExchangeCertificate' 'EX04'
        if (Test-HasCertificate -Server 'EX04') {
            Skip-Step 'EX04 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'EX04'
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
        Start-Step 42 'Enable-ExchangeCertificate' 'EX04'
        $call = @{
            Server = 'EX04'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 43 'Enable-OutlookAnywhere' 'EX04'
        if (Test-HasOutlookAnywhere -Server 'EX04') {
            Skip-Step 'Outlook Anywhere is on on EX04 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'EX04'
                ExternalHostname = 'failover.exchangeonline.dk'
                SSLOffloading = $false
                DefaultAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 44 'Set-OwaVirtualDirectory' 'EX04'
        $call = @{
            Identity = 'EX04\owa (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/owa'
            ExternalUrl = 'https://failover.exchangeonline.dk/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 45 'Set-EcpVirtualDirectory' 'EX04'
        $call = @{
            Identity = 'EX04\ecp (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/ecp'
            ExternalUrl = 'https://failover.exchangeonline.dk/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 46 'Set-ActiveSyncVirtualDirectory' 'EX04'
        $call = @{
            Identity = 'EX04\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://failover.exchangeonline.dk/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 47 'Set-WebServicesVirtualDirectory' 'EX04'
        $call = @{
            Identity = 'EX04\EWS (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/EWS/Exchange.asmx'
            ExternalUrl = 'https://failover.exchangeonline.dk/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 48 'Set-OabVirtualDirectory' 'EX04'
        $call = @{
            Identity = 'EX04\OAB (Default Web Site)'
            InternalUrl = 'https://failover.exchangeonline.dk/OAB'
            ExternalUrl = 'https://failover.exchangeonline.dk/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 49 'Add-DatabaseAvailabilityGroupServer' 'EX04'
        if (Test-HasMember -Name 'DAG01' -Server 'EX04') {
            Skip-Step 'EX04 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX04' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 50 'Test-ServiceHealth' 'EX04'
        Wait-Healthy -Server 'EX04' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'EX04' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'organization') {
        # Outlook outside compares this name with the certificate, by whichever name it has reached a server.
        Start-Step 51 'Set-OutlookProvider' 'the organization'
        Set-OutlookProvider -Identity 'EXPR' -CertPrincipalName 'msstd:mail.exchangeonline.dk' -ErrorAction 'Stop'

        # Mailboxes need the database.
        Start-Step 52 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB001') {
            Skip-Step 'the database DAG01-MDB001 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB001'
                Server = 'EX01'
                EdbFilePath = 'E:\DAG01\DAG01-MDB001.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB001'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 53 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB001') {
            Skip-Step 'the database DAG01-MDB001 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB001' -ErrorAction 'Stop'
        }

        # The database goes on from EX02 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 54 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB001' -Server 'EX02') {
            Skip-Step 'EX02 has a copy of DAG01-MDB001 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB001'
                MailboxServer = 'EX02'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 55 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB001'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 56 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB002') {
            Skip-Step 'the database DAG01-MDB002 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB002'
                Server = 'EX01'
                EdbFilePath = 'E:\DAG01\DAG01-MDB002.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB002'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 57 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB002') {
            Skip-Step 'the database DAG01-MDB002 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB002' -ErrorAction 'Stop'
        }

        # The database goes on from EX02 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 58 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB002' -Server 'EX02') {
            Skip-Step 'EX02 has a copy of DAG01-MDB002 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB002'
                MailboxServer = 'EX02'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 59 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB002'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 60 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB003') {
            Skip-Step 'the database DAG01-MDB003 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB003'
                Server = 'EX01'
                EdbFilePath = 'E:\DAG01\DAG01-MDB003.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB003'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 61 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB003') {
            Skip-Step 'the database DAG01-MDB003 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB003' -ErrorAction 'Stop'
        }

        # The database goes on from EX02 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 62 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB003' -Server 'EX02') {
            Skip-Step 'EX02 has a copy of DAG01-MDB003 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB003'
                MailboxServer = 'EX02'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 63 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB003'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 64 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB004') {
            Skip-Step 'the database DAG01-MDB004 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB004'
                Server = 'EX01'
                EdbFilePath = 'E:\DAG01\DAG01-MDB004.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB004'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 65 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB004') {
            Skip-Step 'the database DAG01-MDB004 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB004' -ErrorAction 'Stop'
        }

        # The database goes on from EX02 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 66 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB004' -Server 'EX02') {
            Skip-Step 'EX02 has a copy of DAG01-MDB004 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB004'
                MailboxServer = 'EX02'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 67 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB004'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 68 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB005') {
            Skip-Step 'the database DAG01-MDB005 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB005'
                Server = 'EX01'
                EdbFilePath = 'E:\DAG01\DAG01-MDB005.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB005'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 69 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB005') {
            Skip-Step 'the database DAG01-MDB005 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB005' -ErrorAction 'Stop'
        }

        # The database goes on from EX02 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 70 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB005' -Server 'EX02') {
            Skip-Step 'EX02 has a copy of DAG01-MDB005 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB005'
                MailboxServer = 'EX02'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 71 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB005'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 72 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB006') {
            Skip-Step 'the database DAG01-MDB006 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB006'
                Server = 'EX01'
                EdbFilePath = 'E:\DAG01\DAG01-MDB006.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB006'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 73 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB006') {
            Skip-Step 'the database DAG01-MDB006 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB006' -ErrorAction 'Stop'
        }

        # The database goes on from EX02 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 74 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB006' -Server 'EX02') {
            Skip-Step 'EX02 has a copy of DAG01-MDB006 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB006'
                MailboxServer = 'EX02'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 75 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB006'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 76 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB007') {
            Skip-Step 'the database DAG01-MDB007 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB007'
                Server = 'EX03'
                EdbFilePath = 'E:\DAG01\DAG01-MDB007.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB007'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 77 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB007') {
            Skip-Step 'the database DAG01-MDB007 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB007' -ErrorAction 'Stop'
        }

        # The database goes on from EX04 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 78 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB007' -Server 'EX04') {
            Skip-Step 'EX04 has a copy of DAG01-MDB007 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB007'
                MailboxServer = 'EX04'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 79 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB007'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 80 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB008') {
            Skip-Step 'the database DAG01-MDB008 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB008'
                Server = 'EX03'
                EdbFilePath = 'E:\DAG01\DAG01-MDB008.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB008'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 81 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB008') {
            Skip-Step 'the database DAG01-MDB008 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB008' -ErrorAction 'Stop'
        }

        # The database goes on from EX04 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 82 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB008' -Server 'EX04') {
            Skip-Step 'EX04 has a copy of DAG01-MDB008 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB008'
                MailboxServer = 'EX04'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 83 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB008'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 84 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB009') {
            Skip-Step 'the database DAG01-MDB009 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB009'
                Server = 'EX03'
                EdbFilePath = 'E:\DAG01\DAG01-MDB009.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB009'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 85 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB009') {
            Skip-Step 'the database DAG01-MDB009 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB009' -ErrorAction 'Stop'
        }

        # The database goes on from EX04 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 86 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB009' -Server 'EX04') {
            Skip-Step 'EX04 has a copy of DAG01-MDB009 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB009'
                MailboxServer = 'EX04'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 87 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB009'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 88 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB010') {
            Skip-Step 'the database DAG01-MDB010 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB010'
                Server = 'EX03'
                EdbFilePath = 'E:\DAG01\DAG01-MDB010.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB010'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 89 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB010') {
            Skip-Step 'the database DAG01-MDB010 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB010' -ErrorAction 'Stop'
        }

        # The database goes on from EX04 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 90 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB010' -Server 'EX04') {
            Skip-Step 'EX04 has a copy of DAG01-MDB010 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB010'
                MailboxServer = 'EX04'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 91 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB010'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 92 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB011') {
            Skip-Step 'the database DAG01-MDB011 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB011'
                Server = 'EX03'
                EdbFilePath = 'E:\DAG01\DAG01-MDB011.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB011'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 93 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB011') {
            Skip-Step 'the database DAG01-MDB011 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB011' -ErrorAction 'Stop'
        }

        # The database goes on from EX04 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 94 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB011' -Server 'EX04') {
            Skip-Step 'EX04 has a copy of DAG01-MDB011 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB011'
                MailboxServer = 'EX04'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 95 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB011'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call

        # Mailboxes need the database.
        Start-Step 96 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DAG01-MDB012') {
            Skip-Step 'the database DAG01-MDB012 is there already, wherever its files are'
        } else {
            $call = @{
                Name = 'DAG01-MDB012'
                Server = 'EX03'
                EdbFilePath = 'E:\DAG01\DAG01-MDB012.edb'
                LogFolderPath = 'F:\DAG01\DAG01-MDB012'
                ErrorAction = 'Stop'
            }
            $null = New-MailboxDatabase @call
        }

        # A database serves nobody until it is mounted.
        Start-Step 97 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DAG01-MDB012') {
            Skip-Step 'the database DAG01-MDB012 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DAG01-MDB012' -ErrorAction 'Stop'
        }

        # The database goes on from EX04 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 98 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DAG01-MDB012' -Server 'EX04') {
            Skip-Step 'EX04 has a copy of DAG01-MDB012 already'
        } else {
            $call = @{
                Identity = 'DAG01-MDB012'
                MailboxServer = 'EX04'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }

        # The database must have the declared settings, once its copies are there.
        Start-Step 99 'Set-MailboxDatabase' 'the organization'
        $call = @{
            Identity = 'DAG01-MDB012'
            RpcClientAccessServer = 'outlook-primary.exchangeonline.dk'
            ErrorAction = 'Stop'
        }
        Set-MailboxDatabase @call
    }

    if ($Part -contains 'EX01') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 192.0.2.100: EX01 192.0.2.11'
    }

    if ($Part -contains 'EX03') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 192.0.2.100: EX03 192.0.2.13'
    }

    if ($Part -contains 'EX02') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 198.51.100.100: EX02 198.51.100.12'
    }

    if ($Part -contains 'EX04') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 198.51.100.100: EX04 198.51.100.14'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the zone exchangeonline.dk:'
        Write-Output 'mail 300 IN A 192.0.2.100'
        Write-Output 'failover 300 IN A 198.51.100.100'
        Write-Output 'outlook-primary 300 IN A 192.0.2.100'
        Write-Output 'outlook-failover 300 IN A 198.51.100.100'
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
