# .SYNOPSIS
# Brings the Exchange site namespace-models-per-service from nothing to its declaration.
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
# A cmdlet may ask a question and wait, so stay with the script. If it asks 'Overwrite the existing default
# SMTP certificate?', the answer is No. The script says so again before each such step.
#
# .PARAMETER PfxPath
# PFX file with the certificate of the site and its private key. Left out: 'contoso.pfx' in the folder of this
# script, else '../../../certificates/contoso.pfx' as seen from there. Only servers need it.
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
# .\exchange-plan.ps1 -Part 'POREX2', 'dns'
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

    [ValidateSet('organization', 'REDEX1', 'REDEX2', 'POREX1', 'POREX2', 'dns')]
    [string[]] $Part = @('organization', 'REDEX1', 'REDEX2', 'POREX1', 'POREX2', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 72; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 17
    'REDEX1' = 57
    'REDEX2' = 58
    'POREX1' = 59
    'POREX2' = 60
    'dns' = 72
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

# The PFX file is opened before anything runs, where a chosen part needs it.
$PfxParts = @('REDEX1', 'REDEX2', 'POREX1', 'POREX2')
if (@($Part | Where-Object { $PfxParts -contains $_ }).Count -gt 0) {
    if ($PfxPath -eq '') {
        $folder = [System.IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)
        $places = @('contoso.pfx', '../../../certificates/contoso.pfx') |
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
    if ($Part -contains 'REDEX1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessServer' 'REDEX1'
        $call = @{
            Identity = 'REDEX1'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'REDEX2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'REDEX2'
        $call = @{
            Identity = 'REDEX2'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'POREX1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 3 'Set-ClientAccessServer' 'POREX1'
        $call = @{
            Identity = 'POREX1'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'POREX2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 4 'Set-ClientAccessServer' 'POREX2'
        $call = @{
            Identity = 'POREX2'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'REDEX1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 5 'Import-ExchangeCertificate' 'REDEX1'
        if (Test-HasCertificate -Server 'REDEX1') {
            Skip-Step 'REDEX1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'REDEX1'
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
        Start-Step 6 'Enable-ExchangeCertificate' 'REDEX1'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'REDEX1'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 7 'Set-OutlookAnywhere' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\Rpc (Default Web Site)'
            InternalHostname = 'oa.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 8 'Set-OwaVirtualDirectory' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 9 'Set-EcpVirtualDirectory' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 10 'Set-ActiveSyncVirtualDirectory' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 11 'Set-WebServicesVirtualDirectory' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\EWS (Default Web Site)'
            InternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 12 'Set-OabVirtualDirectory' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\OAB (Default Web Site)'
            InternalUrl = 'https://oab.contoso.com/OAB'
            ExternalUrl = 'https://oab.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 13 'Set-MapiVirtualDirectory' 'REDEX1'
        $call = @{
            Identity = 'REDEX1\mapi (Default Web Site)'
            InternalUrl = 'https://oa.contoso.com/mapi'
            ExternalUrl = 'https://oa.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call
    }

    if ($Part -contains 'organization') {
        # Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when
        # the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's.
        # <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it
        # there already.
        Write-Output 'To be run on REDFS1.contoso.local, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when
        # the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's.
        # <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it
        # there already.
        Write-Output 'To be run on PORFS1.contoso.local, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # The servers need a group, with a witness that is none of them, before they can join it.
        Start-Step 16 'New-DatabaseAvailabilityGroup' 'the organization'
        if (Test-HasGroup -Name 'DAG01') {
            Skip-Step 'the DAG DAG01 is there already, with whatever witness it has'
        } else {
            $call = @{
                Name = 'DAG01'
                WitnessServer = 'REDFS1.contoso.local'
                WitnessDirectory = 'C:\DAGFileShareWitnesses\DAG01'
                DatabaseAvailabilityGroupIpAddresses = @('255.255.255.255')
                ErrorAction = 'Stop'
            }
            $null = New-DatabaseAvailabilityGroup @call
        }

        # A switchover to the other datacentre needs the alternate witness.
        Start-Step 17 'Set-DatabaseAvailabilityGroup' 'the organization'
        $call = @{
            Identity = 'DAG01'
            AlternateWitnessServer = 'PORFS1.contoso.local'
            AlternateWitnessDirectory = 'C:\DAGFileShareWitnesses\DAG01'
            ErrorAction = 'Stop'
        }
        Set-DatabaseAvailabilityGroup @call
    }

    if ($Part -contains 'REDEX1') {
        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 18 'Add-DatabaseAvailabilityGroupServer' 'REDEX1'
        if (Test-HasMember -Name 'DAG01' -Server 'REDEX1') {
            Skip-Step 'REDEX1 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'REDEX1' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 19 'Test-ServiceHealth' 'REDEX1'
        Wait-Healthy -Server 'REDEX1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'REDEX1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 20 'Get-HealthReport' 'REDEX1'
        Wait-Healthy -Server 'REDEX1' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'REDEX1' -ErrorAction 'Stop')
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

    if ($Part -contains 'REDEX2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 21 'Import-ExchangeCertificate' 'REDEX2'
        if (Test-HasCertificate -Server 'REDEX2') {
            Skip-Step 'REDEX2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'REDEX2'
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
        Start-Step 22 'Enable-ExchangeCertificate' 'REDEX2'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'REDEX2'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 23 'Set-OutlookAnywhere' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\Rpc (Default Web Site)'
            InternalHostname = 'oa.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 24 'Set-OwaVirtualDirectory' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 25 'Set-EcpVirtualDirectory' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 26 'Set-ActiveSyncVirtualDirectory' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 27 'Set-WebServicesVirtualDirectory' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\EWS (Default Web Site)'
            InternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 28 'Set-OabVirtualDirectory' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\OAB (Default Web Site)'
            InternalUrl = 'https://oab.contoso.com/OAB'
            ExternalUrl = 'https://oab.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 29 'Set-MapiVirtualDirectory' 'REDEX2'
        $call = @{
            Identity = 'REDEX2\mapi (Default Web Site)'
            InternalUrl = 'https://oa.contoso.com/mapi'
            ExternalUrl = 'https://oa.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 30 'Add-DatabaseAvailabilityGroupServer' 'REDEX2'
        if (Test-HasMember -Name 'DAG01' -Server 'REDEX2') {
            Skip-Step 'REDEX2 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'REDEX2' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 31 'Test-ServiceHealth' 'REDEX2'
        Wait-Healthy -Server 'REDEX2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'REDEX2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 32 'Get-HealthReport' 'REDEX2'
        Wait-Healthy -Server 'REDEX2' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'REDEX2' -ErrorAction 'Stop')
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

    if ($Part -contains 'POREX1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 33 'Import-ExchangeCertificate' 'POREX1'
        if (Test-HasCertificate -Server 'POREX1') {
            Skip-Step 'POREX1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'POREX1'
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
        Start-Step 34 'Enable-ExchangeCertificate' 'POREX1'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'POREX1'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 35 'Set-OutlookAnywhere' 'POREX1'
        $call = @{
            Identity = 'POREX1\Rpc (Default Web Site)'
            InternalHostname = 'oa.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 36 'Set-OwaVirtualDirectory' 'POREX1'
        $call = @{
            Identity = 'POREX1\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 37 'Set-EcpVirtualDirectory' 'POREX1'
        $call = @{
            Identity = 'POREX1\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 38 'Set-ActiveSyncVirtualDirectory' 'POREX1'
        $call = @{
            Identity = 'POREX1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 39 'Set-WebServicesVirtualDirectory' 'POREX1'
        $call = @{
            Identity = 'POREX1\EWS (Default Web Site)'
            InternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 40 'Set-OabVirtualDirectory' 'POREX1'
        $call = @{
            Identity = 'POREX1\OAB (Default Web Site)'
            InternalUrl = 'https://oab.contoso.com/OAB'
            ExternalUrl = 'https://oab.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 41 'Set-MapiVirtualDirectory' 'POREX1'
        $call = @{
            Identity = 'POREX1\mapi (Default Web Site)'
            InternalUrl = 'https://oa.contoso.com/mapi'
            ExternalUrl = 'https://oa.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 42 'Add-DatabaseAvailabilityGroupServer' 'POREX1'
        if (Test-HasMember -Name 'DAG01' -Server 'POREX1') {
            Skip-Step 'POREX1 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'POREX1' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 43 'Test-ServiceHealth' 'POREX1'
        Wait-Healthy -Server 'POREX1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'POREX1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 44 'Get-HealthReport' 'POREX1'
        Wait-Healthy -Server 'POREX1' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'POREX1' -ErrorAction 'Stop')
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

    if ($Part -contains 'POREX2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 45 'Import-ExchangeCertificate' 'POREX2'
        if (Test-HasCertificate -Server 'POREX2') {
            Skip-Step 'POREX2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'POREX2'
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
        Start-Step 46 'Enable-ExchangeCertificate' 'POREX2'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'POREX2'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 47 'Set-OutlookAnywhere' 'POREX2'
        $call = @{
            Identity = 'POREX2\Rpc (Default Web Site)'
            InternalHostname = 'oa.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 48 'Set-OwaVirtualDirectory' 'POREX2'
        $call = @{
            Identity = 'POREX2\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 49 'Set-EcpVirtualDirectory' 'POREX2'
        $call = @{
            Identity = 'POREX2\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 50 'Set-ActiveSyncVirtualDirectory' 'POREX2'
        $call = @{
            Identity = 'POREX2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 51 'Set-WebServicesVirtualDirectory' 'POREX2'
        $call = @{
            Identity = 'POREX2\EWS (Default Web Site)'
            InternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 52 'Set-OabVirtualDirectory' 'POREX2'
        $call = @{
            Identity = 'POREX2\OAB (Default Web Site)'
            InternalUrl = 'https://oab.contoso.com/OAB'
            ExternalUrl = 'https://oab.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 53 'Set-MapiVirtualDirectory' 'POREX2'
        $call = @{
            Identity = 'POREX2\mapi (Default Web Site)'
            InternalUrl = 'https://oa.contoso.com/mapi'
            ExternalUrl = 'https://oa.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 54 'Add-DatabaseAvailabilityGroupServer' 'POREX2'
        if (Test-HasMember -Name 'DAG01' -Server 'POREX2') {
            Skip-Step 'POREX2 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'POREX2' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 55 'Test-ServiceHealth' 'POREX2'
        Wait-Healthy -Server 'POREX2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'POREX2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 56 'Get-HealthReport' 'POREX2'
        Wait-Healthy -Server 'POREX2' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'POREX2' -ErrorAction 'Stop')
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

    if ($Part -contains 'REDEX1') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.1.0.100 and 10.1.0.101 and 10.1.0.102 and 10.1.0.103 and 10.1.0.104: REDEX1 10.1.0.11'
        Write-Output 'It is well behind 10.1.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.102 while it answers 200: https://oa.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.103 while it answers 200: https://ews.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.104 while it answers 200: https://oab.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.102 while it answers 200: https://oa.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'REDEX2') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.1.0.100 and 10.1.0.101 and 10.1.0.102 and 10.1.0.103 and 10.1.0.104: REDEX2 10.1.0.12'
        Write-Output 'It is well behind 10.1.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.102 while it answers 200: https://oa.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.103 while it answers 200: https://ews.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.104 while it answers 200: https://oab.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.102 while it answers 200: https://oa.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'POREX1') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.2.0.100 and 10.2.0.101 and 10.2.0.102 and 10.2.0.103 and 10.2.0.104: POREX1 10.2.0.11'
        Write-Output 'It is well behind 10.2.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.102 while it answers 200: https://oa.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.103 while it answers 200: https://ews.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.104 while it answers 200: https://oab.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.102 while it answers 200: https://oa.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'POREX2') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.2.0.100 and 10.2.0.101 and 10.2.0.102 and 10.2.0.103 and 10.2.0.104: POREX2 10.2.0.12'
        Write-Output 'It is well behind 10.2.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.102 while it answers 200: https://oa.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.103 while it answers 200: https://ews.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.104 while it answers 200: https://oab.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.102 while it answers 200: https://oa.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the zone contoso.com:'
        Write-Output 'mail 300 IN A 10.1.0.100'
        Write-Output 'mail 300 IN A 10.2.0.100'
        Write-Output 'autodiscover 300 IN A 10.1.0.101'
        Write-Output 'autodiscover 300 IN A 10.2.0.101'
        Write-Output 'oa 300 IN A 10.1.0.102'
        Write-Output 'oa 300 IN A 10.2.0.102'
        Write-Output 'ews 300 IN A 10.1.0.103'
        Write-Output 'ews 300 IN A 10.2.0.103'
        Write-Output 'oab 300 IN A 10.1.0.104'
        Write-Output 'oab 300 IN A 10.2.0.104'
        Write-Output 'legacy 300 IN A 10.1.0.21'
        Write-Output 'legacy 300 IN A 10.2.0.21'
        Write-Output 'Publish now in the external zone contoso.com at ns1.contoso.com:'
        Write-Output 'mail 300 IN A 203.0.113.100'
        Write-Output 'mail 300 IN A 198.51.100.100'
        Write-Output 'autodiscover 300 IN A 203.0.113.101'
        Write-Output 'autodiscover 300 IN A 198.51.100.101'
        Write-Output 'oa 300 IN A 203.0.113.102'
        Write-Output 'oa 300 IN A 198.51.100.102'
        Write-Output 'ews 300 IN A 203.0.113.103'
        Write-Output 'ews 300 IN A 198.51.100.103'
        Write-Output 'oab 300 IN A 203.0.113.104'
        Write-Output 'oab 300 IN A 198.51.100.104'
        Write-Output 'legacy 300 IN A 203.0.113.20'
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
