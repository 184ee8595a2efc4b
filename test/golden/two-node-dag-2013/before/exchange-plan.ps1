# Remote-execution plan of the Exchange site two-node-dag-2013.
#
# Every step that brings the site from nothing to its declaration, in the order in which they can run. Run it in the
# Exchange Management Shell, as a member of Organization Management:
#
#   .\exchange-plan.ps1 -PfxPath 'certificates/webmail.pfx'
#
# It asks for the password of the PFX file. Where a part of the site is in production already, name only the parts
# that are new, for example a server that joins and the records:
#
#   .\exchange-plan.ps1 -PfxPath 'certificates/webmail.pfx' -Part 'BsAEX01', 'dns'
#
# It stops at the first error. It was written from the declaration; change that, not this file.
[CmdletBinding()]
param(
    # PFX file with the certificate of the site and its private key.
    [Parameter(Mandatory = $true)]
    [string] $PfxPath,

    # Password of the PFX file.
    [Parameter(Mandatory = $true)]
    [System.Security.SecureString] $PfxPassword,

    # What to run: servers by name, 'organization' for what belongs to none, 'dns' for the records.
    [ValidateSet('organization', 'BsAEX01', 'dns')]
    [string[]] $Part = @('organization', 'BsAEX01', 'dns')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# Exchange's cmdlets may be functions of a module, which do not see the line above.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }

$PfxContent = [System.IO.File]::ReadAllBytes((Resolve-Path -LiteralPath $PfxPath).ProviderPath)

# Waits until a check finds nothing wrong, and throws what it found when the time is over.
function Wait-Healthy {
    param([string] $Server, [int] $Seconds, [scriptblock] $Check)

    $deadline = (Get-Date).AddSeconds($Seconds)
    while ($true) {
        try {
            $found = @(& $Check)
        } catch {
            $found = @($_.Exception.Message)
        }
        if ($found.Count -eq 0) { return }
        if ((Get-Date) -ge $deadline) {
            throw ($Server + ' is not healthy after ' + $Seconds + ' seconds: ' + ($found -join ', '))
        }
        Start-Sleep -Seconds 15
    }
}

if ($Part -contains 'BsAEX01') {
    # Clients in the domain must not be told the server's own name, which Setup registers.
    $call = @{
        Identity = 'BsAEX01'
        AutoDiscoverServiceInternalUri = 'https://autodiscover.andersonpatricio.info/Autodiscover/Autodiscover.xml'
    }
    Set-ClientAccessServer @call

    # The server must hold the certificate of the site, with its private key, before a service can use it.
    $call = @{
        Server = 'BsAEX01'
        FileData = $PfxContent
        Password = $PfxPassword
        PrivateKeyExportable = $true
    }
    $BsAEX01Certificate = Import-ExchangeCertificate @call

    # Clients must see the certificate of the site, not the one that Setup made.
    Enable-ExchangeCertificate -Server 'BsAEX01' -Thumbprint $BsAEX01Certificate.Thumbprint -Services @('IIS')

    # Outlook is given the declared name, with TLS and the declared sign-in.
    $call = @{
        Identity = 'BsAEX01\Rpc (Default Web Site)'
        InternalHostname = 'webmail.andersonpatricio.info'
        InternalClientsRequireSsl = $true
        InternalClientAuthenticationMethod = 'Ntlm'
        ExternalHostname = 'webmail.andersonpatricio.info'
        ExternalClientsRequireSsl = $true
        ExternalClientAuthenticationMethod = 'Ntlm'
    }
    Set-OutlookAnywhere @call

    # Clients of Outlook on the web are given the declared names in place of the server's own.
    $call = @{
        Identity = 'BsAEX01\owa (Default Web Site)'
        InternalUrl = 'https://webmail.andersonpatricio.info/owa'
        ExternalUrl = 'https://webmail.andersonpatricio.info/owa'
    }
    Set-OwaVirtualDirectory @call

    # Clients of Exchange admin center are given the declared names in place of the server's own.
    $call = @{
        Identity = 'BsAEX01\ecp (Default Web Site)'
        InternalUrl = 'https://webmail.andersonpatricio.info/ecp'
        ExternalUrl = 'https://webmail.andersonpatricio.info/ecp'
    }
    Set-EcpVirtualDirectory @call

    # Clients of Exchange ActiveSync are given the declared names in place of the server's own.
    $call = @{
        Identity = 'BsAEX01\Microsoft-Server-ActiveSync (Default Web Site)'
        InternalUrl = 'https://webmail.andersonpatricio.info/Microsoft-Server-ActiveSync'
        ExternalUrl = 'https://webmail.andersonpatricio.info/Microsoft-Server-ActiveSync'
    }
    Set-ActiveSyncVirtualDirectory @call

    # Clients of Exchange Web Services are given the declared names in place of the server's own.
    $call = @{
        Identity = 'BsAEX01\EWS (Default Web Site)'
        InternalUrl = 'https://webmail.andersonpatricio.info/EWS/Exchange.asmx'
        ExternalUrl = 'https://webmail.andersonpatricio.info/EWS/Exchange.asmx'
        Force = $true
    }
    Set-WebServicesVirtualDirectory @call

    # Clients of Offline address book are given the declared names in place of the server's own.
    $call = @{
        Identity = 'BsAEX01\OAB (Default Web Site)'
        InternalUrl = 'https://webmail.andersonpatricio.info/OAB'
        ExternalUrl = 'https://webmail.andersonpatricio.info/OAB'
    }
    Set-OabVirtualDirectory @call

    # Clients of MAPI over HTTP are given the declared names in place of the server's own.
    $call = @{
        Identity = 'BsAEX01\mapi (Default Web Site)'
        InternalUrl = 'https://webmail.andersonpatricio.info/mapi'
        ExternalUrl = 'https://webmail.andersonpatricio.info/mapi'
        IISAuthenticationMethods = 'Ntlm', 'OAuth', 'Negotiate'
    }
    Set-MapiVirtualDirectory @call
}

if ($Part -contains 'organization') {
    # The servers need a group, with a witness that is none of them, before they can join it.
    $call = @{
        Name = 'DAG01'
        WitnessServer = 'BsAFS01.apatricio.local'
        WitnessDirectory = 'C:\DAGFileShareWitnesses\DAG01'
        DatabaseAvailabilityGroupIpAddresses = @('255.255.255.255')
    }
    New-DatabaseAvailabilityGroup @call
}

if ($Part -contains 'BsAEX01') {
    # The databases can have copies on the server only when it is a member.
    Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'BsAEX01'

    # Every service that the server needs must run before users are sent to it.
    Wait-Healthy -Server 'BsAEX01' -Seconds 900 -Check {
        $seen = @(Test-ServiceHealth -Server 'BsAEX01')
        if ($seen.Count -eq 0) { 'Test-ServiceHealth returned nothing' }
        foreach ($item in $seen) {
            if ($item.RequiredServicesRunning -ne $true) { ($item | Out-String).Trim() }
        }
    }

    # Every protocol must answer on the server itself before users are sent to it.
    Wait-Healthy -Server 'BsAEX01' -Seconds 900 -Check {
        $seen = @(Get-HealthReport -Identity 'BsAEX01')
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
            $good = @($seen | Where-Object { $_.HealthSet -eq $name -and $_.AlertValue -eq 'Healthy' })
            if ($good.Count -eq 0) { $name + ' is not Healthy' }
        }
    }
}

if ($Part -contains 'dns') {
    # Users reach the servers by these names, so they are published last. They are written as a zone file has them, to be
    # entered with the tool of the DNS server. A name that exists already may hold other addresses: take those out. A
    # changed TTL is changed in place, never by deleting first.
    Write-Output 'Publish now in the zone andersonpatricio.info:'
    Write-Output 'webmail 300 IN A 10.60.99.225'
    Write-Output 'autodiscover 300 IN A 10.60.99.225'
}
