import { Reference, type Invocation, type Parameters } from '../../powershell/invocation';
import type { Maintenance, Step } from '../resources';
import { FileContent } from './value';

/** How a script recognizes that the result of a step exists already, so that it can be run again after it stopped. */
export interface SeenBefore {
  /** The call of a function of LOOKS that checks it. */
  readonly look: Invocation;
  /** The message of the script where it exists. */
  readonly there: string;
}

/** The parts of a step that identify what it creates, and where. */
type SeenStep = Pick<Step, 'invocation' | 'server' | 'file'>;

function textOf(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string') throw new TypeError(`-${name} is no text`);
  return value;
}

/**
 * Cmdlets that fail if the object to create exists already, or the object to remove does not. All other cmdlets of a
 * plan set values, and may be repeated.
 */
const MAKERS: { readonly [cmdlet: string]: (parameters: Parameters, step: SeenStep) => SeenBefore } = {
  'Import-ExchangeCertificate': (parameters, { server, file }) => {
    // For Exchange 2007 the script runs on the server, and can check no other server.
    const [on, look] = 'Server' in parameters ? [{ Server: textOf(parameters, 'Server') }, ''] : [{}, 'Here'];
    const content = parameters['FileData'] ?? file?.content;
    if (content instanceof FileContent && content.input !== undefined) {
      const Certificate = new Reference('the certificate', content.names.certificate);
      return {
        look: { cmdlet: `Test-HoldsCertificate${look}`, parameters: { ...on, Certificate } },
        there: `${server ?? ''} holds the certificate of ${content.file} already`,
      };
    }
    return {
      look: { cmdlet: `Test-HasCertificate${look}`, parameters: on },
      there: `${server ?? ''} holds the certificate of the PFX file already`,
    };
  },
  'New-ClientAccessArray': (parameters) => {
    const Site = textOf(parameters, 'Site');
    return {
      look: { cmdlet: 'Test-HasArray', parameters: { Site } },
      there: `${Site} has a client access array already, with whatever name it has`,
    };
  },
  'New-DatabaseAvailabilityGroup': (parameters) => {
    const Name = textOf(parameters, 'Name');
    return {
      look: { cmdlet: 'Test-HasGroup', parameters: { Name } },
      there: `the DAG ${Name} is there already, with whatever witness it has`,
    };
  },
  'Add-DatabaseAvailabilityGroupServer': (parameters) => {
    const [Name, Server] = [textOf(parameters, 'Identity'), textOf(parameters, 'MailboxServer')];
    return {
      look: { cmdlet: 'Test-HasMember', parameters: { Name, Server } },
      there: `${Server} is a member of ${Name} already`,
    };
  },
  'New-MailboxDatabase': (parameters) => {
    const Name = textOf(parameters, 'Name');
    return {
      look: { cmdlet: 'Test-HasDatabase', parameters: { Name } },
      there: `the database ${Name} is there already, wherever its files are`,
    };
  },
  'Mount-Database': (parameters) => {
    const Name = textOf(parameters, 'Identity');
    return {
      look: { cmdlet: 'Test-IsMounted', parameters: { Name } },
      there: `the database ${Name} is mounted already`,
    };
  },
  'Add-MailboxDatabaseCopy': (parameters) => {
    const [Name, Server] = [textOf(parameters, 'Identity'), textOf(parameters, 'MailboxServer')];
    return {
      look: { cmdlet: 'Test-HasCopy', parameters: { Name, Server } },
      there: `${Server} has a copy of ${Name} already`,
    };
  },
  'Enable-OutlookAnywhere': (parameters) => {
    const Server = textOf(parameters, 'Server');
    return {
      look: { cmdlet: 'Test-HasOutlookAnywhere', parameters: { Server } },
      there: `Outlook Anywhere is on on ${Server} already, with whatever name it has`,
    };
  },
  'Disable-OutlookAnywhere': (parameters) => {
    const Server = textOf(parameters, 'Server');
    return {
      look: { cmdlet: 'Test-LacksOutlookAnywhere', parameters: { Server } },
      there: `Outlook Anywhere is off on ${Server} already`,
    };
  },
};

/** Undefined where the call can be repeated safely. */
export function seenBefore(step: SeenStep): SeenBefore | undefined {
  const { cmdlet, parameters } = step.invocation;
  return MAKERS[cmdlet]?.(parameters, step);
}

/** The call of the function that determines the state of a server before its maintenance. */
export function serviceLook({ server, drains }: Pick<Maintenance, 'server' | 'drains'>): Invocation {
  const hasStates = drains.some(({ invocation }) => invocation.cmdlet === 'Set-ServerComponentState');
  return { cmdlet: hasStates ? 'Get-Service2013' : 'Get-Service2010', parameters: { Server: server } };
}

/** PowerShell lines that look for a certificate on a server, or on the server that the script runs on. */
const holding = (certificate: string, on = '-Server $Server ') =>
  `    $wanted = [System.Convert]::ToBase64String(${certificate}.RawData)
    foreach ($item in @(Get-ExchangeCertificate ${on}-ErrorAction 'Stop')) {
        if ([System.Convert]::ToBase64String([byte[]] $item.RawData) -ceq $wanted) { return $true }
    }
    return $false`;

/**
 * The checking functions, by name. Values from remoting are compared as text, because a name may arrive as an object;
 * certificates are compared by their bytes, because a session may send nothing else of them.
 */
export const LOOKS: { readonly [name: string]: string } = {
  'Test-HasCertificate': `# Whether a server holds the certificate of the PFX file.
function Test-HasCertificate {
    param([string] $Server)

${holding('$PfxCertificate')}
}`,
  'Test-HoldsCertificate': `# Whether a server holds a certificate.
function Test-HoldsCertificate {
    param(
        [string] $Server,
        [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate
    )

${holding('$Certificate')}
}`,
  'Test-HasCertificateHere': `# Whether this server holds the certificate of the PFX file.
function Test-HasCertificateHere {
${holding('$PfxCertificate', '')}
}`,
  'Test-HoldsCertificateHere': `# Whether this server holds a certificate.
function Test-HoldsCertificateHere {
    param([System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)

${holding('$Certificate', '')}
}`,
  'Get-Service2013': `# Whether a server is in service, and what of it a drain changes. Nothing runs where it does not tell.
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
}`,
  'Get-Service2010': `# Whether a server is in service, and what of it a drain changes. Nothing runs where it does not tell.
function Get-Service2010 {
    param([string] $Server)

    $mailbox = Get-MailboxServer -Identity $Server -ErrorAction 'Stop'
    $policy = [string] $mailbox.DatabaseCopyAutoActivationPolicy
    if ($policy -eq '') {
        throw ($Server + ' does not tell whether it is in service, so that it was not drained and nothing was run.')
    }
    $isMember = [string] $mailbox.DatabaseAvailabilityGroup -ne ''
    $inService = -not ($isMember -and $policy -eq 'Blocked')
    if (-not $inService) { Write-Host ('  ' + $Server + ' is out of service already, and stays so') }
    return @{ InService = $inService; IsMember = $isMember; Policy = $policy }
}`,
  'Test-HasArray': `# Whether an Active Directory site has a client access array.
function Test-HasArray {
    param([string] $Site)

    return @(Get-ClientAccessArray -Site $Site -ErrorAction 'Stop').Count -gt 0
}`,
  'Test-HasGroup': `# Whether there is a DAG of this name.
function Test-HasGroup {
    param([string] $Name)

    foreach ($item in @(Get-DatabaseAvailabilityGroup -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return $true }
    }
    return $false
}`,
  'Test-HasMember': `# Whether a server is a member of the DAG of this name.
function Test-HasMember {
    param([string] $Name, [string] $Server)

    foreach ($item in @(Get-DatabaseAvailabilityGroup -ErrorAction 'Stop')) {
        if ([string] $item.Name -ne $Name) { continue }
        foreach ($member in @($item.Servers)) {
            if ([string] $member -eq $Server) { return $true }
        }
    }
    return $false
}`,
  'Test-HasDatabase': `# Whether there is a mailbox database of this name.
function Test-HasDatabase {
    param([string] $Name)

    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return $true }
    }
    return $false
}`,
  'Test-IsMounted': `# Whether the mailbox database of this name is mounted.
function Test-IsMounted {
    param([string] $Name)

    foreach ($item in @(Get-MailboxDatabase -Status -ErrorAction 'Stop')) {
        if ([string] $item.Name -eq $Name) { return [string] $item.Mounted -eq 'True' }
    }
    return $false
}`,
  'Test-HasCopy': `# Whether a server has a copy of the mailbox database of this name.
function Test-HasCopy {
    param([string] $Name, [string] $Server)

    foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {
        if ([string] $item.Name -ne $Name) { continue }
        foreach ($holder in @($item.Servers)) {
            if ([string] $holder -eq $Server) { return $true }
        }
    }
    return $false
}`,
  'Test-HasOutlookAnywhere': `# Whether Outlook Anywhere is on on a server.
function Test-HasOutlookAnywhere {
    param([string] $Server)

    return @(Get-OutlookAnywhere -Server $Server -ErrorAction 'Stop').Count -gt 0
}`,
  'Test-LacksOutlookAnywhere': `# Whether Outlook Anywhere is off on a server.
function Test-LacksOutlookAnywhere {
    param([string] $Server)

    return @(Get-OutlookAnywhere -Server $Server -ErrorAction 'Stop').Count -eq 0
}`,
};
