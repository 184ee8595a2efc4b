# .SYNOPSIS
# Brings the Exchange site namespace-models-bound from nothing to its declaration.
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
# .\exchange-plan.ps1 -Part 'MDEX2', 'dns'
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

    [ValidateSet('WAEX1', 'WAEX2', 'MDEX1', 'MDEX2', 'dns')]
    [string[]] $Part = @('WAEX1', 'WAEX2', 'MDEX1', 'MDEX2', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 65; Name = '' }
# The last step of each part.
$LastSteps = @{
    'WAEX1' = 49
    'WAEX2' = 50
    'MDEX1' = 51
    'MDEX2' = 52
    'dns' = 65
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
$PfxParts = @('WAEX1', 'WAEX2', 'MDEX1', 'MDEX2')
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
    if ($Part -contains 'WAEX1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 1 'Set-ClientAccessServer' 'WAEX1'
        $call = @{
            Identity = 'WAEX1'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'WAEX2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'WAEX2'
        $call = @{
            Identity = 'WAEX2'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'MDEX1') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 3 'Set-ClientAccessServer' 'MDEX1'
        $call = @{
            Identity = 'MDEX1'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'MDEX2') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 4 'Set-ClientAccessServer' 'MDEX2'
        $call = @{
            Identity = 'MDEX2'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'WAEX1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 5 'Import-ExchangeCertificate' 'WAEX1'
        if (Test-HasCertificate -Server 'WAEX1') {
            Skip-Step 'WAEX1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'WAEX1'
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
        Start-Step 6 'Enable-ExchangeCertificate' 'WAEX1'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'WAEX1'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 7 'Set-OutlookAnywhere' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\Rpc (Default Web Site)'
            InternalHostname = 'oa-wa.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa-wa.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 8 'Set-OwaVirtualDirectory' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\owa (Default Web Site)'
            InternalUrl = 'https://mail-wa.contoso.com/owa'
            ExternalUrl = 'https://mail-wa.contoso.com/owa'
            FailbackUrl = 'https://mailfb-wa.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 9 'Set-EcpVirtualDirectory' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\ecp (Default Web Site)'
            InternalUrl = 'https://mail-wa.contoso.com/ecp'
            ExternalUrl = 'https://mail-wa.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 10 'Set-ActiveSyncVirtualDirectory' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://eas-wa.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://eas-wa.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 11 'Set-WebServicesVirtualDirectory' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\EWS (Default Web Site)'
            InternalUrl = 'https://ews-wa.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews-wa.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 12 'Set-OabVirtualDirectory' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\OAB (Default Web Site)'
            InternalUrl = 'https://oab-wa.contoso.com/OAB'
            ExternalUrl = 'https://oab-wa.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 13 'Set-MapiVirtualDirectory' 'WAEX1'
        $call = @{
            Identity = 'WAEX1\mapi (Default Web Site)'
            InternalUrl = 'https://oa-wa.contoso.com/mapi'
            ExternalUrl = 'https://oa-wa.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 14 'Test-ServiceHealth' 'WAEX1'
        Wait-Healthy -Server 'WAEX1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'WAEX1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 15 'Get-HealthReport' 'WAEX1'
        Wait-Healthy -Server 'WAEX1' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'WAEX1' -ErrorAction 'Stop')
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

    if ($Part -contains 'WAEX2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 16 'Import-ExchangeCertificate' 'WAEX2'
        if (Test-HasCertificate -Server 'WAEX2') {
            Skip-Step 'WAEX2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'WAEX2'
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
        Start-Step 17 'Enable-ExchangeCertificate' 'WAEX2'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'WAEX2'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 18 'Set-OutlookAnywhere' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\Rpc (Default Web Site)'
            InternalHostname = 'oa-wa.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa-wa.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 19 'Set-OwaVirtualDirectory' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\owa (Default Web Site)'
            InternalUrl = 'https://mail-wa.contoso.com/owa'
            ExternalUrl = 'https://mail-wa.contoso.com/owa'
            FailbackUrl = 'https://mailfb-wa.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 20 'Set-EcpVirtualDirectory' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\ecp (Default Web Site)'
            InternalUrl = 'https://mail-wa.contoso.com/ecp'
            ExternalUrl = 'https://mail-wa.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 21 'Set-ActiveSyncVirtualDirectory' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://eas-wa.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://eas-wa.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 22 'Set-WebServicesVirtualDirectory' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\EWS (Default Web Site)'
            InternalUrl = 'https://ews-wa.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews-wa.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 23 'Set-OabVirtualDirectory' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\OAB (Default Web Site)'
            InternalUrl = 'https://oab-wa.contoso.com/OAB'
            ExternalUrl = 'https://oab-wa.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 24 'Set-MapiVirtualDirectory' 'WAEX2'
        $call = @{
            Identity = 'WAEX2\mapi (Default Web Site)'
            InternalUrl = 'https://oa-wa.contoso.com/mapi'
            ExternalUrl = 'https://oa-wa.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 25 'Test-ServiceHealth' 'WAEX2'
        Wait-Healthy -Server 'WAEX2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'WAEX2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 26 'Get-HealthReport' 'WAEX2'
        Wait-Healthy -Server 'WAEX2' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'WAEX2' -ErrorAction 'Stop')
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

    if ($Part -contains 'MDEX1') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 27 'Import-ExchangeCertificate' 'MDEX1'
        if (Test-HasCertificate -Server 'MDEX1') {
            Skip-Step 'MDEX1 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'MDEX1'
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
        Start-Step 28 'Enable-ExchangeCertificate' 'MDEX1'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'MDEX1'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 29 'Set-OutlookAnywhere' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\Rpc (Default Web Site)'
            InternalHostname = 'oa-md.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa-md.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 30 'Set-OwaVirtualDirectory' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\owa (Default Web Site)'
            InternalUrl = 'https://mail-md.contoso.com/owa'
            ExternalUrl = 'https://mail-md.contoso.com/owa'
            FailbackUrl = 'https://mailfb-md.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 31 'Set-EcpVirtualDirectory' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\ecp (Default Web Site)'
            InternalUrl = 'https://mail-md.contoso.com/ecp'
            ExternalUrl = 'https://mail-md.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 32 'Set-ActiveSyncVirtualDirectory' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://eas-md.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://eas-md.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 33 'Set-WebServicesVirtualDirectory' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\EWS (Default Web Site)'
            InternalUrl = 'https://ews-md.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews-md.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 34 'Set-OabVirtualDirectory' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\OAB (Default Web Site)'
            InternalUrl = 'https://oab-md.contoso.com/OAB'
            ExternalUrl = 'https://oab-md.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 35 'Set-MapiVirtualDirectory' 'MDEX1'
        $call = @{
            Identity = 'MDEX1\mapi (Default Web Site)'
            InternalUrl = 'https://oa-md.contoso.com/mapi'
            ExternalUrl = 'https://oa-md.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 36 'Test-ServiceHealth' 'MDEX1'
        Wait-Healthy -Server 'MDEX1' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'MDEX1' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 37 'Get-HealthReport' 'MDEX1'
        Wait-Healthy -Server 'MDEX1' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'MDEX1' -ErrorAction 'Stop')
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

    if ($Part -contains 'MDEX2') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 38 'Import-ExchangeCertificate' 'MDEX2'
        if (Test-HasCertificate -Server 'MDEX2') {
            Skip-Step 'MDEX2 holds the certificate of the PFX file already'
        } else {
            $call = @{
                Server = 'MDEX2'
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
        Start-Step 39 'Enable-ExchangeCertificate' 'MDEX2'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'MDEX2'
            Thumbprint = $PfxCertificate.Thumbprint
            Services = 'IIS', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook is given the declared name, with TLS and the declared sign-in.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 40 'Set-OutlookAnywhere' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\Rpc (Default Web Site)'
            InternalHostname = 'oa-md.contoso.com'
            InternalClientsRequireSsl = $true
            InternalClientAuthenticationMethod = 'Ntlm'
            ExternalHostname = 'oa-md.contoso.com'
            ExternalClientsRequireSsl = $true
            ExternalClientAuthenticationMethod = 'Ntlm'
            ErrorAction = 'Stop'
        }
        Set-OutlookAnywhere @call

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        Start-Step 41 'Set-OwaVirtualDirectory' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\owa (Default Web Site)'
            InternalUrl = 'https://mail-md.contoso.com/owa'
            ExternalUrl = 'https://mail-md.contoso.com/owa'
            FailbackUrl = 'https://mailfb-md.contoso.com/owa'
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        Start-Step 42 'Set-EcpVirtualDirectory' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\ecp (Default Web Site)'
            InternalUrl = 'https://mail-md.contoso.com/ecp'
            ExternalUrl = 'https://mail-md.contoso.com/ecp'
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 43 'Set-ActiveSyncVirtualDirectory' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://eas-md.contoso.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://eas-md.contoso.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        Start-Step 44 'Set-WebServicesVirtualDirectory' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\EWS (Default Web Site)'
            InternalUrl = 'https://ews-md.contoso.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://ews-md.contoso.com/EWS/Exchange.asmx'
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 45 'Set-OabVirtualDirectory' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\OAB (Default Web Site)'
            InternalUrl = 'https://oab-md.contoso.com/OAB'
            ExternalUrl = 'https://oab-md.contoso.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of MAPI over HTTP are given the declared names in place of the server's own.
        # It can interrupt clients. Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in
        # change: it signs in anew, and what cannot sign in as declared stays out.
        Start-Step 46 'Set-MapiVirtualDirectory' 'MDEX2'
        $call = @{
            Identity = 'MDEX2\mapi (Default Web Site)'
            InternalUrl = 'https://oa-md.contoso.com/mapi'
            ExternalUrl = 'https://oa-md.contoso.com/mapi'
            IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
            ErrorAction = 'Stop'
        }
        Set-MapiVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 47 'Test-ServiceHealth' 'MDEX2'
        Wait-Healthy -Server 'MDEX2' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'MDEX2' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }

        # Every protocol must answer on the server itself before users are sent to it.
        Start-Step 48 'Get-HealthReport' 'MDEX2'
        Wait-Healthy -Server 'MDEX2' -Seconds 900 -Check {
            $seen = @(Get-HealthReport -Identity 'MDEX2' -ErrorAction 'Stop')
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

    if ($Part -contains 'WAEX1') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.1.0.100 and 10.1.0.101 and 10.1.0.102 and 10.1.0.103 and 10.1.0.104 and 10.1.0.105: WAEX1 10.1.0.11'
        Write-Output 'It is well behind 10.1.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.103 while it answers 200: https://oa-wa.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail-wa.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail-wa.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.102 while it answers 200: https://eas-wa.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.104 while it answers 200: https://ews-wa.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.105 while it answers 200: https://oab-wa.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.103 while it answers 200: https://oa-wa.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'WAEX2') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.1.0.100 and 10.1.0.101 and 10.1.0.102 and 10.1.0.103 and 10.1.0.104 and 10.1.0.105: WAEX2 10.1.0.12'
        Write-Output 'It is well behind 10.1.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.103 while it answers 200: https://oa-wa.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail-wa.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.100 while it answers 200: https://mail-wa.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.102 while it answers 200: https://eas-wa.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.104 while it answers 200: https://ews-wa.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.105 while it answers 200: https://oab-wa.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.1.0.103 while it answers 200: https://oa-wa.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'MDEX1') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.2.0.100 and 10.2.0.101 and 10.2.0.102 and 10.2.0.103 and 10.2.0.104 and 10.2.0.105: MDEX1 10.2.0.11'
        Write-Output 'It is well behind 10.2.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.103 while it answers 200: https://oa-md.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail-md.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail-md.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.102 while it answers 200: https://eas-md.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.104 while it answers 200: https://ews-md.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.105 while it answers 200: https://oab-md.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.103 while it answers 200: https://oa-md.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'MDEX2') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 10.2.0.100 and 10.2.0.101 and 10.2.0.102 and 10.2.0.103 and 10.2.0.104 and 10.2.0.105: MDEX2 10.2.0.12'
        Write-Output 'It is well behind 10.2.0.101 while it answers 200: https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.103 while it answers 200: https://oa-md.contoso.com/rpc/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail-md.contoso.com/owa/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.100 while it answers 200: https://mail-md.contoso.com/ecp/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.102 while it answers 200: https://eas-md.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.104 while it answers 200: https://ews-md.contoso.com/EWS/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.105 while it answers 200: https://oab-md.contoso.com/OAB/HealthCheck.htm'
        Write-Output 'It is well behind 10.2.0.103 while it answers 200: https://oa-md.contoso.com/mapi/HealthCheck.htm'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the zone contoso.com:'
        Write-Output 'autodiscover 300 IN A 10.1.0.101'
        Write-Output 'autodiscover 300 IN A 10.2.0.101'
        Write-Output 'mail-wa 300 IN A 10.1.0.100'
        Write-Output 'eas-wa 300 IN A 10.1.0.102'
        Write-Output 'oa-wa 300 IN A 10.1.0.103'
        Write-Output 'ews-wa 300 IN A 10.1.0.104'
        Write-Output 'oab-wa 300 IN A 10.1.0.105'
        Write-Output 'mail-md 300 IN A 10.2.0.100'
        Write-Output 'eas-md 300 IN A 10.2.0.102'
        Write-Output 'oa-md 300 IN A 10.2.0.103'
        Write-Output 'ews-md 300 IN A 10.2.0.104'
        Write-Output 'oab-md 300 IN A 10.2.0.105'
        Write-Output 'mailfb-wa 300 IN A 10.1.0.100'
        Write-Output 'mailfb-md 300 IN A 10.2.0.100'
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
