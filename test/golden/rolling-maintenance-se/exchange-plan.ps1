# .SYNOPSIS
# Brings the Exchange site rolling-maintenance-se from nothing to its declaration.
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
# .\exchange-plan.ps1 -Part 'OPO2', 'dns'
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

    [ValidateSet('organization', 'LIS1', 'LIS2', 'OPO1', 'OPO2', 'dns')]
    [string[]] $Part = @('organization', 'LIS1', 'LIS2', 'OPO1', 'OPO2', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 133; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 127
    'LIS1' = 128
    'LIS2' = 130
    'OPO1' = 129
    'OPO2' = 131
    'dns' = 133
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

# What is wrong with the certificate that a server shows for a name, or with its answer to a request for a path. Whether the
# certificate is trusted is not judged: its hash is compared, so that no other one passes, and no credentials are sent.
function Test-ShownCertificate {
    param([string] $HostName, [int] $Port, [string] $Name, [string] $Thumbprint, [string] $Path)

    $client = New-Object -TypeName System.Net.Sockets.TcpClient -ArgumentList $HostName, $Port
    try {
        $client.SendTimeout = 10000
        $client.ReceiveTimeout = 10000
        $stream = New-Object -TypeName System.Net.Security.SslStream -ArgumentList @(
            $client.GetStream(), $false, { $true }
        )
        $known = [System.Enum]::GetNames([System.Security.Authentication.SslProtocols])
        $offered = @('Tls', 'Tls11', 'Tls12' | Where-Object { $known -contains $_ }) -join ', '
        $stream.AuthenticateAsClient($Name, $null, [System.Security.Authentication.SslProtocols] $offered, $false)
        $shown = $stream.RemoteCertificate.GetCertHashString()
        if ($shown -ne $Thumbprint) {
            return ($HostName + ':' + $Port + ' shows the certificate ' + $shown + ' for ' + $Name + ', not ' + $Thumbprint)
        }
        if ($Path -eq '') { return }
        $end = [string] [char] 13 + [char] 10
        $request = @(('GET ' + $Path + ' HTTP/1.1'), ('Host: ' + $HostName), 'Connection: close', '', '') -join $end
        $bytes = [System.Text.Encoding]::ASCII.GetBytes($request)
        $stream.Write($bytes, 0, $bytes.Length)
        $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $stream
        $status = $reader.ReadLine()
        if ($status -notmatch '^HTTP/1\.[01] 200( |$)') {
            return ('https://' + $HostName + $Path + ' answers ' + $status + ', not 200')
        }
        if ($reader.ReadToEnd() -notmatch '200 OK') {
            return ('https://' + $HostName + $Path + ' answers with another page than that of Managed Availability')
        }
    } finally {
        $client.Close()
    }
}

# Whether there is a DAG of this name.
function Test-HasGroup {
    param([string] $Name)

    foreach ($item in @(Get-DatabaseAvailabilityGroup -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return $true }
    }
    return $false
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

# Whether a server is in service, and what of it a drain changes. Nothing runs where it does not tell.
function Get-Service2013 {
    param([string] $Server)

    $states = @(Get-ServerComponentState -Identity $Server -ErrorAction 'Stop' | Where-Object {
            @('HubTransport', 'ServerWideOffline') -contains [string] $_.Component
        })
    $mailbox = Get-MailboxServer -Identity $Server -ErrorAction 'Stop'
    $policy = [string] $mailbox.DatabaseCopyAutoActivationPolicy
    $moves = [string] $mailbox.DatabaseCopyActivationDisabledAndMoveNow
    if ($states.Count -ne 2 -or $policy -eq '' -or $moves -eq '') {
        throw ($Server + ' does not tell whether it is in service, so that it was not drained and nothing was run.')
    }
    $isMember = [string] $mailbox.DatabaseAvailabilityGroup -ne ''
    $inactive = @($states | Where-Object { [string] $_.State -ne 'Active' })
    $inService = $inactive.Count -eq 0 -and -not ($isMember -and $moves -eq 'True')
    if (-not $inService) { Write-Host ('  ' + $Server + ' is out of service already, and stays so') }
    return @{ InService = $inService; IsMember = $isMember; Policy = $policy }
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
$PfxParts = @('LIS1', 'LIS2', 'OPO1', 'OPO2')
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
    if ($Part -contains 'LIS1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessService' 'LIS1'
        $call = @{
            Identity = 'LIS1'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessService @call
    }

    if ($Part -contains 'OPO1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessService' 'OPO1'
        $call = @{
            Identity = 'OPO1'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessService @call
    }

    if ($Part -contains 'LIS2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 3 'Set-ClientAccessService' 'LIS2'
        $call = @{
            Identity = 'LIS2'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessService @call
    }

    if ($Part -contains 'OPO2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 4 'Set-ClientAccessService' 'OPO2'
        $call = @{
            Identity = 'OPO2'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessService @call
    }

    if ($Part -contains 'organization') {
        # Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when
        # the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's.
        # <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it
        # there already.
        Write-Output 'To be run on LISFS1.contoso.local, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when
        # the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's.
        # <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it
        # there already.
        Write-Output 'To be run on OPOFS1.contoso.local, where it is not so already:'
        Write-Output 'net localgroup Administrators "<DOMAIN>\Exchange Trusted Subsystem" /add'

        # The servers need a group, with a witness that is none of them, before they can join it.
        Start-Step 7 'New-DatabaseAvailabilityGroup' 'the organization'
        if (Test-HasGroup -Name 'DAG01') {
            Skip-Step 'the DAG DAG01 is there already, with whatever witness it has'
        } else {
            $call = @{
                Name = 'DAG01'
                WitnessServer = 'LISFS1.contoso.local'
                WitnessDirectory = 'C:\Witness\DAG01'
                DatabaseAvailabilityGroupIpAddresses = @('255.255.255.255')
                ErrorAction = 'Stop'
            }
            $null = New-DatabaseAvailabilityGroup @call
        }

        # A switchover to the other datacentre needs the alternate witness.
        Start-Step 8 'Set-DatabaseAvailabilityGroup' 'the organization'
        $call = @{
            Identity = 'DAG01'
            AlternateWitnessServer = 'OPOFS1.contoso.local'
            AlternateWitnessDirectory = 'C:\Witness\DAG01'
            ErrorAction = 'Stop'
        }
        Set-DatabaseAvailabilityGroup @call
    }

    if ($Part -contains 'LIS1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 9 'Import-ExchangeCertificate' 'LIS1'
        if (Test-HasCertificate -Server 'LIS1') {
            Skip-Step 'LIS1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'LIS1'
                FileData = $PfxContent
                Password = $PfxPassword
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 10 'Enable-ExchangeCertificate' 'LIS1'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $before = Get-Service2013 -Server 'LIS1'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS1'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'LIS1' -Target 'LIS2.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS1' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS1' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'LIS1') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS1'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Server = 'LIS1'
                Thumbprint = $PfxCertificate.Thumbprint
                Services = 'IIS', 'SMTP'
                DoNotRequireSsl = $true
                ErrorAction = 'Stop'
            }
            Enable-ExchangeCertificate @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'LIS1'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'LIS1' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'LIS1' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'LIS1'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 11 'Set-OutlookAnywhere' 'LIS1'
        $before = Get-Service2013 -Server 'LIS1'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS1'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'LIS1' -Target 'LIS2.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS1' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS1' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'LIS1') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS1'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Identity = 'LIS1\Rpc (Default Web Site)'
                InternalHostname = 'mail.contoso.com'
                InternalClientsRequireSsl = $true
                InternalClientAuthenticationMethod = 'Ntlm'
                ExternalHostname = 'mail.contoso.com'
                ExternalClientsRequireSsl = $true
                ExternalClientAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            Set-OutlookAnywhere @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'LIS1'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'LIS1' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'LIS1' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'LIS1'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 12 'Set-OwaVirtualDirectory' 'LIS1'
        $call = @{
            Identity = 'LIS1\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 13 'Set-EcpVirtualDirectory' 'LIS1'
        $call = @{
            Identity = 'LIS1\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 14 'Set-ActiveSyncVirtualDirectory' 'LIS1'
        $call = @{
            Identity = 'LIS1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 15 'Set-WebServicesVirtualDirectory' 'LIS1'
        $call = @{
            Identity = 'LIS1\EWS (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 16 'Set-OabVirtualDirectory' 'LIS1'
        $call = @{
            Identity = 'LIS1\OAB (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/OAB'
            ExternalUrl = 'https://mail.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        Start-Step 17 'Set-MapiVirtualDirectory' 'LIS1'
        $call = @{
            Identity = 'LIS1\mapi (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/mapi'
            ExternalUrl = 'https://mail.contoso.com/mapi'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 18 'Add-DatabaseAvailabilityGroupServer' 'LIS1'
        if (Test-HasMember -Name 'DAG01' -Server 'LIS1') {
            Skip-Step 'LIS1 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'LIS1' -ErrorAction 'Stop'
        }

        # The server must take its part in the DAG before the next one joins.
        Start-Step 19 'Test-ReplicationHealth' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'LIS1' -ErrorAction 'Stop')
            $names = @(
                'ActiveManager',
                'ClusterNetwork',
                'ClusterService',
                'DagMembersUp',
                'QuorumGroup',
                'ReplayService',
                'TasksRpcListener',
                'TcpListener'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'OPO1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 20 'Import-ExchangeCertificate' 'OPO1'
        if (Test-HasCertificate -Server 'OPO1') {
            Skip-Step 'OPO1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'OPO1'
                FileData = $PfxContent
                Password = $PfxPassword
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 21 'Enable-ExchangeCertificate' 'OPO1'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $before = Get-Service2013 -Server 'OPO1'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO1'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'OPO1' -Target 'OPO2.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO1' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO1' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'OPO1') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO1'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Server = 'OPO1'
                Thumbprint = $PfxCertificate.Thumbprint
                Services = 'IIS', 'SMTP'
                DoNotRequireSsl = $true
                ErrorAction = 'Stop'
            }
            Enable-ExchangeCertificate @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'OPO1'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'OPO1' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'OPO1' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'OPO1'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 22 'Set-OutlookAnywhere' 'OPO1'
        $before = Get-Service2013 -Server 'OPO1'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO1'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'OPO1' -Target 'OPO2.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO1' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO1' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'OPO1') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO1'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Identity = 'OPO1\Rpc (Default Web Site)'
                InternalHostname = 'mail.contoso.com'
                InternalClientsRequireSsl = $true
                InternalClientAuthenticationMethod = 'Ntlm'
                ExternalHostname = 'mail.contoso.com'
                ExternalClientsRequireSsl = $true
                ExternalClientAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            Set-OutlookAnywhere @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'OPO1'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'OPO1' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'OPO1' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'OPO1'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 23 'Set-OwaVirtualDirectory' 'OPO1'
        $call = @{
            Identity = 'OPO1\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 24 'Set-EcpVirtualDirectory' 'OPO1'
        $call = @{
            Identity = 'OPO1\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 25 'Set-ActiveSyncVirtualDirectory' 'OPO1'
        $call = @{
            Identity = 'OPO1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 26 'Set-WebServicesVirtualDirectory' 'OPO1'
        $call = @{
            Identity = 'OPO1\EWS (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 27 'Set-OabVirtualDirectory' 'OPO1'
        $call = @{
            Identity = 'OPO1\OAB (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/OAB'
            ExternalUrl = 'https://mail.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        Start-Step 28 'Set-MapiVirtualDirectory' 'OPO1'
        $call = @{
            Identity = 'OPO1\mapi (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/mapi'
            ExternalUrl = 'https://mail.contoso.com/mapi'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 29 'Add-DatabaseAvailabilityGroupServer' 'OPO1'
        if (Test-HasMember -Name 'DAG01' -Server 'OPO1') {
            Skip-Step 'OPO1 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'OPO1' -ErrorAction 'Stop'
        }

        # The server must take its part in the DAG before the next one joins.
        Start-Step 30 'Test-ReplicationHealth' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'OPO1' -ErrorAction 'Stop')
            $names = @(
                'ActiveManager',
                'ClusterNetwork',
                'ClusterService',
                'DagMembersUp',
                'QuorumGroup',
                'ReplayService',
                'TasksRpcListener',
                'TcpListener'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'LIS1') {
        # Every service that the server needs must run before users are sent to it.
        Start-Step 31 'Test-ServiceHealth' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'LIS1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 32 'Get-HealthReport' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'LIS1' -ErrorAction 'Stop')
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

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 33 'TLS LIS1.contoso.local:443' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'autodiscover.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 34 'TLS LIS1.contoso.local:443' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'mail.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 35 'TLS LIS1.contoso.local:443' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'lis1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of LIS1 on LIS1.contoso.local:25 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect LIS1.contoso.local:25'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of LIS1 on LIS1.contoso.local:587 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect LIS1.contoso.local:587'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 38 'GET https://LIS1.contoso.local/Microsoft-Server-ActiveSync/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Microsoft-Server-ActiveSync/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 39 'GET https://LIS1.contoso.local/Autodiscover/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Autodiscover/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 40 'GET https://LIS1.contoso.local/ecp/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/ecp/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 41 'GET https://LIS1.contoso.local/EWS/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/EWS/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 42 'GET https://LIS1.contoso.local/mapi/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/mapi/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 43 'GET https://LIS1.contoso.local/OAB/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/OAB/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 44 'GET https://LIS1.contoso.local/rpc/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/rpc/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 45 'GET https://LIS1.contoso.local/owa/HealthCheck.htm' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS1.contoso.local'
                Port = 443
                Name = 'LIS1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/owa/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }
    }

    if ($Part -contains 'OPO1') {
        # Every service that the server needs must run before users are sent to it.
        Start-Step 46 'Test-ServiceHealth' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'OPO1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 47 'Get-HealthReport' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'OPO1' -ErrorAction 'Stop')
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

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 48 'TLS OPO1.contoso.local:443' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'autodiscover.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 49 'TLS OPO1.contoso.local:443' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'mail.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 50 'TLS OPO1.contoso.local:443' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'opo1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of OPO1 on OPO1.contoso.local:25 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect OPO1.contoso.local:25'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of OPO1 on OPO1.contoso.local:587 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect OPO1.contoso.local:587'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 53 'GET https://OPO1.contoso.local/Microsoft-Server-ActiveSync/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Microsoft-Server-ActiveSync/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 54 'GET https://OPO1.contoso.local/Autodiscover/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Autodiscover/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 55 'GET https://OPO1.contoso.local/ecp/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/ecp/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 56 'GET https://OPO1.contoso.local/EWS/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/EWS/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 57 'GET https://OPO1.contoso.local/mapi/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/mapi/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 58 'GET https://OPO1.contoso.local/OAB/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/OAB/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 59 'GET https://OPO1.contoso.local/rpc/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/rpc/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 60 'GET https://OPO1.contoso.local/owa/HealthCheck.htm' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO1.contoso.local'
                Port = 443
                Name = 'OPO1.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/owa/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }
    }

    if ($Part -contains 'LIS2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 61 'Import-ExchangeCertificate' 'LIS2'
        if (Test-HasCertificate -Server 'LIS2') {
            Skip-Step 'LIS2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'LIS2'
                FileData = $PfxContent
                Password = $PfxPassword
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 62 'Enable-ExchangeCertificate' 'LIS2'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $before = Get-Service2013 -Server 'LIS2'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS2'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'LIS2' -Target 'LIS1.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS2' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS2' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'LIS2') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS2'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Server = 'LIS2'
                Thumbprint = $PfxCertificate.Thumbprint
                Services = 'IIS', 'SMTP'
                DoNotRequireSsl = $true
                ErrorAction = 'Stop'
            }
            Enable-ExchangeCertificate @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'LIS2'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'LIS2' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'LIS2' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'LIS2'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 63 'Set-OutlookAnywhere' 'LIS2'
        $before = Get-Service2013 -Server 'LIS2'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS2'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'LIS2' -Target 'LIS1.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS2' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'LIS2' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'LIS2') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'LIS2'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Identity = 'LIS2\Rpc (Default Web Site)'
                InternalHostname = 'mail.contoso.com'
                InternalClientsRequireSsl = $true
                InternalClientAuthenticationMethod = 'Ntlm'
                ExternalHostname = 'mail.contoso.com'
                ExternalClientsRequireSsl = $true
                ExternalClientAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            Set-OutlookAnywhere @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'LIS2'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'LIS2' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'LIS2' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'LIS2'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 64 'Set-OwaVirtualDirectory' 'LIS2'
        $call = @{
            Identity = 'LIS2\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 65 'Set-EcpVirtualDirectory' 'LIS2'
        $call = @{
            Identity = 'LIS2\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 66 'Set-ActiveSyncVirtualDirectory' 'LIS2'
        $call = @{
            Identity = 'LIS2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 67 'Set-WebServicesVirtualDirectory' 'LIS2'
        $call = @{
            Identity = 'LIS2\EWS (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 68 'Set-OabVirtualDirectory' 'LIS2'
        $call = @{
            Identity = 'LIS2\OAB (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/OAB'
            ExternalUrl = 'https://mail.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        Start-Step 69 'Set-MapiVirtualDirectory' 'LIS2'
        $call = @{
            Identity = 'LIS2\mapi (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/mapi'
            ExternalUrl = 'https://mail.contoso.com/mapi'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 70 'Add-DatabaseAvailabilityGroupServer' 'LIS2'
        if (Test-HasMember -Name 'DAG01' -Server 'LIS2') {
            Skip-Step 'LIS2 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'LIS2' -ErrorAction 'Stop'
        }

        # The server must take its part in the DAG before the next one joins.
        Start-Step 71 'Test-ReplicationHealth' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'LIS2' -ErrorAction 'Stop')
            $names = @(
                'ActiveManager',
                'ClusterNetwork',
                'ClusterService',
                'DagMembersUp',
                'QuorumGroup',
                'ReplayService',
                'TasksRpcListener',
                'TcpListener'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'OPO2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 72 'Import-ExchangeCertificate' 'OPO2'
        if (Test-HasCertificate -Server 'OPO2') {
            Skip-Step 'OPO2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'OPO2'
                FileData = $PfxContent
                Password = $PfxPassword
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 73 'Enable-ExchangeCertificate' 'OPO2'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $before = Get-Service2013 -Server 'OPO2'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO2'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'OPO2' -Target 'OPO1.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO2' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO2' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'OPO2') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO2'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Server = 'OPO2'
                Thumbprint = $PfxCertificate.Thumbprint
                Services = 'IIS', 'SMTP'
                DoNotRequireSsl = $true
                ErrorAction = 'Stop'
            }
            Enable-ExchangeCertificate @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'OPO2'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'OPO2' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'OPO2' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'OPO2'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Users of the databases that are active on the server: they have no mailbox for the
        # seconds until another copy is mounted.
        # It can interrupt clients. Whoever reaches the server itself: it answers nobody until it is back. A load
        # balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until
        # they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by
        # hand.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 74 'Set-OutlookAnywhere' 'OPO2'
        $before = Get-Service2013 -Server 'OPO2'
        try {
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO2'
                    Component = 'HubTransport'
                    State = 'Draining'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            if ($before.InService) {
                Redirect-Message -Server 'OPO2' -Target 'OPO1.contoso.local' -Confirm:$false -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO2' -DatabaseCopyActivationDisabledAndMoveNow:$true -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Set-MailboxServer -Identity 'OPO2' -DatabaseCopyAutoActivationPolicy 'Blocked' -ErrorAction 'Stop'
            }
            if ($before.InService -and $before.IsMember) {
                Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
                    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
                        if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq 'OPO2') {
                            [string] $item.Name + ' is active here'
                        }
                    }
                }
            }
            if ($before.InService) {
                $call = @{
                    Identity = 'OPO2'
                    Component = 'ServerWideOffline'
                    State = 'Inactive'
                    Requester = 'Maintenance'
                    ErrorAction = 'Stop'
                }
                Set-ServerComponentState @call
            }
            $call = @{
                Identity = 'OPO2\Rpc (Default Web Site)'
                InternalHostname = 'mail.contoso.com'
                InternalClientsRequireSsl = $true
                InternalClientAuthenticationMethod = 'Ntlm'
                ExternalHostname = 'mail.contoso.com'
                ExternalClientsRequireSsl = $true
                ExternalClientAuthenticationMethod = 'Ntlm'
                ErrorAction = 'Stop'
            }
            Set-OutlookAnywhere @call
        } finally {
            try {
                if ($before.InService) {
                    $call = @{
                        Identity = 'OPO2'
                        Component = 'ServerWideOffline'
                        State = 'Active'
                        Requester = 'Maintenance'
                        ErrorAction = 'Stop'
                    }
                    Set-ServerComponentState @call
                }
            } finally {
                try {
                    if ($before.InService -and $before.IsMember) {
                        Set-MailboxServer -Identity 'OPO2' -DatabaseCopyAutoActivationPolicy $before.Policy -ErrorAction 'Stop'
                    }
                } finally {
                    try {
                        if ($before.InService -and $before.IsMember) {
                            Set-MailboxServer -Identity 'OPO2' -DatabaseCopyActivationDisabledAndMoveNow:$false -ErrorAction 'Stop'
                        }
                    } finally {
                        if ($before.InService) {
                            $call = @{
                                Identity = 'OPO2'
                                Component = 'HubTransport'
                                State = 'Active'
                                Requester = 'Maintenance'
                                ErrorAction = 'Stop'
                            }
                            Set-ServerComponentState @call
                        }
                    }
                }
            }
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 75 'Set-OwaVirtualDirectory' 'OPO2'
        $call = @{
            Identity = 'OPO2\owa (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/owa'
            ExternalUrl = 'https://mail.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 76 'Set-EcpVirtualDirectory' 'OPO2'
        $call = @{
            Identity = 'OPO2\ecp (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/ecp'
            ExternalUrl = 'https://mail.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 77 'Set-ActiveSyncVirtualDirectory' 'OPO2'
        $call = @{
            Identity = 'OPO2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 78 'Set-WebServicesVirtualDirectory' 'OPO2'
        $call = @{
            Identity = 'OPO2\EWS (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 79 'Set-OabVirtualDirectory' 'OPO2'
        $call = @{
            Identity = 'OPO2\OAB (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/OAB'
            ExternalUrl = 'https://mail.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        Start-Step 80 'Set-MapiVirtualDirectory' 'OPO2'
        $call = @{
            Identity = 'OPO2\mapi (Default Web Site)'
            InternalUrl = 'https://mail.contoso.com/mapi'
            ExternalUrl = 'https://mail.contoso.com/mapi'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # The databases can have copies on the server only when it is a member.
        # It can interrupt clients. Users of databases that are active on the server: for moments, where joining or
        # leaving the cluster fails over what it holds.
        Start-Step 81 'Add-DatabaseAvailabilityGroupServer' 'OPO2'
        if (Test-HasMember -Name 'DAG01' -Server 'OPO2') {
            Skip-Step 'OPO2 is a member of DAG01 already'
        } else {
            $null = Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'OPO2' -ErrorAction 'Stop'
        }

        # The server must take its part in the DAG before the next one joins.
        Start-Step 82 'Test-ReplicationHealth' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'OPO2' -ErrorAction 'Stop')
            $names = @(
                'ActiveManager',
                'ClusterNetwork',
                'ClusterService',
                'DagMembersUp',
                'QuorumGroup',
                'ReplayService',
                'TasksRpcListener',
                'TcpListener'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'LIS2') {
        # Every service that the server needs must run before users are sent to it.
        Start-Step 83 'Test-ServiceHealth' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'LIS2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 84 'Get-HealthReport' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'LIS2' -ErrorAction 'Stop')
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

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 85 'TLS LIS2.contoso.local:443' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'autodiscover.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 86 'TLS LIS2.contoso.local:443' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'mail.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 87 'TLS LIS2.contoso.local:443' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'lis2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of LIS2 on LIS2.contoso.local:25 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect LIS2.contoso.local:25'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of LIS2 on LIS2.contoso.local:587 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect LIS2.contoso.local:587'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 90 'GET https://LIS2.contoso.local/Microsoft-Server-ActiveSync/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Microsoft-Server-ActiveSync/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 91 'GET https://LIS2.contoso.local/Autodiscover/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Autodiscover/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 92 'GET https://LIS2.contoso.local/ecp/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/ecp/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 93 'GET https://LIS2.contoso.local/EWS/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/EWS/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 94 'GET https://LIS2.contoso.local/mapi/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/mapi/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 95 'GET https://LIS2.contoso.local/OAB/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/OAB/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 96 'GET https://LIS2.contoso.local/rpc/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/rpc/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 97 'GET https://LIS2.contoso.local/owa/HealthCheck.htm' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $call = @{
                HostName = 'LIS2.contoso.local'
                Port = 443
                Name = 'LIS2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/owa/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }
    }

    if ($Part -contains 'OPO2') {
        # Every service that the server needs must run before users are sent to it.
        Start-Step 98 'Test-ServiceHealth' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'OPO2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 99 'Get-HealthReport' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'OPO2' -ErrorAction 'Stop')
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

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 100 'TLS OPO2.contoso.local:443' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'autodiscover.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 101 'TLS OPO2.contoso.local:443' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'mail.contoso.com'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Clients must be shown the declared certificate before they are sent to the server.
        Start-Step 102 'TLS OPO2.contoso.local:443' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'opo2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
            }
            Test-ShownCertificate @call
        }

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of OPO2 on OPO2.contoso.local:25 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect OPO2.contoso.local:25'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # Whoever sends mail must be shown the certificate that the connector is set to.
        Write-Output 'To be looked at: the certificate of OPO2 on OPO2.contoso.local:587 after STARTTLS, for example by'
        Write-Output 'openssl s_client -starttls smtp -connect OPO2.contoso.local:587'
        Write-Output 'It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.'

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 105 'GET https://OPO2.contoso.local/Microsoft-Server-ActiveSync/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Microsoft-Server-ActiveSync/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 106 'GET https://OPO2.contoso.local/Autodiscover/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/Autodiscover/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 107 'GET https://OPO2.contoso.local/ecp/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/ecp/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 108 'GET https://OPO2.contoso.local/EWS/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/EWS/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 109 'GET https://OPO2.contoso.local/mapi/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/mapi/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 110 'GET https://OPO2.contoso.local/OAB/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/OAB/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 111 'GET https://OPO2.contoso.local/rpc/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/rpc/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }

        # The server itself must say that the protocol takes clients, as it says to load balancers.
        Start-Step 112 'GET https://OPO2.contoso.local/owa/HealthCheck.htm' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $call = @{
                HostName = 'OPO2.contoso.local'
                Port = 443
                Name = 'OPO2.contoso.local'
                Thumbprint = $PfxCertificate.Thumbprint
                Path = '/owa/HealthCheck.htm'
            }
            Test-ShownCertificate @call
        }
    }

    if ($Part -contains 'organization') {
        # Mailboxes need the database.
        Start-Step 113 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DB01') {
            Skip-Step 'the database DB01 is there already, wherever its files are'
        } else {
            $null = New-MailboxDatabase -Name 'DB01' -Server 'LIS1' -ErrorAction 'Stop'
        }

        # A database serves nobody until it is mounted.
        Start-Step 114 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DB01') {
            Skip-Step 'the database DB01 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DB01' -ErrorAction 'Stop'
        }

        # The database goes on from OPO2 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 115 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DB01' -Server 'OPO2') {
            Skip-Step 'OPO2 has a copy of DB01 already'
        } else {
            $call = @{
                Identity = 'DB01'
                MailboxServer = 'OPO2'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }
    }

    if ($Part -contains 'LIS1') {
        # The copies of the databases on the server must be in step before anybody relies on them.
        Start-Step 116 'Test-ReplicationHealth' 'LIS1'
        Wait-Healthy -Server 'LIS1' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'LIS1' -ErrorAction 'Stop')
            $names = @(
                'DBCopyFailed',
                'DBCopySuspended',
                'DBDisconnected',
                'DBInitializing',
                'DBLogCopyKeepingUp',
                'DBLogReplayKeepingUp'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'organization') {
        # Mailboxes need the database.
        Start-Step 117 'New-MailboxDatabase' 'the organization'
        if (Test-HasDatabase -Name 'DB02') {
            Skip-Step 'the database DB02 is there already, wherever its files are'
        } else {
            $null = New-MailboxDatabase -Name 'DB02' -Server 'LIS2' -ErrorAction 'Stop'
        }

        # A database serves nobody until it is mounted.
        Start-Step 118 'Mount-Database' 'the organization'
        if (Test-IsMounted -Name 'DB02') {
            Skip-Step 'the database DB02 is mounted already'
        } else {
            $null = Mount-Database -Identity 'DB02' -ErrorAction 'Stop'
        }

        # The database goes on from OPO1 when it is lost elsewhere. A large one takes long to be copied there.
        Start-Step 119 'Add-MailboxDatabaseCopy' 'the organization'
        if (Test-HasCopy -Name 'DB02' -Server 'OPO1') {
            Skip-Step 'OPO1 has a copy of DB02 already'
        } else {
            $call = @{
                Identity = 'DB02'
                MailboxServer = 'OPO1'
                ActivationPreference = 2
                ErrorAction = 'Stop'
            }
            $null = Add-MailboxDatabaseCopy @call
        }
    }

    if ($Part -contains 'OPO1') {
        # The copies of the databases on the server must be in step before anybody relies on them.
        Start-Step 120 'Test-ReplicationHealth' 'OPO1'
        Wait-Healthy -Server 'OPO1' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'OPO1' -ErrorAction 'Stop')
            $names = @(
                'DBCopyFailed',
                'DBCopySuspended',
                'DBDisconnected',
                'DBInitializing',
                'DBLogCopyKeepingUp',
                'DBLogReplayKeepingUp'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'LIS2') {
        # The copies of the databases on the server must be in step before anybody relies on them.
        Start-Step 121 'Test-ReplicationHealth' 'LIS2'
        Wait-Healthy -Server 'LIS2' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'LIS2' -ErrorAction 'Stop')
            $names = @(
                'DBCopyFailed',
                'DBCopySuspended',
                'DBDisconnected',
                'DBInitializing',
                'DBLogCopyKeepingUp',
                'DBLogReplayKeepingUp'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'OPO2') {
        # The copies of the databases on the server must be in step before anybody relies on them.
        Start-Step 122 'Test-ReplicationHealth' 'OPO2'
        Wait-Healthy -Server 'OPO2' -Seconds 900 -Check {
            $seen = @(Test-ReplicationHealth -Identity 'OPO2' -ErrorAction 'Stop')
            $names = @(
                'DBCopyFailed',
                'DBCopySuspended',
                'DBDisconnected',
                'DBInitializing',
                'DBLogCopyKeepingUp',
                'DBLogReplayKeepingUp'
            )
            foreach ($name in $names) {
                $found = @($seen | Where-Object { [string] $_.Check -eq $name })
                if ($found.Count -eq 0) { $name + ' is not reported' }
                foreach ($item in $found) {
                    $value = [string] $item.Result
                    if ($value -ne 'Passed') { $name + ' is ' + $value }
                }
            }
        }
    }

    if ($Part -contains 'organization') {
        # Once all members have joined, the group can keep two datacentres from serving one database at the same time.
        Start-Step 123 'Set-DatabaseAvailabilityGroup' 'the organization'
        Set-DatabaseAvailabilityGroup -Identity 'DAG01' -DatacenterActivationMode 'DagOnly' -ErrorAction 'Stop'

        # A database or a copy that is new on the server gets its share of memory only when the Information Store
        # starts again. That dismounts every database which is active there: move them away first, or restart at
        # night. Nothing is to be done where no database is new.
        Write-Output 'To be run on LIS1.contoso.local, where it is not so already:'
        Write-Output 'Restart-Service MSExchangeIS'

        # A database or a copy that is new on the server gets its share of memory only when the Information Store
        # starts again. That dismounts every database which is active there: move them away first, or restart at
        # night. Nothing is to be done where no database is new.
        Write-Output 'To be run on OPO1.contoso.local, where it is not so already:'
        Write-Output 'Restart-Service MSExchangeIS'

        # A database or a copy that is new on the server gets its share of memory only when the Information Store
        # starts again. That dismounts every database which is active there: move them away first, or restart at
        # night. Nothing is to be done where no database is new.
        Write-Output 'To be run on LIS2.contoso.local, where it is not so already:'
        Write-Output 'Restart-Service MSExchangeIS'

        # A database or a copy that is new on the server gets its share of memory only when the Information Store
        # starts again. That dismounts every database which is active there: move them away first, or restart at
        # night. Nothing is to be done where no database is new.
        Write-Output 'To be run on OPO2.contoso.local, where it is not so already:'
        Write-Output 'Restart-Service MSExchangeIS'
    }

    if ($Part -contains 'LIS1') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.1.0.100: LIS1 10.1.0.11'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'OPO1') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.2.0.100: OPO1 10.2.0.11'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'LIS2') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.1.0.100: LIS2 10.1.0.12'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'OPO2') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.2.0.100: OPO2 10.2.0.12'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the zone contoso.com:'
        Write-Output 'mail 300 IN A 10.1.0.100'
        Write-Output 'mail 300 IN A 10.2.0.100'
        Write-Output 'autodiscover 300 IN A 10.1.0.100'
        Write-Output 'autodiscover 300 IN A 10.2.0.100'
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
