import { readFile } from 'node:fs/promises';
import { certificateNameProblem } from '../../exchange/certificate-name';
import { looksOfMaintenance } from '../../exchange/resources/maintenance';
import type { Diagnostic } from '../../schema';
import { NotAPlan, parsePlan, stepsOf } from '../plan-record';
import { isRecord, listIn, recordIn, textsIn, type JsonRecord } from '../record';

/** What the doctor needs from a stack's `exchange-plan.json`. */
export interface Plan {
  /** The cmdlets of the organization's session, and the servers that they are for. */
  readonly cmdlets: readonly string[];
  /** The parameters of these steps, by cmdlet. */
  readonly parameters: GivenParameters;
  readonly servers: readonly string[];
  /** Names of which the certificate of these hosts' endpoint may have one. */
  readonly certificateNames: readonly string[];
  readonly hosts: readonly string[];
  /** Names of the certificates, where the site has several. Empty where it has one. */
  readonly certificates: readonly string[];
  /** The servers with an endpoint of their own. */
  readonly sessions: readonly PlannedSession[];
}

type GivenParameters = { readonly [cmdlet: string]: readonly string[] };

export interface PlannedSession {
  readonly server: string;
  /** An endpoint, or `environment`. */
  readonly endpoint: string;
  /** Label of the server's version. */
  readonly version: string;
  readonly cmdlets: readonly string[];
  readonly parameters: GivenParameters;
}

/** Only such names are sent to a server. */
const CMDLET = /^[A-Za-z]+-[A-Za-z][A-Za-z0-9]*$/;

export async function readPlan(
  file: string,
): Promise<{ readonly plan: Plan } | { readonly problem: Diagnostic }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return refused(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  let content: JsonRecord;
  try {
    content = parsePlan(text);
  } catch (error) {
    if (!(error instanceof NotAPlan)) throw error;
    return refused(`${file} is ${error.message}`);
  }
  const steps = stepsOf(content);
  const cmdletsIn = (isMeant: (session: unknown) => boolean): readonly string[] => [
    ...new Set(
      steps.flatMap((step) =>
        'cmdlet' in step && isMeant(step['session'])
          ? [String(step['cmdlet']), ...maintenanceCmdlets(step['maintenance'])]
          : [],
      ),
    ),
  ];
  const cmdlets = cmdletsIn(() => true);
  const strange = cmdlets.find((cmdlet) => !CMDLET.test(cmdlet));
  if (strange !== undefined)
    return refused(`${file} names '${strange.slice(0, 100)}', which is not a cmdlet`);
  if (cmdlets.length === 0) return refused(`${file} has no step that runs a cmdlet`);
  const servers = steps.flatMap((step) =>
    typeof step['server'] === 'string' && step['session'] === undefined ? [step['server']] : [],
  );
  const sessions = Object.entries(recordIn(content['sessions'])).flatMap(
    ([server, session]): readonly PlannedSession[] => {
      if (!isRecord(session)) return [];
      const { endpoint, version } = session;
      if (typeof endpoint !== 'string' || typeof version !== 'string') return [];
      const isOwn = (each: unknown) => each === server;
      return [
        { server, endpoint, version, cmdlets: cmdletsIn(isOwn), parameters: parametersIn(steps, isOwn) },
      ];
    },
  );
  const named = Object.keys(recordIn(content['certificates']));
  const odd = named.find((name) => certificateNameProblem(name) !== undefined);
  if (odd !== undefined)
    return refused(`${file} names '${odd.slice(0, 100)}', which is not the name of a certificate`);
  const shown = recordIn(content['endpointCertificate']);
  return {
    plan: {
      cmdlets: cmdletsIn((session) => session === undefined),
      parameters: parametersIn(steps, (session) => session === undefined),
      servers: [...new Set(servers)],
      certificateNames: textsIn(shown['names']),
      hosts: textsIn(shown['hosts']),
      certificates: named,
      sessions,
    },
  };
}

function refused(summary: string): { readonly problem: Diagnostic } {
  return {
    problem: {
      severity: 'error',
      summary,
      detail:
        'Give the exchange-plan.json of a stack, as synth wrote it under cdktf.out/stacks/<site>/, or no plan, to check all cmdlets that the provider can use.',
    },
  };
}

function parametersIn(steps: readonly JsonRecord[], isMeant: (session: unknown) => boolean): GivenParameters {
  const found = new Map<string, Set<string>>();
  for (const step of steps) {
    if (!isMeant(step['session'])) continue;
    for (const { cmdlet, parameters } of [step, ...callsAround(step['maintenance'])]) {
      if (typeof cmdlet !== 'string' || !isRecord(parameters)) continue;
      const names = found.get(cmdlet) ?? new Set();
      for (const name of Object.keys(parameters)) names.add(name);
      found.set(cmdlet, names);
    }
  }
  return Object.fromEntries([...found].map(([cmdlet, names]) => [cmdlet, [...names]]));
}

/** The calls that take a server out of service and bring it back. */
function callsAround(maintenance: unknown): readonly JsonRecord[] {
  const { before, afterwards } = recordIn(maintenance);
  return [...listIn(before), ...listIn(afterwards)].filter(isRecord);
}

/** The cmdlets of maintenance, with those that read the server's condition first. */
function maintenanceCmdlets(maintenance: unknown): readonly string[] {
  const named = callsAround(maintenance).map(({ cmdlet }) => String(cmdlet));
  return named.length === 0 ? [] : [...named, ...looksOfMaintenance(named)];
}
