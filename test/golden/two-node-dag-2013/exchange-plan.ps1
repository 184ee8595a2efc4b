# .SYNOPSIS
# Brings the Exchange site two-node-dag-2013 from nothing to its declaration.
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
# PFX file with the certificate of the site and its private key. Left out: 'webmail.pfx' in the folder of this
# script, else '../../../certificates/webmail.pfx' as seen from there. Only servers need it.
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
# .\exchange-plan.ps1 -Part 'BsAEX02', 'dns'
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

    [ValidateSet('organization', 'BsAEX01', 'BsAEX02', 'dns')]
    [string[]] $Part = @('organization', 'BsAEX01', 'BsAEX02', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 30; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 13
    'BsAEX01' = 16
    'BsAEX02' = 28
    'dns' = 30
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
$PfxParts = @('BsAEX01', 'BsAEX02')
if (@($Part | Where-Object { $PfxParts -contains $_ }).Count -gt 0) {
    if ($PfxPath -eq '') {
        $folder = [System.IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)
        $places = @('webmail.pfx', '../../../certificates/webmail.pfx') |
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
    if ($Part -contains 'BsAEX01') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessServer' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.andersonpatricio.info/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'BsAEX02') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.andersonpatricio.info/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'BsAEX01') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 3 'Import-ExchangeCertificate' 'BsAEX01'
        if (Test-HasCertificate -Server 'BsAEX01') {
            Skip-Step 'BsAEX01 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'BsAEX01'
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
        Start-Step 4 'Enable-ExchangeCertificate' 'BsAEX01'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'BsAEX01'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 5 'Set-OutlookAnywhere' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\Rpc (Default Web Site)'
            InternalHostname = 'webmail.andersonpatricio.info'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'webmail.andersonpatricio.info'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 6 'Set-OwaVirtualDirectory' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\owa (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/owa'
            ExternalUrl = 'https://webmail.andersonpatricio.info/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 7 'Set-EcpVirtualDirectory' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\ecp (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/ecp'
            ExternalUrl = 'https://webmail.andersonpatricio.info/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 8 'Set-ActiveSyncVirtualDirectory' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://webmail.andersonpatricio.info/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 9 'Set-WebServicesVirtualDirectory' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\EWS (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/EWS/Exchange.asmx'
            ExternalUrl = 'https://webmail.andersonpatricio.info/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 10 'Set-OabVirtualDirectory' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\OAB (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/OAB'
            ExternalUrl = 'https://webmail.andersonpatricio.info/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 11 'Set-MapiVirtualDirectory' 'BsAEX01'
        $call = @{
            Identity = 'BsAEX01\mapi (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/mapi'
            ExternalUrl = 'https://webmail.andersonpatricio.info/mapi'
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
        Write-Output 'To be run on BsAFS01.apatricio.local, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # The servers need a group, with a witness that is none of them, before they can join it.
        Start-Step 13 'New-DatabaseAvailabilityGroup' 'the organization'
        if (Test-HasGroup -Name 'DAG01') {
            Skip-Step 'the DAG DAG01 is there already, with whatever witness it has'
        } else {
            $call = @{
                Name = 'DAG01'
                WitnessServer = 'BsAFS01.apatricio.local'
                WitnessDirectory = 'C:\DAGFileShareWitnesses\DAG01'
                DatabaseAvailabilityGroupIpAddresses = @('255.255.255.255')
                ErrorAction = 'Stop'
            }
            $null = New-DatabaseAvailabilityGroup @call
        }
    }

    if ($Part -contains 'BsAEX01') {
        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 14 'Add-DatabaseAvailabilityGroupServer' 'BsAEX01'
        if (Test-HasMember -Name 'DAG01' -Server 'BsAEX01') {
            Skip-Step 'BsAEX01 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'BsAEX01' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 15 'Test-ServiceHealth' 'BsAEX01'
        Wait-Healthy -Server 'BsAEX01' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'BsAEX01' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 16 'Get-HealthReport' 'BsAEX01'
        Wait-Healthy -Server 'BsAEX01' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'BsAEX01' -ErrorAction 'Stop')
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

    if ($Part -contains 'BsAEX02') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 17 'Import-ExchangeCertificate' 'BsAEX02'
        if (Test-HasCertificate -Server 'BsAEX02') {
            Skip-Step 'BsAEX02 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'BsAEX02'
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
        Start-Step 18 'Enable-ExchangeCertificate' 'BsAEX02'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'BsAEX02'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 19 'Set-OutlookAnywhere' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\Rpc (Default Web Site)'
            InternalHostname = 'webmail.andersonpatricio.info'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'webmail.andersonpatricio.info'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 20 'Set-OwaVirtualDirectory' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\owa (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/owa'
            ExternalUrl = 'https://webmail.andersonpatricio.info/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 21 'Set-EcpVirtualDirectory' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\ecp (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/ecp'
            ExternalUrl = 'https://webmail.andersonpatricio.info/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 22 'Set-ActiveSyncVirtualDirectory' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://webmail.andersonpatricio.info/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 23 'Set-WebServicesVirtualDirectory' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\EWS (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/EWS/Exchange.asmx'
            ExternalUrl = 'https://webmail.andersonpatricio.info/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 24 'Set-OabVirtualDirectory' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\OAB (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/OAB'
            ExternalUrl = 'https://webmail.andersonpatricio.info/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 25 'Set-MapiVirtualDirectory' 'BsAEX02'
        $call = @{
            Identity = 'BsAEX02\mapi (Default Web Site)'
            InternalUrl = 'https://webmail.andersonpatricio.info/mapi'
            ExternalUrl = 'https://webmail.andersonpatricio.info/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 26 'Add-DatabaseAvailabilityGroupServer' 'BsAEX02'
        if (Test-HasMember -Name 'DAG01' -Server 'BsAEX02') {
            Skip-Step 'BsAEX02 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'BsAEX02' -ErrorAction 'Stop'
        }

        # Every service that the server needs must run before users are sent to it.
        Start-Step 27 'Test-ServiceHealth' 'BsAEX02'
        Wait-Healthy -Server 'BsAEX02' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'BsAEX02' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 28 'Get-HealthReport' 'BsAEX02'
        Wait-Healthy -Server 'BsAEX02' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'BsAEX02' -ErrorAction 'Stop')
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
        Write-Output 'Publish now in the zone andersonpatricio.info:'
        Write-Output 'webmail 300 IN A 10.60.99.225'
        Write-Output 'webmail 300 IN A 10.60.99.227'
        Write-Output 'autodiscover 300 IN A 10.60.99.225'
        Write-Output 'autodiscover 300 IN A 10.60.99.227'
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
