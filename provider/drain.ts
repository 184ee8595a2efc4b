import {
  DRAIN_SECONDS,
  givenBack,
  returnCalls,
  serviceIn,
  stillActive,
  type Drain,
  type Maintenance,
  type Service,
} from '../exchange/resources';
import type { Invocation } from '../powershell/invocation';
import type { PowerShellObject } from '../powershell/outcome';
import { renderInvocation } from '../powershell/script';
import type { Diagnostic } from '../schema';
import { RESUME } from './resume';
import type { Awaited, StepEnd, Written } from './step-end';
import type { Reading } from './readings';

/** The calls that a drain can make in the session of its server. */
export interface DrainSession {
  read(look: Invocation): Promise<Reading>;
  write(call: Written): Promise<StepEnd>;
  /**
   * Makes the call even where the run is stopped, and repeats it after each pause in milliseconds until it succeeds.
   */
  insist(call: Written, pausesMs: readonly number[]): Promise<StepEnd>;
  wait(awaited: Awaited): Promise<StepEnd>;
}

/** The cmdlets whose shared answers a drain makes outdated. */
const OUTDATES: readonly string[] = [
  'Get-MailboxDatabase',
  'Get-MailboxServer',
  'Get-ServerComponentState',
  'Get-HealthReport',
];
/** Pauses between attempts to bring a server back into service. Each attempt opens a lost connection again. */
const RETURN_PAUSES_MS = [500, 1_500, 4_000];

/**
 * Takes a server out of service, runs the step, and brings the server back whatever becomes of the step: also where the
 * run is stopped, and over a new session where the connection was lost.
 */
export async function drained(
  maintenance: Maintenance,
  session: DrainSession,
  step: () => Promise<StepEnd>,
  signal: AbortSignal,
): Promise<StepEnd> {
  const service = await serviceOf(maintenance, (look) => session.read(look));
  if ('diagnostics' in service) return { kind: 'failed', diagnostics: service.diagnostics };
  if (service.outOfService.length > 0) {
    const { kind, diagnostics } = await step();
    return { kind, diagnostics: [...diagnostics, leftOutOfService(maintenance, service)] };
  }
  const undoCalls: Invocation[] = [];
  let end: StepEnd;
  let left: readonly Diagnostic[];
  try {
    end = (await drain(maintenance, service, session, undoCalls, signal)) ?? (await step());
  } finally {
    left = await bringBack(maintenance.server, undoCalls, session);
  }
  return { kind: end.kind, diagnostics: [...end.diagnostics, ...left] };
}

/**
 * Whether and how a server is in service before it is drained; or the diagnostics that say why that is not known.
 *
 * @param read makes one of the reads that show it
 */
export async function serviceOf(
  maintenance: Maintenance,
  read: (look: Invocation) => Promise<Reading>,
): Promise<Service | { readonly diagnostics: readonly Diagnostic[] }> {
  const readings = await Promise.all(
    maintenance.looks.map(async (look) => [look.cmdlet, await read(look)] as const),
  );
  const answers = new Map<string, readonly PowerShellObject[]>();
  for (const [cmdlet, reading] of readings) {
    if (reading.kind === 'failed') return { diagnostics: reading.diagnostics };
    answers.set(cmdlet, reading.outcome.objects);
  }
  return serviceIn(maintenance, answers) ?? { diagnostics: [serviceUnknown(maintenance)] };
}

/**
 * Drains the server.
 *
 * @param undoCalls receives the calls that bring the server back, in the order in which they are to be made; each is added
 * before the call that it undoes
 * @returns why the step must not run; undefined where the server is drained
 */
async function drain(
  { server, drains }: Maintenance,
  service: Service,
  session: DrainSession,
  undoCalls: Invocation[],
  signal: AbortSignal,
): Promise<StepEnd | undefined> {
  let unmoved: readonly Diagnostic[] = [];
  const stays = (objects: readonly PowerShellObject[]) => stillActive(server, objects);
  for (const { invocation, back, ofMember, isWait, movesActive } of drains) {
    if (ofMember && !service.isMember) continue;
    if (movesActive === true && (await isIdle(drains, stays, session))) continue;
    if (signal.aborted) return { kind: 'failed', diagnostics: [stoppedDraining(server)] };
    // Added before the call itself: a call that fails may have taken effect in part.
    if (back !== undefined) undoCalls.unshift(givenBack(back, service));
    const { kind, diagnostics } =
      isWait === true
        ? await session.wait({
            invocation,
            server,
            until: { seconds: DRAIN_SECONDS, problem: stays },
            summary: `${server} is not drained`,
          })
        : await session.write({ invocation, server, outdates: OUTDATES });
    if (kind === 'done') continue;
    if (movesActive === true) unmoved = diagnostics;
    else return { kind, diagnostics: [...diagnostics, ...unmoved] };
  }
  return undefined;
}

/** Whether the server holds no active database that could move, by the read that the wait repeats. */
async function isIdle(
  drains: readonly Drain[],
  stays: (objects: readonly PowerShellObject[]) => string | undefined,
  session: DrainSession,
): Promise<boolean> {
  const wait = drains.find(({ isWait }) => isWait === true);
  const active = wait && (await session.read(wait.invocation));
  return active?.kind === 'objects' && stays(active.outcome.objects) === undefined;
}

/** Makes every call even where one before it failed, so that as much as possible is back in service. */
async function bringBack(
  server: string,
  undoCalls: readonly Invocation[],
  session: DrainSession,
): Promise<readonly Diagnostic[]> {
  const failed: (readonly [Invocation, readonly Diagnostic[]])[] = [];
  for (const invocation of undoCalls) {
    const { kind, diagnostics } = await session.insist(
      { invocation, server, outdates: OUTDATES },
      RETURN_PAUSES_MS,
    );
    if (kind !== 'done') failed.push([invocation, diagnostics]);
  }
  return failed.length === 0 ? [] : [notBroughtBack(server, failed)];
}

/** The server stays out of service, wholly or in part, until somebody brings it back. */
function notBroughtBack(
  server: string,
  failed: readonly (readonly [Invocation, readonly Diagnostic[]])[],
): Diagnostic {
  const whys = failed.flatMap(([, diagnostics]) => diagnostics);
  const reasons = whys.map(({ summary, detail }) => `${summary}: ${detail}`);
  return {
    severity: 'error',
    summary: `${server} is still out of service`,
    detail: [
      'The deploy took it out of service for a step, and could not bring it back completely.',
      ...new Set(reasons),
      `Bring it back: run these cmdlets in the Exchange Management Shell, in this order:\n${failed.map(([call]) => `  ${renderInvocation(call)}`).join('\n')}`,
    ].join('\n'),
  };
}

/**
 * The server was out of service before the deploy: an administrator works on it, or an earlier deploy was killed. The
 * provider cannot tell which, and leaves it as it is.
 */
function leftOutOfService(maintenance: Maintenance, service: Service): Diagnostic {
  return {
    severity: 'warning',
    summary: `${maintenance.server} was out of service before the deploy, and still is`,
    detail: `${service.outOfService.join(', ')}. The deploy ran its step on the server as it was, without draining it, and brings back into service only a server that it took out of service itself. ${returnInstructions(maintenance)}`,
  };
}

/** The same at plan time. */
export function outOfServiceAlready(maintenance: Maintenance, service: Service): Diagnostic {
  return {
    severity: 'warning',
    summary: `${maintenance.server} is out of service`,
    detail: `${service.outOfService.join(', ')}. Either somebody works on it, or a deploy was broken off and left it like this. A deploy will run its steps on this server as it is, and will not bring it back into service. ${returnInstructions(maintenance)}`,
  };
}

function returnInstructions(maintenance: Maintenance): string {
  const calls = returnCalls(maintenance).map(({ invocation }) => `  ${renderInvocation(invocation)}`);
  return `If nobody works on it, bring it back in the Exchange Management Shell. The value that a setting had before is not known any more; Unrestricted is the value that Setup gives:\n${calls.join('\n')}`;
}

/** A server whose state before the drain is not known could not be brought back to that state. */
function serviceUnknown({ server, looks }: Maintenance): Diagnostic {
  return {
    severity: 'error',
    summary: `It is not known whether ${server} is in service`,
    detail: `The answers of ${looks.map(({ cmdlet }) => cmdlet).join(' and ')} lack the values that show it. Without them the server could not be brought back to the state that it has now, so it was not taken out of service, and the step was not run. ${RESUME}`,
  };
}

function stoppedDraining(server: string): Diagnostic {
  return {
    severity: 'error',
    summary: 'Stopped on request',
    detail: `${server} was being taken out of service for a step. The step itself did not run, and the provider brings the server back into service; if that fails, an error of its own says so.`,
  };
}
