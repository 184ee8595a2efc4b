# .SYNOPSIS
# Brings the Exchange site coexistence-2007-2010 from nothing to its declaration.
#
# .DESCRIPTION
# The remote-execution plan of the site: every step in the order in which they can run. Run it in the Exchange
# Management Shell, as a member of Organization Management.
#
# The steps of mail01-srv run on that server only: copy the script and the PFX file there, run it in the
# management shell with the name of the server as -Part, as an Exchange administrator who is a local
# administrator, and remove both afterwards.
#
# It stops at the first error, says which step failed and how to go on, and runs nothing after it; the DNS
# records come last. It can be run again: a certificate, a DAG or a member of it that is there already is seen
# and skipped, and what only sets values is set again, which does no harm. Steps are numbered as in
# exchange-plan.json, from 1.
#
# Where a part of the site is in production already, name only the parts that are new, for example a server
# that joins and the records.
#
# Synth does not know the certificate in the PFX file of cas: the declaration names no
# certificate.cas.certificateFile.
#
# Synth does not know the certificate in the PFX file of legacy: the declaration names no
# certificate.legacy.certificateFile.
#
# What a client sees whose mailbox is on Exchange Server 2007, when it asks a server of Exchange Server 2010:
#   Outlook on the web (mail01-srv): is redirected to https://legacy.mailmig.com/owa, with a second sign-in unless both servers sign in by forms
#   Exchange Control Panel (mail01-srv): is not in Exchange 2007: a mailbox has it once it has moved
#   ActiveSync, a device that knows Autodiscover (mail01-srv): is proxied to https://mail01-srv.mailmig.com/Microsoft-Server-ActiveSync/Proxy
#   ActiveSync, another device (mail01-srv): is proxied to https://mail01-srv.mailmig.com/Microsoft-Server-ActiveSync/Proxy
#   Exchange Web Services (mail01-srv): is given https://legacy.mailmig.com/EWS/Exchange.asmx by Autodiscover; requests to the newer server are not redirected
#   Outlook Anywhere (mail01-srv): is proxied to the old mailbox server
#   POP and IMAP (mail01-srv): is proxied
#   Outlook inside (MAPI) (mail01-srv): connects to the old mailbox server itself
#
# A cmdlet may ask a question and wait, so stay with the script. If it asks 'Overwrite the existing default
# SMTP certificate?', the answer is No. The script says so again before each such step.
#
# .PARAMETER PfxPathCas
# PFX file with the certificate cas of the site and its private key. Left out: 'cas.pfx' in the folder of this
# script, else '../../../certificates/cas.pfx' as seen from there. Only servers need it.
#
# .PARAMETER PfxPasswordCas
# Password of the PFX file of cas. Left out: it is asked for, where a server needs the file.
#
# .PARAMETER PfxPathLegacy
# PFX file with the certificate legacy of the site and its private key. Left out: 'legacy.pfx' in the folder
# of this script, else '../../../certificates/legacy.pfx' as seen from there. Only servers need it.
#
# .PARAMETER PfxPasswordLegacy
# Password of the PFX file of legacy. Left out: it is asked for, where a server needs the file.
#
# .PARAMETER Part
# What to run: servers by name, 'organization' for what belongs to none, 'dns' for the records. Left out:
# everything.
#
# .EXAMPLE
# .\exchange-plan.ps1
#
# Runs everything. It asks for the passwords of the PFX files.
#
# .EXAMPLE
# .\exchange-plan.ps1 -Part 'srv-mx04', 'dns'
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
    [string] $PfxPathCas,

    [System.Security.SecureString] $PfxPasswordCas,

    [string] $PfxPathLegacy,

    [System.Security.SecureString] $PfxPasswordLegacy,

    [ValidateSet('organization', 'mail01-srv', 'srv-mx03', 'srv-mx04', 'dns')]
    [string[]] $Part = @('organization', 'mail01-srv', 'srv-mx03', 'srv-mx04', 'dns')
)

Set-StrictMode -Version Latest
# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has
# an ErrorAction of its own.
$ErrorActionPreference = 'Stop'

# The step that runs.
$Now = @{ Number = 0; Of = 47; Name = '' }
# The last step of each part.
$LastSteps = @{
    'organization' = 44
    'mail01-srv' = 13
    'srv-mx03' = 32
    'srv-mx04' = 33
    'dns' = 47
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

# Whether this server holds a certificate.
function Test-HoldsCertificateHere {
    param([System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

    $wanted = [System.Convert]::ToBase64String($Certificate.RawData)
    foreach ($item in @(Get-ExchangeCertificate -ErrorAction 'Stop')) {
        if ([System.Convert]::ToBase64String([byte[]] $item.RawData) -ceq $wanted) { return $true }
    }
    return $false
}

# Whether Outlook Anywhere is off on a server.
function Test-LacksOutlookAnywhere {
    param([string] $Server)

    return @(Get-OutlookAnywhere -Server $Server -ErrorAction 'Stop').Count -eq 0
}

# Whether a server holds a certificate.
function Test-HoldsCertificate {
    param(
        [string] $Server,
        [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate
    )

    $wanted = [System.Convert]::ToBase64String($Certificate.RawData)
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

# The PFX file of cas is opened before anything runs, where a chosen part needs it.
$PfxPartsCas = @('srv-mx03', 'srv-mx04')
if (@($Part | Where-Object { $PfxPartsCas -contains $_ }).Count -gt 0) {
    if ($PfxPathCas -eq '') {
        $folder = [System.IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)
        $places = @('cas.pfx', '../../../certificates/cas.pfx') |
            ForEach-Object { [System.IO.Path]::Combine($folder, $_) }
        $PfxPathCas = $places | Where-Object { Test-Path -LiteralPath $_ -PathType Leaf } | Select-Object -First 1
        if ($PfxPathCas -eq '') {
            throw ('There is no PFX file ' + ($places -join ', nor ') + '. Name it with -PfxPathCas. Nothing was run.')
        }
    }
    $PfxContentCas = [System.IO.File]::ReadAllBytes((Resolve-Path -LiteralPath $PfxPathCas).ProviderPath)
    if ($null -eq $PfxPasswordCas) {
        $PfxPasswordCas = Read-Host -Prompt ('Password of ' + $PfxPathCas) -AsSecureString
    }
    $type = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
    try {
        $opened = New-Object -TypeName $type -ArgumentList $PfxContentCas, $PfxPasswordCas
    } catch {
        throw ('The PFX file ' + $PfxPathCas + ' does not open: ' + $_.Exception.Message + ' Nothing was run.')
    }
    # Only its public part: Exchange reads the private key from the file.
    $PfxCertificateCas = New-Object -TypeName $type -ArgumentList (, $opened.RawData)
    $opened.Reset()
}

# The PFX file of legacy is opened before anything runs, where a chosen part needs it.
$PfxPartsLegacy = @('mail01-srv')
if (@($Part | Where-Object { $PfxPartsLegacy -contains $_ }).Count -gt 0) {
    if ($PfxPathLegacy -eq '') {
        $folder = [System.IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)
        $places = @('legacy.pfx', '../../../certificates/legacy.pfx') |
            ForEach-Object { [System.IO.Path]::Combine($folder, $_) }
        $PfxPathLegacy = $places | Where-Object { Test-Path -LiteralPath $_ -PathType Leaf } | Select-Object -First 1
        if ($PfxPathLegacy -eq '') {
            throw ('There is no PFX file ' + ($places -join ', nor ') + '. Name it with -PfxPathLegacy. Nothing was run.')
        }
    }
    $PfxContentLegacy = [System.IO.File]::ReadAllBytes((Resolve-Path -LiteralPath $PfxPathLegacy).ProviderPath)
    if ($null -eq $PfxPasswordLegacy) {
        $PfxPasswordLegacy = Read-Host -Prompt ('Password of ' + $PfxPathLegacy) -AsSecureString
    }
    $type = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
    try {
        $opened = New-Object -TypeName $type -ArgumentList $PfxContentLegacy, $PfxPasswordLegacy
    } catch {
        throw ('The PFX file ' + $PfxPathLegacy + ' does not open: ' + $_.Exception.Message + ' Nothing was run.')
    }
    # Only its public part: Exchange reads the private key from the file.
    $PfxCertificateLegacy = New-Object -TypeName $type -ArgumentList (, $opened.RawData)
    $opened.Reset()
}

try {
    if ($Part -contains 'mail01-srv') {
        # This server hands out no Autodiscover URL: clients in the domain take that of another server, and where none
        # hands one out, they ask DNS for the domain of the mail address as clients outside do.
        Start-Step 1 'Set-ClientAccessServer' 'mail01-srv'
        Set-ClientAccessServer -Identity 'mail01-srv' -AutoDiscoverServiceInternalUri $null -ErrorAction 'Stop'
    }

    if ($Part -contains 'srv-mx03') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 2 'Set-ClientAccessServer' 'srv-mx03'
        $call = @{
            Identity = 'srv-mx03'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.mailmig.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'srv-mx04') {
        # Clients in the domain must not be told the server's own name, which Setup registers.
        Start-Step 3 'Set-ClientAccessServer' 'srv-mx04'
        $call = @{
            Identity = 'srv-mx04'
            AutoDiscoverServiceInternalUri = 'https://autodiscover.mailmig.com/Autodiscover/Autodiscover.xml'
            ErrorAction = 'Stop'
        }
        Set-ClientAccessServer @call
    }

    if ($Part -contains 'organization') {
        # Databases that are made in the site are given the name of the array in place of that of a server.
        Start-Step 4 'New-ClientAccessArray' 'the organization'
        if (Test-HasArray -Site 'Default-First-Site-Name') {
            Skip-Step 'Default-First-Site-Name has a client access array already, with whatever name it has'
        } else {
            $null = New-ClientAccessArray -Fqdn 'outlook.mailmig.com' -Site 'Default-First-Site-Name' -ErrorAction 'Stop'
        }
    }

    if ($Part -contains 'mail01-srv') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 5 'Import-ExchangeCertificate' 'mail01-srv'
        try {
            if (Test-HoldsCertificateHere -Certificate $PfxCertificateLegacy) {
                Skip-Step 'mail01-srv holds the certificate of certificates/legacy.pfx already'
            } else {
                if (Test-Path -LiteralPath 'C:\Windows\Temp\exchange-certificate.pfx') {
                    Remove-Item -Path 'C:\Windows\Temp\exchange-certificate.pfx' -ErrorAction 'Stop'
                }
                $call = @{
                    Path = 'C:\Windows\Temp\exchange-certificate.pfx'
                    Value = $PfxContentLegacy
                    Encoding = 'Byte'
                    ErrorAction = 'Stop'
                }
                Set-Content @call
                $call = @{
                    Path = 'C:\Windows\Temp\exchange-certificate.pfx'
                    Password = $PfxPasswordLegacy
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
        Start-Step 6 'Enable-ExchangeCertificate' 'mail01-srv'
        Enable-ExchangeCertificate -Thumbprint $PfxCertificateLegacy.Thumbprint -Services @('IIS') -ErrorAction 'Stop'

        # The declaration has Outlook Anywhere off on this server.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 7 'Disable-OutlookAnywhere' 'mail01-srv'
        if (Test-LacksOutlookAnywhere -Server 'mail01-srv') {
            Skip-Step 'Outlook Anywhere is off on mail01-srv already'
        } else {
            $null = Disable-OutlookAnywhere -Server 'mail01-srv' -Confirm:$false -ErrorAction 'Stop'
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 8 'Set-OwaVirtualDirectory' 'mail01-srv'
        $call = @{
            Identity = 'mail01-srv\owa (Default Web Site)'
            InternalUrl = 'https://mail01-srv.mailmig.com/owa'
            ExternalUrl = 'https://legacy.mailmig.com/owa'
            FormsAuthentication = $false
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 9 'Set-ActiveSyncVirtualDirectory' 'mail01-srv'
        $call = @{
            Identity = 'mail01-srv\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail01-srv.mailmig.com/Microsoft-Server-ActiveSync'
            ExternalUrl = $null
            BasicAuthEnabled = $true
            WindowsAuthEnabled = $true
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 10 'Set-WebServicesVirtualDirectory' 'mail01-srv'
        $call = @{
            Identity = 'mail01-srv\EWS (Default Web Site)'
            InternalUrl = 'https://mail01-srv.mailmig.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://legacy.mailmig.com/EWS/Exchange.asmx'
            BasicAuthentication = $true
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 11 'Set-OabVirtualDirectory' 'mail01-srv'
        $call = @{
            Identity = 'mail01-srv\OAB (Default Web Site)'
            InternalUrl = 'https://mail01-srv.mailmig.com/OAB'
            ExternalUrl = 'https://legacy.mailmig.com/OAB'
            BasicAuthentication = $true
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Clients of Unified Messaging are given the declared names in place of the server's own.
        Start-Step 12 'Set-UMVirtualDirectory' 'mail01-srv'
        $call = @{
            Identity = 'mail01-srv\UnifiedMessaging (Default Web Site)'
            InternalUrl = 'https://mail01-srv.mailmig.com/UnifiedMessaging/Service.asmx'
            ExternalUrl = 'https://legacy.mailmig.com/UnifiedMessaging/Service.asmx'
            ErrorAction = 'Stop'
        }
        Set-UMVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 13 'Test-ServiceHealth' 'mail01-srv'
        Wait-Healthy -Server 'mail01-srv' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'mail01-srv' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'srv-mx03') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 14 'Import-ExchangeCertificate' 'srv-mx03'
        if (Test-HoldsCertificate -Server 'srv-mx03' -Certificate $PfxCertificateCas) {
            Skip-Step 'srv-mx03 holds the certificate of certificates/cas.pfx already'
        } else {
            $call = @{
                Server = 'srv-mx03'
                FileData = $PfxContentCas
                Password = $PfxPasswordCas
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 15 'Enable-ExchangeCertificate' 'srv-mx03'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'srv-mx03'
            Thumbprint = $PfxCertificateCas.Thumbprint
            Services = 'IIS', 'POP', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 16 'Enable-OutlookAnywhere' 'srv-mx03'
        if (Test-HasOutlookAnywhere -Server 'srv-mx03') {
            Skip-Step 'Outlook Anywhere is on on srv-mx03 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'srv-mx03'
                ExternalHostname = 'mail.mailmig.com'
                SSLOffloading = $false
                DefaultAuthenticationMethod = 'Basic'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 17 'Set-OwaVirtualDirectory' 'srv-mx03'
        $call = @{
            Identity = 'srv-mx03\owa (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/owa'
            ExternalUrl = 'https://mail.mailmig.com/owa'
            FormsAuthentication = $false
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 18 'Set-EcpVirtualDirectory' 'srv-mx03'
        $call = @{
            Identity = 'srv-mx03\ecp (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/ecp'
            ExternalUrl = 'https://mail.mailmig.com/ecp'
            FormsAuthentication = $false
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 19 'Set-ActiveSyncVirtualDirectory' 'srv-mx03'
        $call = @{
            Identity = 'srv-mx03\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.mailmig.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 20 'Set-WebServicesVirtualDirectory' 'srv-mx03'
        $call = @{
            Identity = 'srv-mx03\EWS (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.mailmig.com/EWS/Exchange.asmx'
            BasicAuthentication = $true
            WindowsAuthentication = $true
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 21 'Set-OabVirtualDirectory' 'srv-mx03'
        $call = @{
            Identity = 'srv-mx03\OAB (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/OAB'
            ExternalUrl = 'https://mail.mailmig.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 22 'Test-ServiceHealth' 'srv-mx03'
        Wait-Healthy -Server 'srv-mx03' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'srv-mx03' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'srv-mx04') {
        # The server must hold the certificate of the site, with its private key, before a service can use it.
        Start-Step 23 'Import-ExchangeCertificate' 'srv-mx04'
        if (Test-HoldsCertificate -Server 'srv-mx04' -Certificate $PfxCertificateCas) {
            Skip-Step 'srv-mx04 holds the certificate of certificates/cas.pfx already'
        } else {
            $call = @{
                Server = 'srv-mx04'
                FileData = $PfxContentCas
                Password = $PfxPasswordCas
                PrivateKeyExportable = $true
                ErrorAction = 'Stop'
            }
            $null = Import-ExchangeCertificate @call
        }

        # Clients must see the certificate of the site, not the one that Setup made.
        # It can interrupt clients. Whoever is connected to the server over HTTPS (Outlook, browsers, phones):
        # connections break off and are made anew with the other certificate; behind a load balancer that does not end
        # TLS, Outlook on the web may ask for a sign-in again.
        Start-Step 24 'Enable-ExchangeCertificate' 'srv-mx04'
        Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'
        $call = @{
            Server = 'srv-mx04'
            Thumbprint = $PfxCertificateCas.Thumbprint
            Services = 'IIS', 'POP', 'SMTP'
            DoNotRequireSsl = $true
            ErrorAction = 'Stop'
        }
        Enable-ExchangeCertificate @call

        # Outlook outside is given the declared name.
        # It can interrupt clients. Outlook that reaches the server over RPC and HTTP: it loses its connection when
        # the server takes the settings over, up to a quarter of an hour later, and connects anew.
        Start-Step 25 'Enable-OutlookAnywhere' 'srv-mx04'
        if (Test-HasOutlookAnywhere -Server 'srv-mx04') {
            Skip-Step 'Outlook Anywhere is on on srv-mx04 already, with whatever name it has'
        } else {
            $call = @{
                Server = 'srv-mx04'
                ExternalHostname = 'mail.mailmig.com'
                SSLOffloading = $false
                DefaultAuthenticationMethod = 'Basic'
                ErrorAction = 'Stop'
            }
            $null = Enable-OutlookAnywhere @call
        }

        # Clients of Outlook on the web are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 26 'Set-OwaVirtualDirectory' 'srv-mx04'
        $call = @{
            Identity = 'srv-mx04\owa (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/owa'
            ExternalUrl = 'https://mail.mailmig.com/owa'
            FormsAuthentication = $false
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-OwaVirtualDirectory @call

        # Clients of Exchange admin center are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 27 'Set-EcpVirtualDirectory' 'srv-mx04'
        $call = @{
            Identity = 'srv-mx04\ecp (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/ecp'
            ExternalUrl = 'https://mail.mailmig.com/ecp'
            FormsAuthentication = $false
            WindowsAuthentication = $true
            ErrorAction = 'Stop'
        }
        Set-EcpVirtualDirectory @call

        # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
        Start-Step 28 'Set-ActiveSyncVirtualDirectory' 'srv-mx04'
        $call = @{
            Identity = 'srv-mx04\Microsoft-Server-ActiveSync (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/Microsoft-Server-ActiveSync'
            ExternalUrl = 'https://mail.mailmig.com/Microsoft-Server-ActiveSync'
            ErrorAction = 'Stop'
        }
        Set-ActiveSyncVirtualDirectory @call

        # Clients of Exchange Web Services are given the declared names in place of the server's own.
        # It can interrupt clients. Clients of this service on the server: they sign in anew, and those that cannot
        # sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.
        Start-Step 29 'Set-WebServicesVirtualDirectory' 'srv-mx04'
        $call = @{
            Identity = 'srv-mx04\EWS (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/EWS/Exchange.asmx'
            ExternalUrl = 'https://mail.mailmig.com/EWS/Exchange.asmx'
            BasicAuthentication = $true
            WindowsAuthentication = $true
            Force = $true
            ErrorAction = 'Stop'
        }
        Set-WebServicesVirtualDirectory @call

        # Clients of Offline address book are given the declared names in place of the server's own.
        Start-Step 30 'Set-OabVirtualDirectory' 'srv-mx04'
        $call = @{
            Identity = 'srv-mx04\OAB (Default Web Site)'
            InternalUrl = 'https://mail.mailmig.com/OAB'
            ExternalUrl = 'https://mail.mailmig.com/OAB'
            ErrorAction = 'Stop'
        }
        Set-OabVirtualDirectory @call

        # Every service that the server needs must run before users are sent to it.
        Start-Step 31 'Test-ServiceHealth' 'srv-mx04'
        Wait-Healthy -Server 'srv-mx04' -Seconds 900 -Check {
            $seen = @(Test-ServiceHealth -Server 'srv-mx04' -ErrorAction 'Stop')
            if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
            foreach ($item in $seen) {
                if ([string] $item.RequiredServicesRunning -ne 'True') { ($item | Out-String).Trim() }
            }
        }
    }

    if ($Part -contains 'srv-mx03') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 192.0.2.10: srv-mx03 192.0.2.3'
    }

    if ($Part -contains 'srv-mx04') {
        # The load balancer may send users to the server now that it is healthy. Add it there with its own tool.
        Write-Output 'Add to the pool behind 192.0.2.10: srv-mx04 192.0.2.4'
    }

    if ($Part -contains 'organization') {
        # The first host makes the cluster with the feature Network Load Balancing, and the others join it. What comes
        # to its address goes from then on to a host that is up; whether Exchange answers there the cluster does not
        # see.
        Write-Output 'How it must be on srv-mx03.mailmig.com:'
        Write-Output 'setting | value'
        Write-Output 'cluster address | 192.0.2.10'
        Write-Output 'full internet name | outlook.mailmig.com'
        Write-Output 'mode | multicast'
        Write-Output 'MAC address | 03-BF-C0-00-02-0A'
        Write-Output 'host | srv-mx03, 192.0.2.3, priority 1'
        Write-Output 'host | srv-mx04, 192.0.2.4, priority 2'
        Write-Output 'To be run on srv-mx03.mailmig.com, where it is not so already:'
        Write-Output 'Import-Module -Name ''ServerManager'''
        Write-Output 'Add-WindowsFeature -Name ''NLB'', ''RSAT-NLB'''
        Write-Output 'Import-Module -Name ''NetworkLoadBalancingClusters'''
        Write-Output 'New-NlbCluster -InterfaceName ''<adapter>'' -ClusterName ''outlook.mailmig.com'' -ClusterPrimaryIP ''192.0.2.10'' -SubnetMask ''<subnet mask>'' -OperationMode ''Multicast'''
        Write-Output 'Set-NlbClusterNode -HostName ''srv-mx03'' -InterfaceName ''<adapter>'' -HostPriority 1'

        # These rules take the place of the one that a new cluster has, which balances every port. They are set once
        # and are the same on every host. Ports of SMTP are excluded: Hub Transport servers have a resilience of their
        # own, and a connection between servers must reach the one that it is meant for.
        Write-Output 'How it must be on srv-mx03.mailmig.com:'
        Write-Output 'ports | protocol | filtering mode | affinity'
        Write-Output '25 | TCP | disabled | none'
        Write-Output '80 | TCP | multiple hosts | single'
        Write-Output '110 | TCP | multiple hosts | single'
        Write-Output '135 | TCP | multiple hosts | single'
        Write-Output '143 | TCP | multiple hosts | single'
        Write-Output '443 | TCP | multiple hosts | single'
        Write-Output '465 | TCP | disabled | none'
        Write-Output '587 | TCP | disabled | none'
        Write-Output '993 | TCP | multiple hosts | single'
        Write-Output '995 | TCP | multiple hosts | single'
        Write-Output '1024-65535 | TCP | multiple hosts | single'
        Write-Output 'To be run on srv-mx03.mailmig.com, where it is not so already:'
        Write-Output 'Import-Module -Name ''NetworkLoadBalancingClusters'''
        Write-Output 'Remove-NlbClusterPortRule -InterfaceName ''<adapter>'' -IP ''255.255.255.255'' -Port 80 -Force:$true'
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 25 -EndPort 25 -Protocol ''Tcp'' -Mode ''Disabled'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 80 -EndPort 80 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 110 -EndPort 110 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 135 -EndPort 135 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 143 -EndPort 143 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 443 -EndPort 443 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 465 -EndPort 465 -Protocol ''Tcp'' -Mode ''Disabled'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 587 -EndPort 587 -Protocol ''Tcp'' -Mode ''Disabled'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 993 -EndPort 993 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 995 -EndPort 995 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''
        Write-Output 'Add-NlbClusterPortRule -InterfaceName ''<adapter>'' -StartPort 1024 -EndPort 65535 -Protocol ''Tcp'' -Mode ''Multiple'' -Affinity ''Single'''

        # srv-mx04 joins the cluster, whose rules it takes over. All hosts converge once more, during which
        # connections may break: one joins after the other.
        Write-Output 'How it must be on srv-mx04.mailmig.com:'
        Write-Output 'setting | value'
        Write-Output 'cluster address | 192.0.2.10'
        Write-Output 'host | srv-mx04, 192.0.2.4, priority 2'
        Write-Output 'To be run on srv-mx04.mailmig.com, where it is not so already:'
        Write-Output 'Import-Module -Name ''ServerManager'''
        Write-Output 'Add-WindowsFeature -Name ''NLB'', ''RSAT-NLB'''
        Write-Output 'Import-Module -Name ''NetworkLoadBalancingClusters'''
        Write-Output 'Add-NlbClusterNode -HostName ''srv-mx03'' -InterfaceName ''<adapter>'' -NewNodeName ''srv-mx04'' -NewNodeInterface ''<adapter>'''
        Write-Output 'Set-NlbClusterNode -HostName ''srv-mx04'' -InterfaceName ''<adapter>'' -HostPriority 2'

        # For whoever looks after the network; this is no PowerShell. In multicast mode the hosts answer for an
        # address of one machine with the MAC address of a group, which routers do not learn and switches send to
        # every port: both are told by static entries.
        Write-Output 'How it must be on the switch before the cluster:'
        Write-Output 'setting | value'
        Write-Output 'cluster address | 192.0.2.10'
        Write-Output 'MAC address | 03-BF-C0-00-02-0A'
        Write-Output 'VLAN | 3'
        Write-Output 'interfaces | Po1, Po2'
        Write-Output 'To be run on the switch before the cluster, where it is not so already:'
        Write-Output 'arp 192.0.2.10 03bf.c000.020a ARPA'
        Write-Output 'mac address-table static 03bf.c000.020a vlan 3 interface Po1 Po2'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the zone mailmig.com:'
        Write-Output 'mail 300 IN A 192.0.2.10'
        Write-Output 'autodiscover 300 IN A 192.0.2.10'
        Write-Output 'legacy 300 IN A 192.0.2.1'
        Write-Output 'outlook 300 IN A 192.0.2.10'
    }

    if ($Part -contains 'organization') {
        # The proxy stands between two networks, as a rule with an adapter in each, and need not be in the domain. Its
        # primary DNS suffix is then set by hand, so that names of servers are completed as they are inside. Only
        # HTTPS comes in from the internet, and only HTTPS goes on to the servers.
        Write-Output 'How it must be on proxy01-srv.mailmig.com:'
        Write-Output 'setting | value'
        Write-Output 'primary DNS suffix | mailmig.com'
        Write-Output 'addresses outside | 203.0.113.3'
        Write-Output 'address inside | 192.0.2.2'

        # One listener takes the requests for all rules. It shows clients outside its own certificate, which is given
        # to the proxy by hand and has every name that they reach by it.
        Write-Output 'How it must be on proxy01-srv.mailmig.com:'
        Write-Output 'setting | value'
        Write-Output 'addresses | 203.0.113.3'
        Write-Output 'HTTPS | port 443'
        Write-Output 'HTTP | off'
        Write-Output 'certificate | mail.mailmig.com, legacy.mailmig.com, autodiscover.mailmig.com'
        Write-Output 'client authentication | HTML forms'

        # The first rule that a request fits is its only one. Delegation by NTLM wants Windows authentication on the
        # directories of the servers.
        Write-Output 'How it must be on proxy01-srv.mailmig.com:'
        Write-Output 'order | rule | public names | paths | to | authentication delegation'
        Write-Output '1 | Exch2010OutlookAnywhere | autodiscover.mailmig.com, mail.mailmig.com | /Autodiscover/*, /rpc/*, /EWS/*, /OAB/* | 192.0.2.10 | NTLM'
        Write-Output '2 | Exch2007OWA | legacy.mailmig.com | /owa/*, /EWS/*, /OAB/*, /UnifiedMessaging/*, /Exchange/*, /Exchweb/*, /Public/* | mail01-srv.mailmig.com | NTLM'
        Write-Output '3 | Exch2010ActiveSync | mail.mailmig.com | /Microsoft-Server-ActiveSync/* | 192.0.2.10 | NTLM'
        Write-Output '4 | Exch2010OWA | mail.mailmig.com | /owa/*, /ecp/*, /Exchange/*, /Exchweb/*, /Public/* | 192.0.2.10 | NTLM'
    }

    if ($Part -contains 'dns') {
        # Users reach the servers by these names, so they are published last. They are written as a zone file has
        # them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses:
        # take those out. A changed TTL is changed in place, never by deleting first.
        Write-Output 'Publish now in the external zone mailmig.com at ns1.mailmig.com:'
        Write-Output 'mail 300 IN A 203.0.113.3'
        Write-Output 'autodiscover 300 IN A 203.0.113.3'
        Write-Output 'legacy 300 IN A 203.0.113.3'
    }
} catch {
    $reason = $_
    $left = @($LastSteps.Keys |
            Where-Object { $Part -contains $_ -and $LastSteps[$_] -ge $Now.Number } |
            Sort-Object { $LastSteps[$_] })
    $again = '.\' + $MyInvocation.MyCommand.Name + ' -Part ''' + ($left -join ''', ''') + ''''
    if ($PSBoundParameters.ContainsKey('PfxPathCas')) {
        $again = $again + ' -PfxPathCas ''' + $PfxPathCas.Replace('''', '''''') + ''''
    }
    if ($PSBoundParameters.ContainsKey('PfxPathLegacy')) {
        $again = $again + ' -PfxPathLegacy ''' + $PfxPathLegacy.Replace('''', '''''') + ''''
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
