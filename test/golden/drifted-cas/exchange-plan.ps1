# .SYNOPSIS
# Brings the Exchange site drifted-cas from nothing to its declaration.
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
# .\exchange-plan.ps1 -Part 'ECAS2', 'dns'
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

    [ValidateSet('ECAS1', 'ECAS2', 'dns')]
    [string[]] $Part = @('ECAS1', 'ECAS2', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 19; Name = '' }
# The last step of each part.
$LastSteps = @{
    'ECAS1' = 10
    'ECAS2' = 18
    'dns' = 19
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
$PfxParts = @('ECAS1', 'ECAS2')
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
    if ($Part -contains 'ECAS1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessServer' 'ECAS1'
        $call = @{
            Identity = 'ECAS1'
            AutoDiscoverServiceInternalUri = 'https://mail.domain.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'ECAS2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'ECAS2'
        $call = @{
            Identity = 'ECAS2'
            AutoDiscoverServiceInternalUri = 'https://mail.domain.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'ECAS1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 3 'Import-ExchangeCertificate' 'ECAS1'
        if (Test-HasCertificate -Server 'ECAS1') {
            Skip-Step 'ECAS1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'ECAS1'
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
        Start-Step 4 'Enable-ExchangeCertificate' 'ECAS1'
        $call = @{
            Server = 'ECAS1'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 5 'Set-OwaVirtualDirectory' 'ECAS1'
        $call = @{
            Identity = 'ECAS1\owa (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/owa'
            ExternalUrl = 'https://mail.domain.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 6 'Set-EcpVirtualDirectory' 'ECAS1'
        $call = @{
            Identity = 'ECAS1\ecp (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/ecp'
            ExternalUrl = 'https://mail.domain.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 7 'Set-ActiveSyncVirtualDirectory' 'ECAS1'
        $call = @{
            Identity = 'ECAS1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.domain.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 8 'Set-WebServicesVirtualDirectory' 'ECAS1'
        $call = @{
            Identity = 'ECAS1\EWS (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.domain.com/EWS/Exchange.asmx'
            BasicAuthentication = $true
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 9 'Set-OabVirtualDirectory' 'ECAS1'
        $call = @{
            Identity = 'ECAS1\OAB (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/OAB'
            ExternalUrl = 'https://mail.domain.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 10 'Test-ServiceHealth' 'ECAS1'
        Wait-Healthy -Server 'ECAS1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'ECAS1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'ECAS2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 11 'Import-ExchangeCertificate' 'ECAS2'
        if (Test-HasCertificate -Server 'ECAS2') {
            Skip-Step 'ECAS2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'ECAS2'
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
        Start-Step 12 'Enable-ExchangeCertificate' 'ECAS2'
        $call = @{
            Server = 'ECAS2'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = @('IIS')
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 13 'Set-OwaVirtualDirectory' 'ECAS2'
        $call = @{
            Identity = 'ECAS2\owa (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/owa'
            ExternalUrl = 'https://mail.domain.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 14 'Set-EcpVirtualDirectory' 'ECAS2'
        $call = @{
            Identity = 'ECAS2\ecp (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/ecp'
            ExternalUrl = 'https://mail.domain.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 15 'Set-ActiveSyncVirtualDirectory' 'ECAS2'
        $call = @{
            Identity = 'ECAS2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.domain.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 16 'Set-WebServicesVirtualDirectory' 'ECAS2'
        $call = @{
            Identity = 'ECAS2\EWS (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.domain.com/EWS/Exchange.asmx'
            BasicAuthentication = $true
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 17 'Set-OabVirtualDirectory' 'ECAS2'
        $call = @{
            Identity = 'ECAS2\OAB (Default Web Site)'
            InternalUrl = 'https://mail.domain.com/OAB'
            ExternalUrl = 'https://mail.domain.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 18 'Test-ServiceHealth' 'ECAS2'
        Wait-Healthy -Server 'ECAS2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'ECAS2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first. Round robin does not notice a
        # dead server: a client that is sent to one waits, for some seconds, until its connection times out and it
        # tries the next address.
        Write-Output 'Publish now in the zone domain.com:'
        Write-Output 'mail 300 IN A 192.0.2.11'
        Write-Output 'mail 300 IN A 192.0.2.12'
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
