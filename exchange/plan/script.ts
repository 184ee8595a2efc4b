import { Reference } from '../../powershell/invocation';
import type { Argument, Invocation } from '../../powershell/invocation';
import { quote } from '../../powershell/literal';
import { answerNote, renderArgument, renderInvocation } from '../../powershell/script';
import type { Referred, ScriptOptions } from '../../powershell/script';
import type { Described, FurtherRecord, PoolMember, RecordSet } from '../element';
import { recordTexts } from '../further-records';
import { pfxNames, type PfxNames } from '../certificate-name';
import type { DesiredState } from '../resolve-site';
import {
  clearingCall,
  DRAIN_SECONDS,
  interruptionsOfSteps,
  layingCalls,
  type Drain,
  type AutodiscoverProbe,
  type FileCall,
  type ConnectorProbe,
  type Maintenance,
  pageUrl,
  type Probe,
  type Step,
  type Until,
} from '../resources';
import { ownSessions } from '../server-endpoint';
import type { ExchangeSiteProps, Zone } from '../site';
import { ROUND_ROBIN } from '../phases/dns';
import { connectivityPart, DNS, ORGANIZATION } from './parts';
import { MAILBOX_CREDENTIAL } from './value';
import type { PlannedStep } from './planned-step';
import { plannedSteps } from './planned-step';
import { lookOf } from './runner-look';
import { comment, paragraph } from './script-comment';
import { failureLines, headLines, type ScriptFile } from './script-head';
import { seenBefore, serviceLook } from './seen-before';

/** Maximum width of a call on one line. A longer one takes its parameters from a hash table (splatting). */
const LINE_WIDTH = 110;
const INDENT = '    ';

/** Values that only the run knows are in variables. All other values are literals. */
const VARIABLES: ScriptOptions = {
  reference: (value: Referred) => {
    if (!(value instanceof Reference)) throw new TypeError('A secret or bytes never stand in a script.');
    return value.property === undefined ? `$${value.variable}` : `$${value.variable}.${value.property}`;
  },
};

function partOf(planned: PlannedStep): string {
  if ('record' in planned) return DNS;
  if ('described' in planned) return planned.described.server ?? ORGANIZATION;
  if ('probe' in planned) {
    const { kind, server } = planned.probe;
    return kind === 'autodiscover' ? connectivityPart(server) : server;
  }
  if ('member' in planned) return planned.member.server;
  const { server, kind } = planned.step;
  if (server === null) return ORGANIZATION;
  return kind === 'connectivity' ? connectivityPart(server) : server;
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${INDENT}${line}`));
}

/**
 * Adds `-ErrorAction Stop`. In the Exchange Management Shell, cmdlets are functions of a module, which do not see the
 * script's `$ErrorActionPreference` or `$PSDefaultParameterValues`: only this argument makes a non-terminating error
 * stop the script.
 */
function stoppingAtErrors(call: Invocation): Invocation {
  return { ...call, parameters: { ...call.parameters, ErrorAction: 'Stop' } };
}

/** Adds `-ErrorAction Continue`, for a call whose errors are only shown, because the next call checks its result. */
function continuingAtErrors(call: Invocation): Invocation {
  return { ...call, parameters: { ...call.parameters, ErrorAction: 'Continue' } };
}

/** A call that stops the script at an error. `taken` is written before it, such as an assignment. */
function callLines(call: Invocation, taken = ''): readonly string[] {
  return plainLines(stoppingAtErrors(call), taken);
}

/** A call on one line, or with its parameters in a hash table above it. */
function plainLines({ cmdlet, parameters }: Invocation, taken = ''): readonly string[] {
  const line = `${taken}${renderInvocation({ cmdlet, parameters }, VARIABLES)}`;
  if (line.length <= LINE_WIDTH) return [line];
  return [
    '$call = @{',
    ...Object.entries(parameters).map(
      ([name, value]) => `${INDENT}${name} = ${renderArgument(value, name, VARIABLES)}`,
    ),
    '}',
    `${taken}${cmdlet} @call`,
  ];
}

/** The call of a step, skipped if its result exists already. The object that it returns is discarded. */
function makeLines(step: Step): readonly string[] {
  const { invocation: call, file } = step;
  const seen = seenBefore(step);
  const laid = file === undefined ? [] : layingCalls(file).flatMap(fileLines);
  const made =
    seen === undefined
      ? [...laid, ...callLines(call)]
      : [
          `if (${renderInvocation(seen.look, VARIABLES)}) {`,
          `${INDENT}Skip-Step ${quote(seen.there)}`,
          '} else {',
          ...indented([...laid, ...callLines(call, '$null = ')]),
          '}',
        ];
  if (file === undefined) return made;
  return ['try {', ...indented(made), '} finally {', ...indented(fileLines(clearingCall(file))), '}'];
}

/**
 * Puts the server into maintenance before the step, unless it is out of service already, and ends the maintenance even
 * if the step fails.
 */
function drainedLines({ server, drains }: Maintenance, made: readonly string[]): readonly string[] {
  const condition = ({ ofMember }: Drain) =>
    ofMember ? '$before.InService -and $before.IsMember' : '$before.InService';
  const block = (drain: Drain, lines: readonly string[]) => [
    `if (${condition(drain)}) {`,
    ...indented(lines),
    '}',
  ];
  const active = [
    `foreach ($item in @(Get-MailboxDatabase -ErrorAction 'Stop')) {`,
    `${INDENT}if (@($item.Servers).Count -gt 1 -and [string] $item.Server -eq ${quote(server)}) {`,
    `${INDENT}${INDENT}[string] $item.Name + ' is active here'`,
    `${INDENT}}`,
    '}',
  ];
  const moving = (drain: Drain) => [
    `$active = @(`,
    ...indented(active),
    ')',
    'if ($active.Count -gt 0) {',
    ...indented(plainLines(continuingAtErrors(drain.invocation))),
    '}',
  ];
  const waiting = [
    `Wait-Healthy -Server ${quote(server)} -Seconds ${DRAIN_SECONDS} -Check {`,
    ...indented(active),
    '}',
  ];
  const linesOf = (drain: Drain) => {
    if (drain.isWait === true) return waiting;
    return drain.movesActive === true ? moving(drain) : callLines(drain.invocation);
  };
  return [
    `$before = ${renderInvocation(serviceLook({ server, drains }), VARIABLES)}`,
    'try {',
    ...indented([...drains.flatMap((drain) => block(drain, linesOf(drain))), ...made]),
    '} finally {',
    ...indented(
      eachAfterAll(
        drains
          .toReversed()
          .flatMap((drain) => (drain.back === undefined ? [] : [block(drain, callLines(drain.back))])),
      ),
    ),
    '}',
  ];
}

/** Nests blocks in `try`/`finally`, so that each runs even if one before it fails. */
function eachAfterAll([first = [], ...rest]: readonly (readonly string[])[]): readonly string[] {
  if (rest.length === 0) return first;
  return ['try {', ...indented(first), '} finally {', ...indented(eachAfterAll(rest)), '}'];
}

/** Removing a file that does not exist is not an error. */
function fileLines({ invocation }: FileCall): readonly string[] {
  if (invocation.cmdlet !== 'Remove-Item') return callLines(invocation);
  const path = renderArgument(invocation.parameters['Path'] ?? null, 'LiteralPath');
  return [`if (Test-Path -LiteralPath ${path}) {`, ...indented(callLines(invocation)), '}'];
}

/**
 * The text of a value as PowerShell converts it. Values are compared as text: remoting turns an enum into a number with
 * a text beside it, which is never equal to a text.
 */
function textOf(value: string | boolean): string {
  if (typeof value === 'string') return value;
  return value ? 'True' : 'False';
}

function gateLines(server: string | null, call: Invocation, until: Until): readonly string[] {
  const { among, property, equals, allows = [] } = until.expected;
  const expected = quote(textOf(equals));
  const seen = `$seen = @(${renderInvocation(stoppingAtErrors(call), VARIABLES)})`;
  const check =
    among === undefined
      ? [
          seen,
          ...(allows.length === 0
            ? [`if ($seen.Count -eq 0) { ${quote(`${call.cmdlet} returned nothing`)} }`]
            : [
                `if (@($seen | Where-Object { [string] $_.${property} -eq ${expected} }).Count -eq 0) {`,
                `${INDENT}${quote(`${call.cmdlet} reports no success`)}`,
                '}',
              ]),
          'foreach ($item in $seen) {',
          ...indented(
            allows.length === 0
              ? [`if ([string] $item.${property} -ne ${expected}) { ($item | Out-String).Trim() }`]
              : [
                  `$value = [string] $item.${property}`,
                  `if (${[expected, ...allows.map(quote)].map((value) => `$value -ne ${value}`).join(' -and ')}) {`,
                  `${INDENT}($item | Out-String).Trim()`,
                  '}',
                ],
          ),
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
          `${INDENT}$found = @($seen | Where-Object { [string] $_.${among.property} -eq $name })`,
          `${INDENT}if ($found.Count -eq 0) { $name + ' is not reported' }`,
          `${INDENT}foreach ($item in $found) {`,
          `${INDENT}${INDENT}$value = [string] $item.${property}`,
          `${INDENT}${INDENT}if ($value -ne ${expected}) { $name + ' is ' + $value }`,
          `${INDENT}}`,
          '}',
        ];
  return [
    `Wait-Healthy -Server ${quote(server ?? ORGANIZATION)} -Seconds ${until.seconds} -Check {`,
    ...indented(check),
    '}',
  ];
}

function lookLines(number: number, probe: Probe): readonly string[] {
  const { server, host, port, seconds, reason } = probe;
  if (probe.kind === 'connector') return connectorLines(probe);
  if (probe.kind === 'autodiscover') return autodiscoverLines(probe);
  const name = probe.kind === 'page' ? `GET ${pageUrl(probe)}` : `TLS ${host}:${port}`;
  return [
    ...paragraph(reason),
    `Start-Step ${number} ${quote(name)} ${quote(server)}`,
    `Wait-Healthy -Server ${quote(server)} -Seconds ${seconds} -Check {`,
    ...indented(plainLines(lookOf(probe))),
    '}',
  ];
}

/** The script does not query Autodiscover: it tells people to use Outlook's own test and to compare its result. */
function autodiscoverLines({
  server,
  host,
  name,
  mailbox,
  urls,
  reason,
}: AutodiscoverProbe): readonly string[] {
  return [
    ...paragraph(reason),
    `Write-Output ${quote(`To be looked at: what Autodiscover of ${server} (${host}, asked for ${name}) hands out for ${mailbox}, for example by Test E-mail AutoConfiguration of Outlook.`)}`,
    ...Object.entries(urls).map(([key, each]) => `Write-Output ${quote(`${key}: ${each.join(' or ')}`)}`),
  ];
}

/** The script cannot use STARTTLS, nor compute which certificate a connector selects: it tells people what to check. */
function connectorLines({ server, host, port, reason }: ConnectorProbe): readonly string[] {
  return [
    ...paragraph(reason),
    `Write-Output ${quote(`To be looked at: the certificate of ${server} on ${host}:${port} after STARTTLS, for example by`)}`,
    `Write-Output ${quote(`openssl s_client -starttls smtp -connect ${host}:${port}`)}`,
    `Write-Output ${quote('It must be the one with SMTP that TlsCertificateName of the Receive connector names, else one with its Fqdn.')}`,
  ];
}

function recordLines(record: RecordSet | FurtherRecord): readonly string[] {
  const [type, texts] =
    'content' in record
      ? [record.content.recordType, recordTexts(record.content)]
      : [record.recordType, record.addresses];
  return texts.map(
    (text) => `Write-Output ${quote(`${record.name ?? '@'} ${record.ttlSeconds} IN ${type} ${text}`)}`,
  );
}

function memberLines({ server, addresses, virtualAddresses, healthTests }: PoolMember): readonly string[] {
  const pool = `Add to the pool behind ${virtualAddresses.join(' and ')}:`;
  return [
    `${pool} ${server} ${addresses.join(' ')}`,
    ...healthTests.map(
      (test) => `It is well behind ${test.virtualAddresses.join(' and ')} while it answers 200: ${test.url}`,
    ),
  ].map((line) => `Write-Output ${quote(line)}`);
}

function byHandLines({ host, commands, table, reason }: Described): readonly string[] {
  const rows = table === undefined ? [] : [table.columns, ...table.rows];
  return [
    ...paragraph(reason),
    ...(rows.length === 0 ? [] : [`Write-Output ${quote(`How it must be on ${host}:`)}`]),
    ...rows.map((row) => `Write-Output ${quote(row.join(' | '))}`),
    ...(commands.length === 0
      ? []
      : [`Write-Output ${quote(`To be run on ${host}, where it is not so already:`)}`]),
    ...commands.map((command) => `Write-Output ${quote(command)}`),
  ];
}

/** The remarks above a step, for people; each becomes a paragraph of comment. */
function notesOf(step: Step): readonly string[] {
  return [
    step.reason,
    ...interruptionsOfSteps([step]).map(({ clients }) => `It can interrupt clients. ${clients}`),
  ];
}

/** Shows, right before the cmdlet, how a person is to answer its question. */
function answerLines({ question }: Invocation): readonly string[] {
  return question === undefined ? [] : [`Write-Host ${quote(answerNote(question))}`];
}

function wholeLines(step: Step): readonly string[] {
  return step.maintenance === undefined ? makeLines(step) : drainedLines(step.maintenance, makeLines(step));
}

function cmdletLines(number: number, step: Step): readonly string[] {
  const { invocation, until, server } = step;
  return [
    ...notesOf(step).flatMap(paragraph),
    `Start-Step ${number} ${quote(invocation.cmdlet)} ${quote(server ?? 'the organization')}`,
    ...answerLines(invocation),
    ...(until === undefined ? wholeLines(step) : gateLines(server, invocation, until)),
  ];
}

/** Why the DNS steps are not cmdlets. */
const DNS_COMMENT =
  'Users reach the servers by these names, so they are published last. They are written as a zone file has them, to be entered with the tool of the DNS server. A name that exists already may hold other addresses: take those out. A changed TTL is changed in place, never by deleting first.';

function dnsComment(steps: readonly Numbered[]): string {
  const isRoundRobin = steps.some(
    ({ planned }) =>
      'record' in planned && planned.record.type === 'record-set' && planned.record.isRoundRobin,
  );
  return isRoundRobin ? `${DNS_COMMENT} ${ROUND_ROBIN}` : DNS_COMMENT;
}

/** A step with its number in the plan, counted from 1. */
interface Numbered {
  readonly number: number;
  readonly planned: PlannedStep;
}

interface Block {
  readonly part: string;
  readonly steps: readonly Numbered[];
}

/** Groups adjacent steps of the same part. */
function blocksOf(steps: readonly Numbered[]): readonly Block[] {
  const blocks: { part: string; steps: Numbered[] }[] = [];
  for (const step of steps) {
    const part = partOf(step.planned);
    const last = blocks.at(-1);
    if (last?.part === part) last.steps.push(step);
    else blocks.push({ part, steps: [step] });
  }
  return blocks;
}

function blockLines({ part, steps }: Block): readonly string[] {
  const body: string[] = [];
  if (part === DNS) body.push(...paragraph(dnsComment(steps)));
  let zone: Zone | undefined;
  for (const { number, planned } of steps) {
    if ('record' in planned) {
      if (zone !== planned.record.zone) {
        zone = planned.record.zone;
        const view = planned.record.view === 'external' ? 'external ' : '';
        const at = zone.server === undefined ? '' : ` at ${zone.server}`;
        body.push(`Write-Output ${quote(`Publish now in the ${view}zone ${zone.name}${at}:`)}`);
      }
      body.push(...recordLines(planned.record));
      continue;
    }
    if (body.length > 0) body.push('');
    if ('member' in planned) {
      body.push(comment(planned.member.reason), ...memberLines(planned.member));
    } else if ('described' in planned) body.push(...byHandLines(planned.described));
    else if ('probe' in planned) body.push(...lookLines(number, planned.probe));
    else body.push(...cmdletLines(number, planned.step));
  }
  return [`if ($Part -contains ${quote(part)}) {`, ...indented(body), '}'];
}

/** Whether a step uses a PFX: its content, its password, or the certificate in it. */
function needsPfx(planned: PlannedStep, { content, password, certificate }: PfxNames): boolean {
  const own = [content, password, certificate];
  const within = (value: Argument): boolean =>
    (value instanceof Reference && own.includes(value.variable)) ||
    (Array.isArray(value) && (value as readonly Argument[]).some(within));
  if ('probe' in planned) return 'thumbprint' in planned.probe && within(planned.probe.thumbprint);
  return 'step' in planned && Object.values(planned.step.invocation.parameters).some(within);
}

/** Whether a step signs in to a mailbox. */
function signsIn(planned: PlannedStep): boolean {
  return (
    'step' in planned &&
    Object.values(planned.step.invocation.parameters).some(
      (value) => value instanceof Reference && value.variable === MAILBOX_CREDENTIAL,
    )
  );
}

function answersOf(planned: PlannedStep): readonly string[] {
  const question = 'step' in planned ? planned.step.invocation.question : undefined;
  return question === undefined ? [] : [answerNote(question)];
}

function looksOf(planned: PlannedStep): readonly string[] {
  if (!('step' in planned)) return [];
  const { maintenance } = planned.step;
  const seen = seenBefore(planned.step);
  return [
    ...(maintenance === undefined ? [] : [serviceLook(maintenance).cmdlet]),
    ...(seen === undefined ? [] : [seen.look.cmdlet]),
  ];
}

/**
 * The remote-execution plan as a script that people can read or run by hand. It contains no secrets, and asks for them.
 * The same declaration always gives the same bytes, with Windows line endings.
 *
 * @param placeOf returns the path of a declared PFX file, relative to the folder of the script or absolute
 */
export function exchangePlanScript(
  name: string,
  site: ExchangeSiteProps,
  state: DesiredState,
  placeOf: (pfxFile: string) => string,
): string {
  const steps = plannedSteps(state.elements).map((planned, index) => ({ number: index + 1, planned }));
  const last = new Map(steps.map(({ number, planned }) => [partOf(planned), number]));
  const servers = site.servers.map((server) => server.name);
  const order = [ORGANIZATION, ...servers, DNS, ...servers.map(connectivityPart)];
  const files = state.certificates.map((certificate): ScriptFile => {
    const names = pfxNames(certificate.name);
    const needing = steps.flatMap(({ planned }) => (needsPfx(planned, names) ? [partOf(planned)] : []));
    return {
      names,
      certificate,
      place: placeOf(certificate.declared.pfxFile),
      parts: order.filter((part) => needing.includes(part)),
    };
  });
  const signingIn = steps.flatMap(({ planned }) => (signsIn(planned) ? [partOf(planned)] : []));
  const blocks = blocksOf(steps).flatMap((block, index) => [
    ...(index === 0 ? [] : ['']),
    ...blockLines(block),
  ]);
  const text = [
    ...headLines({
      name,
      site,
      files,
      steps: steps.length,
      lastSteps: new Map(
        order.flatMap((part): [string, number][] => (last.has(part) ? [[part, last.get(part) ?? 0]] : [])),
      ),
      onItself: ownSessions(site).map(({ server }) => server),
      legacyClients: state.legacyClients,
      signingIn: order.filter((part) => signingIn.includes(part)),
      answers: [...new Set(steps.flatMap(({ planned }) => answersOf(planned)))],
      looks: [...new Set(steps.flatMap(({ planned }) => looksOf(planned)))],
      looksOverTls: steps.some(
        ({ planned }) => 'probe' in planned && ['certificate', 'page'].includes(planned.probe.kind),
      ),
    }),
    '',
    'try {',
    ...indented(blocks),
    ...failureLines(files),
    '',
  ].join('\r\n');
  // Without a byte order mark, Windows PowerShell reads a file in the system's code page, in which some bytes of
  // non-ASCII letters would be quotes.
  return /\P{ASCII}/u.test(text) ? `\ufeff${text}` : text;
}
