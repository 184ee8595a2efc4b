import { quote } from '../../powershell/literal';
import type { CommittedCertificate } from '../committed-certificate';
import type { ExchangeSiteProps } from '../site';
import { DNS, ORGANIZATION } from './parts';
import { UNKNOWN_CERTIFICATE } from './model';
import { comment, paragraph } from './script-comment';
import { LOOKS } from './seen-before';

/** What the beginning of a script says of the rest. */
export interface ScriptHead {
  readonly name: string;
  readonly site: ExchangeSiteProps;
  /** The PFX as a path from the folder of the script, or an absolute one. */
  readonly pfxFile: string;
  /** The certificate in it; undefined where synth does not know. */
  readonly certificate: CommittedCertificate | undefined;
  readonly steps: number;
  /** What `-Part` takes, in order, with the number of the last step of each. */
  readonly lastSteps: ReadonlyMap<string, number>;
  /** Parts with a step that needs the PFX or its password. */
  readonly pfxParts: readonly string[];
  /** What cmdlets may ask, each with the answer, see `answerNote`. */
  readonly answers: readonly string[];
  /** Names of the functions that look for what is there already. */
  readonly looks: readonly string[];
}

const SCRIPT = '.\\exchange-plan.ps1';

function list(texts: Iterable<string>): string {
  return [...texts].map(quote).join(', ');
}

function fileNameOf(path: string): string {
  return path.replace(/^.*[\\/]/, '');
}

/**
 * Comment-based help. Its keywords stand alone on their lines, and no line begins with a text of the declaration, which
 * could be taken for one.
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_comment_based_help
 */
function helpLines({ name, site, pfxFile, certificate, answers }: ScriptHead): readonly string[] {
  const joining = list([...site.servers.slice(-1).map((server) => server.name), DNS]);
  return [
    '# .SYNOPSIS',
    comment(`Brings the Exchange site ${name} from nothing to its declaration.`),
    '#',
    '# .DESCRIPTION',
    ...paragraph(
      'The remote-execution plan of the site: every step in the order in which they can run. Run it in the Exchange Management Shell, as a member of Organization Management.',
    ),
    '#',
    ...paragraph(
      'It stops at the first error, says which step failed and how to go on, and runs nothing after it; the DNS records come last. It can be run again: a certificate, a DAG or a member of it that is there already is seen and skipped, and what only sets values is set again, which does no harm. Steps are numbered as in exchange-plan.json, from 1.',
    ),
    '#',
    ...paragraph(
      'Where a part of the site is in production already, name only the parts that are new, for example a server that joins and the records.',
    ),
    '#',
    ...certificateLines(certificate),
    ...answers.flatMap((answer) => [
      '#',
      ...paragraph(
        `A cmdlet may ask a question and wait, so stay with the script. ${answer} The script says so again before each such step.`,
      ),
    ]),
    '#',
    '# .PARAMETER PfxPath',
    ...paragraph(
      `PFX file with the certificate of the site and its private key. Left out: ${quote(fileNameOf(pfxFile))} in the folder of this script, else ${quote(pfxFile)} as seen from there. Only servers need it.`,
    ),
    '#',
    '# .PARAMETER PfxPassword',
    '# Password of the PFX file. Left out: it is asked for, where a server needs the file.',
    '#',
    '# .PARAMETER Part',
    ...paragraph(
      `What to run: servers by name, ${quote(ORGANIZATION)} for what belongs to none, ${quote(DNS)} for the records. Left out: everything.`,
    ),
    '#',
    '# .EXAMPLE',
    `# ${SCRIPT}`,
    '#',
    '# Runs everything. It asks for the password of the PFX file.',
    '#',
    '# .EXAMPLE',
    comment(`${SCRIPT} -Part ${joining}`),
    '#',
    '# Runs the steps of the server that joins, and announces the records.',
    '#',
    '# .EXAMPLE',
    `# ${SCRIPT} -Part ${quote(DNS)}`,
    '#',
    '# Says which DNS records to publish. It runs nothing and asks for nothing.',
    '#',
    '# .NOTES',
    '# It was written from the declaration; change that, not this file.',
  ];
}

/** One line each, so that a renewal shows as a change of these lines. */
function certificateLines(certificate: CommittedCertificate | undefined): readonly string[] {
  if (certificate === undefined) return paragraph(UNKNOWN_CERTIFICATE);
  const { thumbprint, names, notAfter } = certificate.facts;
  return [
    comment(`The certificate of the site, by the file ${quote(certificate.file)}:`),
    comment(`  thumbprint  ${thumbprint}`),
    comment(`  ends on     ${notAfter}`),
    ...names.map((name) => comment(`  name        ${quote(name)}`)),
  ];
}

function parameterLines({ lastSteps }: ScriptHead): readonly string[] {
  const parts = list(lastSteps.keys());
  return `[CmdletBinding()]
param(
    [string] $PfxPath,

    [System.Security.SecureString] $PfxPassword,

    [ValidateSet(${parts})]
    [string[]] $Part = @(${parts})
)`.split('\n');
}

function settingLines({ steps, lastSteps }: ScriptHead): readonly string[] {
  return [
    'Set-StrictMode -Version Latest',
    '# The cmdlets of the Exchange Management Shell are functions of a module, which do not see this line: each call has',
    '# an ErrorAction of its own.',
    `$ErrorActionPreference = 'Stop'`,
    '',
    '# The step that runs.',
    `$Now = @{ Number = 0; Of = ${steps}; Name = '' }`,
    '# The last step of each part.',
    '$LastSteps = [ordered]@{',
    ...[...lastSteps].map(([part, number]) => `    ${quote(part)} = ${number}`),
    '}',
  ];
}

const FUNCTIONS = `# Says which step begins.
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
            throw ($Server + ' is not healthy after ' + $Seconds + ' seconds: ' + $text)
        }
        if ($text -ne $said) { Write-Host ('  waiting: ' + $text) }
        $said = $text
        Start-Sleep -Seconds 15
    }
}`;

/** What is read of the PFX before anything runs, where a chosen part needs it. */
function pfxLines({ site, pfxFile, certificate, pfxParts }: ScriptHead): readonly string[] {
  const wanted = expectedThumbprint(site, certificate);
  return [
    '# The PFX file is opened before anything runs, where a chosen part needs it.',
    `$PfxParts = @(${list(pfxParts)})`,
    'if (@($Part | Where-Object { $PfxParts -contains $_ }).Count -gt 0) {',
    ...`    if ($PfxPath -eq '') {
        $places = @(${list(new Set([fileNameOf(pfxFile), pfxFile]))}) |
            ForEach-Object { [System.IO.Path]::Combine($PSScriptRoot, $_) }
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
    $opened.Reset()`.split('\n'),
    ...(wanted === undefined
      ? []
      : [
          `    if ($PfxCertificate.Thumbprint -ne ${quote(wanted.thumbprint)}) {`,
          `        throw ('The certificate in ' + $PfxPath + ' has the thumbprint ' + $PfxCertificate.Thumbprint + ', not ' + ${quote(wanted.as)} + '. Name the right PFX file with -PfxPath. Nothing was run.')`,
          '    }',
        ]),
    '}',
  ];
}

/** The thumbprint that the PFX must have, and how it is named to people. */
function expectedThumbprint(
  { certificate: { thumbprint } }: ExchangeSiteProps,
  committed: CommittedCertificate | undefined,
) {
  if (committed !== undefined) {
    const wanted = committed.facts.thumbprint;
    return { thumbprint: wanted, as: `${wanted} as ${committed.file}` };
  }
  return thumbprint === undefined ? undefined : { thumbprint, as: `the declared ${thumbprint}` };
}

/** Everything before the first step. */
export function headLines(head: ScriptHead): readonly string[] {
  return [
    helpLines(head),
    parameterLines(head),
    settingLines(head),
    FUNCTIONS.split('\n'),
    ...head.looks.map((name) => (LOOKS[name] ?? '').split('\n')),
    ...(head.pfxParts.length === 0 ? [] : [pfxLines(head)]),
  ].flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/**
 * What a step that failed leaves: its name, its reason, and the command that goes on. Parts whose last step was run
 * are left out of that.
 */
export const FAILURE = `} catch {
    $reason = $_
    $left = @($LastSteps.Keys | Where-Object { $Part -contains $_ -and $LastSteps[$_] -ge $Now.Number })
    $again = '.\\' + $MyInvocation.MyCommand.Name + ' -Part ''' + ($left -join ''', ''') + ''''
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
}`;
