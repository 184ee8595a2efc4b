import { Reference } from '../../powershell/invocation';
import type { Argument, Invocation } from '../../powershell/invocation';
import { quote } from '../../powershell/literal';
import { answerNote, renderArgument, renderInvocation } from '../../powershell/script';
import type { Referred, ScriptOptions } from '../../powershell/script';
import type { DesiredPoolMember, DesiredRecordSet, DesiredState } from '../desired-state';
import type { Until } from '../resources';
import type { ExchangeSiteProps } from '../site';
import { DNS, ORGANIZATION } from './parts';
import type { PlannedStep } from './planned-step';
import { plannedSteps, POOL_REASON } from './planned-step';
import { StepResult, variableOf } from './value';

/** Columns of a call that stays on one line; a longer one takes its parameters from a hash table. */
const LINE_WIDTH = 110;
const INDENT = '    ';

/** What only the run knows is in a variable; there is nothing else that could not be written out. */
const VARIABLES: ScriptOptions = {
  reference: (value: Referred) => {
    if (!(value instanceof Reference)) throw new TypeError('A secret or bytes never stand in a script.');
    return value.property === undefined ? `$${value.variable}` : `$${value.variable}.${value.property}`;
  },
};

function partOf(planned: PlannedStep): string {
  if ('record' in planned) return DNS;
  return ('member' in planned ? planned.member : planned.step).server ?? ORGANIZATION;
}

/** A line of comment. What comes from the declaration cannot end it. */
function comment(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return `# ${text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}`;
}

const HEAD = (name: string, site: ExchangeSiteProps, parts: readonly string[]) => [
  comment(`Remote-execution plan of the Exchange site ${name}.`),
  '#',
  '# Every step that brings the site from nothing to its declaration, in the order in which they can run. Run it in the',
  '# Exchange Management Shell, as a member of Organization Management:',
  '#',
  comment(`  .\\exchange-plan.ps1 -PfxPath ${quote(site.certificate.pfxFile)}`),
  '#',
  '# It asks for the password of the PFX file. Where a part of the site is in production already, name only the parts',
  `# that are new, for example a server that joins and the records:`,
  '#',
  comment(`  .\\exchange-plan.ps1 -PfxPath ${quote(site.certificate.pfxFile)} -Part ${joining(site)}`),
  '#',
  '# It stops at the first error. It was written from the declaration; change that, not this file.',
  '[CmdletBinding()]',
  'param(',
  `${INDENT}# PFX file with the certificate of the site and its private key.`,
  `${INDENT}[Parameter(Mandatory = $true)]`,
  `${INDENT}[string] $PfxPath,`,
  '',
  `${INDENT}# Password of the PFX file.`,
  `${INDENT}[Parameter(Mandatory = $true)]`,
  `${INDENT}[System.Security.SecureString] $PfxPassword,`,
  '',
  `${INDENT}# What to run: servers by name, '${ORGANIZATION}' for what belongs to none, '${DNS}' for the records.`,
  `${INDENT}[ValidateSet(${parts.map(quote).join(', ')})]`,
  `${INDENT}[string[]] $Part = @(${parts.map(quote).join(', ')})`,
  ')',
  '',
  'Set-StrictMode -Version Latest',
  `$ErrorActionPreference = 'Stop'`,
  `# Exchange's cmdlets may be functions of a module, which do not see the line above.`,
  `$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }`,
  '',
  '$PfxContent = [System.IO.File]::ReadAllBytes((Resolve-Path -LiteralPath $PfxPath).ProviderPath)',
  '',
  '# Waits until a check finds nothing wrong, and throws what it found when the time is over.',
  'function Wait-Healthy {',
  `${INDENT}param([string] $Server, [int] $Seconds, [scriptblock] $Check)`,
  '',
  `${INDENT}$deadline = (Get-Date).AddSeconds($Seconds)`,
  `${INDENT}while ($true) {`,
  `${INDENT}${INDENT}try {`,
  `${INDENT}${INDENT}${INDENT}$found = @(& $Check)`,
  `${INDENT}${INDENT}} catch {`,
  `${INDENT}${INDENT}${INDENT}$found = @($_.Exception.Message)`,
  `${INDENT}${INDENT}}`,
  `${INDENT}${INDENT}if ($found.Count -eq 0) { return }`,
  `${INDENT}${INDENT}if ((Get-Date) -ge $deadline) {`,
  `${INDENT}${INDENT}${INDENT}throw ($Server + ' is not healthy after ' + $Seconds + ' seconds: ' + ($found -join ', '))`,
  `${INDENT}${INDENT}}`,
  `${INDENT}${INDENT}Start-Sleep -Seconds 15`,
  `${INDENT}}`,
  '}',
];

function joining(site: ExchangeSiteProps): string {
  return [...site.servers.slice(-1).map(({ name }) => name), DNS].map(quote).join(', ');
}

/** What a person is to answer is said right before the cmdlet asks. */
function answeredCallLines(call: Invocation, result: string | undefined): readonly string[] {
  const { question, ...unasked } = call;
  const note = question === undefined ? [] : [`Write-Host ${quote(answerNote(question))}`];
  return [...note, ...callLines(unasked, result)];
}

/** A call on one line, or with its parameters above it; `result` is the variable that takes what it returns. */
function callLines(call: Invocation, result: string | undefined): readonly string[] {
  const taken = result === undefined ? '' : `$${result} = `;
  const line = `${taken}${renderInvocation(call, VARIABLES)}`;
  if (line.length <= LINE_WIDTH) return [line];
  return [
    '$call = @{',
    ...Object.entries(call.parameters).map(
      ([name, value]) => `${INDENT}${name} = ${renderArgument(value, name, VARIABLES)}`,
    ),
    '}',
    `${taken}${call.cmdlet} @call`,
  ];
}

function gateLines(server: string | null, call: Invocation, until: Until): readonly string[] {
  const { among, property, equals } = until.expected;
  const expected = renderArgument(equals, property);
  const seen = `$seen = @(${renderInvocation(call, VARIABLES)})`;
  const check =
    among === undefined
      ? [
          seen,
          `if ($seen.Count -eq 0) { ${quote(`${call.cmdlet} returned nothing`)} }`,
          'foreach ($item in $seen) {',
          `${INDENT}if ($item.${property} -ne ${expected}) { ($item | Out-String).Trim() }`,
          '}',
        ]
      : [
          seen,
          '$names = @(',
          ...among.values.map(
            (value, index) => `${INDENT}${quote(value)}${index + 1 < among.values.length ? ',' : ''}`,
          ),
          ')',
          'foreach ($name in $names) {',
          `${INDENT}$good = @($seen | Where-Object { $_.${among.property} -eq $name -and $_.${property} -eq ${expected} })`,
          `${INDENT}if ($good.Count -eq 0) { $name + ${quote(` is not ${String(equals)}`)} }`,
          '}',
        ];
  return [
    `Wait-Healthy -Server ${quote(server ?? ORGANIZATION)} -Seconds ${until.seconds} -Check {`,
    ...check.map((line) => `${INDENT}${line}`),
    '}',
  ];
}

function recordLines(record: DesiredRecordSet): readonly string[] {
  return record.addresses.map(
    (address) =>
      `Write-Output ${quote(`${record.name ?? '@'} ${record.ttlSeconds} IN ${record.type} ${address}`)}`,
  );
}

function memberLine({ server, addresses, virtualAddresses }: DesiredPoolMember): string {
  const pool = `Add to the pool behind ${virtualAddresses.join(' and ')}:`;
  return `Write-Output ${quote(`${pool} ${server} ${addresses.join(' ')}`)}`;
}

function stepLines(planned: PlannedStep, wanted: ReadonlySet<string>): readonly string[] {
  if ('record' in planned) return recordLines(planned.record);
  if ('member' in planned) return [memberLine(planned.member)];
  const { invocation, until, server } = planned.step;
  if (until !== undefined) return gateLines(server, invocation, until);
  return answeredCallLines(invocation, wanted.has(planned.id) ? variableOf(planned.id) : undefined);
}

/** Why the DNS steps are not cmdlets. */
const DNS_COMMENT = [
  'Users reach the servers by these names, so they are published last. They are written as a zone file has them, to be',
  'entered with the tool of the DNS server. A name that exists already may hold other addresses: take those out. A',
  'changed TTL is changed in place, never by deleting first.',
];

/** Ids of steps whose results a later step needs. */
function wantedResults(steps: readonly PlannedStep[]): ReadonlySet<string> {
  const within = (value: Argument): readonly string[] => {
    if (value instanceof StepResult) return [value.step];
    return Array.isArray(value) && !(value instanceof Reference)
      ? (value as readonly Argument[]).flatMap(within)
      : [];
  };
  return new Set(
    steps.flatMap((planned) =>
      'step' in planned ? Object.values(planned.step.invocation.parameters).flatMap(within) : [],
    ),
  );
}

interface Block {
  readonly part: string;
  readonly steps: readonly PlannedStep[];
}

/** Neighbouring steps of the same part, together. */
function blocksOf(steps: readonly PlannedStep[]): readonly Block[] {
  const blocks: { part: string; steps: PlannedStep[] }[] = [];
  for (const step of steps) {
    const last = blocks.at(-1);
    if (last?.part === partOf(step)) last.steps.push(step);
    else blocks.push({ part: partOf(step), steps: [step] });
  }
  return blocks;
}

function blockLines({ part, steps }: Block, wanted: ReadonlySet<string>): readonly string[] {
  const body: string[] = [];
  if (part === DNS) body.push(...DNS_COMMENT.map(comment));
  let zone: string | undefined;
  let reason: string | undefined;
  for (const planned of steps) {
    if ('record' in planned) {
      if (zone !== planned.record.zone.name) {
        zone = planned.record.zone.name;
        const at = planned.record.zone.server === undefined ? '' : ` at ${planned.record.zone.server}`;
        body.push(`Write-Output ${quote(`Publish now in the zone ${zone}${at}:`)}`);
      }
    } else {
      if (reason !== undefined) body.push('');
      const why = 'member' in planned ? POOL_REASON : planned.step.reason;
      if (why !== reason) body.push(comment(why));
      reason = why;
    }
    body.push(...stepLines(planned, wanted));
  }
  return [
    `if ($Part -contains ${quote(part)}) {`,
    ...body.map((line) => (line === '' ? '' : `${INDENT}${line}`)),
    '}',
  ];
}

/**
 * The remote-execution plan as a script that a person reads, or runs by hand. It holds no secrets: it asks for them.
 * Byte for byte the same for the same declaration.
 */
export function exchangePlanScript(name: string, site: ExchangeSiteProps, state: DesiredState): string {
  const steps = plannedSteps(state);
  const used = new Set(steps.map(partOf));
  const servers = site.servers.map((server) => server.name);
  const parts = [ORGANIZATION, ...servers, DNS].filter((part) => used.has(part));
  const wanted = wantedResults(steps);
  const text = [
    HEAD(name, site, parts),
    ...blocksOf(steps).map((block) => ['', ...blockLines(block, wanted)]),
    [''],
  ]
    .flat()
    .join('\n');
  // Windows PowerShell reads a file without this mark in the system's code page, in which some bytes of other
  // letters are quotes.
  return /\P{ASCII}/u.test(text) ? `\ufeff${text}` : text;
}
