import { quote } from '../../powershell/literal';
import type { PfxNames } from '../certificate-name';
import type { LegacyClient } from '../legacy-table';
import type { KnownCertificate } from '../known-certificate';
import type { ExchangeSiteProps } from '../site';
import { connectivityPart, DNS, ORGANIZATION } from './parts';
import { unknownCertificate } from './model';
import { LOOK_FUNCTION } from './runner-look';
import { comment, paragraph } from './script-comment';
import { LOOKS } from './seen-before';
import { MAILBOX_CREDENTIAL } from './value';

/** A PFX file that a run needs. */
export interface ScriptFile {
  readonly names: PfxNames;
  readonly certificate: KnownCertificate;
  /** Path from the folder of the script, or an absolute one. */
  readonly place: string;
  /** The parts of the script with a step that needs the file or its password. */
  readonly parts: readonly string[];
}

/** What the beginning of a script must know about the rest. */
export interface ScriptHead {
  readonly name: string;
  readonly site: ExchangeSiteProps;
  /** In the order of the declaration. */
  readonly files: readonly ScriptFile[];
  readonly steps: number;
  /** The values of `-Part`, in order, with the number of the last step of each part. */
  readonly lastSteps: ReadonlyMap<string, number>;
  /** Servers whose steps must run in a session on the server itself. */
  readonly onItself: readonly string[];
  /** The parts with a step that signs in to a mailbox, in order. */
  readonly signingIn: readonly string[];
  /** Questions that cmdlets may ask, each with its answer, see `answerNote`. */
  readonly answers: readonly string[];
  readonly legacyClients: readonly LegacyClient[];
  /** Names of the functions that check whether something exists already. */
  readonly looks: readonly string[];
  /** Whether a step makes a check over TLS. */
  readonly looksOverTls: boolean;
}

const SCRIPT = '.\\exchange-plan.ps1';

function list(texts: Iterable<string>): string {
  return [...texts].map(quote).join(', ');
}

function fileNameOf(path: string): string {
  return path.replace(/^.*[\\/]/, '');
}

/**
 * Comment-based help. Each keyword has a line of its own, and no line begins with text of the declaration, which could
 * be taken for a keyword.
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_comment_based_help
 */
function helpLines({
  name,
  site,
  files,
  onItself,
  answers,
  legacyClients,
  lastSteps,
}: ScriptHead): readonly string[] {
  const joining = list([...site.servers.slice(-1).map((server) => server.name), DNS]);
  const tested = site.servers
    .map((server) => server.name)
    .find((each) => lastSteps.has(connectivityPart(each)));
  const account = site.health?.connectivity?.account;
  const isTestedOnItself = onItself.some((each) => lastSteps.has(connectivityPart(each)));
  return [
    '# .SYNOPSIS',
    comment(`Brings the Exchange site ${name} from nothing to its declaration.`),
    '#',
    '# .DESCRIPTION',
    ...paragraph(
      'The remote-execution plan of the site: every step in the order in which they can run. Run it in the Exchange Management Shell, as a member of Organization Management.',
    ),
    '#',
    ...(onItself.length === 0
      ? []
      : [
          ...paragraph(
            `The steps of ${onItself.join(', ')} run on that server only: copy the script and the PFX file there, run it in the management shell with the name of the server as -Part${isTestedOnItself ? ', for its tests after the records with the part that is called after it,' : ','} as an Exchange administrator who is a local administrator, and remove both afterwards.`,
          ),
          '#',
        ]),
    ...paragraph(
      `It stops at the first error, says which step failed and how to go on, and runs nothing after it; the DNS records come last${tested === undefined ? '' : ', and only tests after them'}. It can be run again: a certificate, a DAG or a member of it that is there already is seen and skipped, and what only sets values is set again, which does no harm. Steps are numbered as in exchange-plan.json, from 1.`,
    ),
    '#',
    ...paragraph(
      'Where a part of the site is in production already, name only the parts that are new, for example a server that joins and the records.',
    ),
    '#',
    ...files.flatMap(({ certificate }, index) => [
      ...(index === 0 ? [] : ['#']),
      ...certificateLines(certificate),
    ]),
    ...legacyClientLines(legacyClients),
    ...answers.flatMap((answer) => [
      '#',
      ...paragraph(
        `A cmdlet may ask a question and wait, so stay with the script. ${answer} The script says so again before each such step.`,
      ),
    ]),
    '#',
    ...files.flatMap(({ names, place, certificate }) => [
      `# .PARAMETER ${names.path}`,
      ...paragraph(
        `PFX file with the certificate ${ofSite(certificate)} and its private key. Left out: ${quote(fileNameOf(place))} in the folder of this script, else ${quote(place)} as seen from there. Only servers need it.`,
      ),
      '#',
      `# .PARAMETER ${names.password}`,
      `# Password of ${fileOf(certificate)}. Left out: it is asked for, where a server needs the file.`,
      '#',
    ]),
    ...(account === undefined
      ? []
      : [
          `# .PARAMETER ${MAILBOX_CREDENTIAL}`,
          ...paragraph(
            `User name and password of ${quote(account)}. Left out: they are asked for, where a chosen part tests with them.`,
          ),
          '#',
        ]),
    '# .PARAMETER Part',
    ...paragraph(
      `What to run: servers by name, ${quote(ORGANIZATION)} for what belongs to none, ${quote(DNS)} for the records${tested === undefined ? '' : `, ${quote(connectivityPart(tested))} and the like for the tests of a server after them`}. Left out: everything.`,
    ),
    '#',
    '# .EXAMPLE',
    `# ${SCRIPT}`,
    '#',
    `# Runs everything. It asks for the ${files.length === 1 ? 'password of the PFX file' : 'passwords of the PFX files'}.`,
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

function ofSite({ name }: KnownCertificate): string {
  return name === null ? 'of the site' : `${name} of the site`;
}

function fileOf({ name }: KnownCertificate): string {
  return name === null ? 'the PFX file' : `the PFX file of ${name}`;
}

/** One line for each property, so that a renewal shows as a change of these lines. */
function certificateLines(certificate: KnownCertificate): readonly string[] {
  const { name, committed } = certificate;
  if (committed === undefined) return paragraph(unknownCertificate(name));
  const { thumbprint, names, notAfter } = committed.facts;
  return [
    comment(`The certificate ${ofSite(certificate)}, by the file ${quote(committed.file)}:`),
    comment(`  thumbprint  ${thumbprint}`),
    comment(`  ends on     ${notAfter}`),
    ...names.map((each) => comment(`  name        ${quote(each)}`)),
  ];
}

/** A table of what clients experience until their mailboxes have been moved. */
function legacyClientLines(clients: readonly LegacyClient[]): readonly string[] {
  const pairs = new Map<string, LegacyClient[]>();
  for (const client of clients) {
    const pair = `${client.old.toString()}, when it asks a server of ${client.newer.toString()}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), client]);
  }
  return [...pairs].flatMap(([pair, rows]) => [
    '#',
    ...paragraph(`What a client sees whose mailbox is on ${pair}:`),
    ...rows.map(({ client, servers, sees }) => comment(`  ${client} (${servers.join(', ')}): ${sees}`)),
  ]);
}

function parameterLines({ files, lastSteps, site }: ScriptHead): readonly string[] {
  const parts = list(lastSteps.keys());
  return [
    '[CmdletBinding()]',
    'param(',
    ...files.flatMap(({ names }) => [
      `    [string] $${names.path},`,
      '',
      `    [System.Security.SecureString] $${names.password},`,
      '',
    ]),
    ...(site.health?.connectivity?.account === undefined
      ? []
      : [`    [System.Management.Automation.PSCredential] $${MAILBOX_CREDENTIAL},`, '']),
    `    [ValidateSet(${parts})]`,
    `    [string[]] $Part = @(${parts})`,
    ')',
  ];
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
    '$LastSteps = @{',
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
            $after = ''
            if ($Seconds -gt 0) { $after = ' after ' + $Seconds + ' seconds' }
            throw ($Server + ' is not healthy' + $after + ': ' + $text)
        }
        if ($text -ne $said) { Write-Host ('  waiting: ' + $text) }
        $said = $text
        Start-Sleep -Seconds 15
    }
}`;

/** Opens a PFX before the first step, if a chosen part needs it. */
function pfxLines({ names, certificate, place, parts }: ScriptFile): readonly string[] {
  const { path, password, content, certificate: taken } = names;
  const wanted = expectedThumbprint(certificate);
  const [file, ofParts] = [fileOf(certificate), path.replace('Path', 'Parts')];
  return [
    `# ${capitalised(file)} is opened before anything runs, where a chosen part needs it.`,
    `$${ofParts} = @(${list(parts)})`,
    `if (@($Part | Where-Object { $${ofParts} -contains $_ }).Count -gt 0) {`,
    ...`    if ($${path} -eq '') {
        $folder = [System.IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)
        $places = @(${list(new Set([fileNameOf(place), place]))}) |
            ForEach-Object { [System.IO.Path]::Combine($folder, $_) }
        $${path} = $places | Where-Object { Test-Path -LiteralPath $_ -PathType Leaf } | Select-Object -First 1
        if ($${path} -eq '') {
            throw ('There is no PFX file ' + ($places -join ', nor ') + '. Name it with -${path}. Nothing was run.')
        }
    }
    $${content} = [System.IO.File]::ReadAllBytes((Resolve-Path -LiteralPath $${path}).ProviderPath)
    if ($null -eq $${password}) {
        $${password} = Read-Host -Prompt ('Password of ' + $${path}) -AsSecureString
    }
    $type = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
    try {
        $opened = New-Object -TypeName $type -ArgumentList $${content}, $${password}
    } catch {
        throw ('The PFX file ' + $${path} + ' does not open: ' + $_.Exception.Message + ' Nothing was run.')
    }
    # Only its public part: Exchange reads the private key from the file.
    $${taken} = New-Object -TypeName $type -ArgumentList (, $opened.RawData)
    $opened.Reset()`.split('\n'),
    ...(wanted === undefined
      ? []
      : [
          `    if ($${taken}.Thumbprint -ne ${quote(wanted.thumbprint)}) {`,
          `        throw ('The certificate in ' + $${path} + ' has the thumbprint ' + $${taken}.Thumbprint + ', not ' + ${quote(wanted.as)} + '. Name the right PFX file with -${path}. Nothing was run.')`,
          '    }',
        ]),
    '}',
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The thumbprint that the certificate in the PFX must have, and a text that names its source. */
function expectedThumbprint({ declared: { thumbprint }, committed }: KnownCertificate) {
  if (committed !== undefined) {
    const wanted = committed.facts.thumbprint;
    return { thumbprint: wanted, as: `${wanted} as ${committed.file}` };
  }
  return thumbprint === undefined ? undefined : { thumbprint, as: `the declared ${thumbprint}` };
}

/** Asks for the credential of the tests before the first step, if a chosen part needs it. */
function credentialLines({ site, signingIn }: ScriptHead): readonly string[] {
  return [
    `if ($null -eq $${MAILBOX_CREDENTIAL} -and @($Part | Where-Object { @(${list(signingIn)}) -contains $_ }).Count -gt 0) {`,
    `    $${MAILBOX_CREDENTIAL} = Get-Credential -Credential ${quote(site.health?.connectivity?.account ?? '')}`,
    '}',
  ];
}

/** Everything before the first step. */
export function headLines(head: ScriptHead): readonly string[] {
  return [
    helpLines(head),
    parameterLines(head),
    settingLines(head),
    FUNCTIONS.split('\n'),
    ...(head.looksOverTls ? [LOOK_FUNCTION.split('\n')] : []),
    ...head.looks.map((name) => (LOOKS[name] ?? '').split('\n')),
    ...head.files.flatMap((file) => (file.parts.length === 0 ? [] : [pfxLines(file)])),
    ...(head.signingIn.length === 0 ? [] : [credentialLines(head)]),
  ].flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/**
 * The output after a failed step: its name, the reason, and the command that resumes the plan, without the parts that
 * are complete.
 */
export function failureLines(files: readonly ScriptFile[]): readonly string[] {
  return [
    ...FAILED,
    ...files.flatMap(({ names: { path } }) => [
      `    if ($PSBoundParameters.ContainsKey('${path}')) {`,
      `        $again = $again + ' -${path} ''' + $${path}.Replace('''', '''''') + ''''`,
      '    }',
    ]),
    ...THROWN,
  ];
}

const FAILED = `} catch {
    $reason = $_
    $left = @($LastSteps.Keys |
            Where-Object { $Part -contains $_ -and $LastSteps[$_] -ge $Now.Number } |
            Sort-Object { $LastSteps[$_] })
    $again = '.\\' + $MyInvocation.MyCommand.Name + ' -Part ''' + ($left -join ''', ''') + ''''`.split('\n');

const THROWN = `    $lines = @(
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
}`.split('\n');
