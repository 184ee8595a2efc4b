import type { Argument, Invocation } from '../../powershell/invocation';
import { Credential, isTable, Reference, SecureText } from '../../powershell/invocation';
import type { Described, FurtherRecord, PoolMember, RecordSet } from '../element';
import { recordTexts } from '../further-records';
import { pfxNames } from '../certificate-name';
import type { DesiredState, KnownCertificate } from '../resolve-site';
import {
  clearingCall,
  drainCalls,
  FormerPolicy,
  interruptionsOfSteps,
  layingCalls,
  returnCalls,
  type FileCall,
  type LaidFile,
  type PageProbe,
  type Maintenance,
  pageUrl,
  type Probe,
  type Step,
} from '../resources';
import { ownSessions, type OwnSession } from '../server-endpoint';
import { serverHosts } from '../server-hosts';
import type { ExchangeSiteProps } from '../site';
import type {
  CmdletStep,
  ExchangePlan,
  PlanCall,
  PlanCertificate,
  PlanInput,
  PlanLaidFile,
  PlanMaintenance,
  PlanReference,
  PlanStep,
  PlanValue,
  PlanWait,
} from './model';
import { PLAN_FORMAT_VERSION, unknownCertificate } from './model';
import type { PlannedStep } from './planned-step';
import { plannedSteps } from './planned-step';
import { AskedSecret, FileContent, MAILBOX_CREDENTIAL, StepResult } from './value';

/** The inputs that a run of the plan needs: PFX files, passwords and credentials. */
function planInputs({ certificates }: DesiredState, site: ExchangeSiteProps): readonly PlanInput[] {
  const account = site.health?.connectivity?.account;
  const pfx = certificates.flatMap(({ name, declared: { pfxFile } }): readonly PlanInput[] => {
    const { path, password } = pfxNames(name);
    const whose = name === null ? '' : ` of the certificate ${name}`;
    return [
      {
        name: path,
        kind: 'file',
        description:
          name === null
            ? `PFX file with the certificate of the site and its private key: ${pfxFile}`
            : `PFX file with the certificate ${name} of the site and its private key: ${pfxFile}`,
      },
      { name: password, kind: 'secret', description: `Password of the PFX file${whose}` },
    ];
  });
  if (account === undefined) return pfx;
  const description = `User name and password of ${account}, which tests sign in as`;
  return [...pfx, { name: MAILBOX_CREDENTIAL, kind: 'credential', description }];
}

/** The remote-execution plan of a site, for tools. The same declaration always gives the same bytes. */
export function exchangePlan(name: string, site: ExchangeSiteProps, state: DesiredState): ExchangePlan {
  const sessions = ownSessions(site);
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    site: name,
    ...planCertificates(state),
    endpointCertificate: { hosts: serverHosts(site), names: state.endpointNames },
    ...planSessions(sessions),
    ...planLegacyClients(state),
    inputs: planInputs(state, site),
    steps: plannedSteps(state.elements).map((planned) => planStep(planned, sessions)),
  };
}

function planSessions(sessions: readonly OwnSession[]): Pick<ExchangePlan, 'sessions'> {
  if (sessions.length === 0) return {};
  return {
    sessions: Object.fromEntries(
      sessions.map(({ server, endpoint, version }) => [server, { endpoint, version: version.label }]),
    ),
  };
}

function planCertificates({
  certificates,
}: DesiredState): Pick<ExchangePlan, 'certificate' | 'certificates'> {
  const named = certificates.filter(({ name }) => name !== null);
  const [only] = certificates;
  if (named.length === 0 && only !== undefined) return { certificate: planCertificate(only) };
  return {
    certificates: Object.fromEntries(named.map((each) => [each.name ?? '', planCertificate(each)])),
  };
}

function planLegacyClients({ legacyClients }: DesiredState): Pick<ExchangePlan, 'legacyClients'> {
  if (legacyClients.length === 0) return {};
  return {
    legacyClients: legacyClients.map(({ old, newer, ...row }) => ({
      old: old.label,
      newer: newer.label,
      ...row,
    })),
  };
}

function planCertificate({ name, committed }: KnownCertificate): PlanCertificate {
  if (committed === undefined) return { unknown: unknownCertificate(name) };
  return { file: committed.file, ...committed.facts };
}

function planStep(planned: PlannedStep, sessions: readonly OwnSession[]): PlanStep {
  if ('record' in planned) return dnsStep(planned.id, planned.after, planned.record);
  if ('member' in planned) return loadBalancerStep(planned.id, planned.after, planned.member);
  if ('described' in planned) return describedStep(planned.id, planned.after, planned.described);
  if ('probe' in planned) return lookStep(planned.id, planned.after, planned.probe);
  const { id, after, step } = planned;
  const session = sessions.find(({ server }) => server === step.server);
  const wait = waitOf(step);
  const { question } = step.invocation;
  return {
    id,
    server: step.server,
    ...(session === undefined ? {} : { session: session.server }),
    kind: step.kind,
    cmdlet: step.invocation.cmdlet,
    parameters: planParameters(step.invocation),
    ...(step.file === undefined ? {} : { file: planFile(step.file) }),
    ...(step.maintenance === undefined ? {} : { maintenance: planMaintenance(step.maintenance) }),
    ...(question === undefined ? {} : { question: { text: question.text, answer: question.answer } }),
    after,
    reason: step.reason,
    ...(wait === undefined ? {} : { wait }),
    ...planInterruptions(step),
  };
}

function planInterruptions(step: Step): Pick<CmdletStep, 'interrupts'> {
  const interrupts = interruptionsOfSteps([step]).map(({ clients, source }) => ({ clients, source }));
  return interrupts.length === 0 ? {} : { interrupts };
}

function planParameters({ parameters }: Invocation): PlanCall['parameters'] {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, planValue(name, value)]),
  );
}

function planFile(file: LaidFile): PlanLaidFile {
  return {
    path: file.path,
    before: layingCalls(file).map(planCall),
    afterwards: [planCall(clearingCall(file))],
  };
}

function planMaintenance(maintenance: Maintenance): PlanMaintenance {
  return {
    before: drainCalls(maintenance).map(planCall),
    afterwards: returnCalls(maintenance).map(planCall),
  };
}

function planCall({ invocation, condition }: FileCall): PlanCall {
  return {
    cmdlet: invocation.cmdlet,
    parameters: planParameters(invocation),
    ...(condition === undefined ? {} : { condition }),
  };
}

function waitOf({ until }: Step): PlanWait | undefined {
  if (until === undefined) return undefined;
  const { among, property, equals, allows } = until.expected;
  return {
    seconds: until.seconds,
    ...(among === undefined ? {} : { objects: among }),
    property,
    equals,
    ...(allows === undefined ? {} : { allows }),
  };
}

function lookStep(id: string, after: readonly string[], probe: Probe): PlanStep {
  const { server, host, port, seconds, reason } = probe;
  if (probe.kind === 'connector') {
    return { id, server, kind: 'connector-certificate', host, port, seconds, after, reason };
  }
  if (probe.kind === 'autodiscover') {
    const { name, mailbox, mailboxCredential: credential, urls, thumbprint } = probe;
    return {
      id,
      server,
      kind: 'autodiscover-answer',
      host,
      port,
      name,
      thumbprint: hashOf(thumbprint),
      mailbox,
      ...(credential === undefined ? {} : { credential: planValue('credential', credential) }),
      urls,
      seconds,
      after,
      reason,
    };
  }
  const rest = { host, port, thumbprint: hashOf(probe.thumbprint), seconds, after, reason };
  if (probe.kind === 'page') return { id, server, kind: 'health-page', url: pageUrl(probe), ...rest };
  return { id, server, kind: 'shown-certificate', scheme: probe.scheme, name: probe.name, ...rest };
}

function hashOf(thumbprint: PageProbe['thumbprint']): string | PlanReference {
  if (typeof thumbprint === 'string') return thumbprint;
  if (!(thumbprint instanceof StepResult)) throw new TypeError('a thumbprint that a plan cannot hold');
  return { reference: thumbprint.step, property: thumbprint.property ?? '' };
}

function loadBalancerStep(
  id: string,
  after: readonly string[],
  { server, pool, addresses, virtualAddresses, layer, healthTests, reason }: PoolMember,
): PlanStep {
  return {
    id,
    server,
    kind: 'load-balancer',
    ...(pool === undefined ? {} : { pool }),
    virtualAddresses,
    addresses,
    ...(layer === undefined ? {} : { layer }),
    ...(healthTests.length === 0
      ? {}
      : {
          healthTests: healthTests.map((test) => ({
            service: test.service,
            url: test.url,
            virtualAddresses: test.virtualAddresses,
          })),
        }),
    after,
    reason,
  };
}

function describedStep(
  id: string,
  after: readonly string[],
  { server, host, commands, table, reason }: Described,
): PlanStep {
  return {
    id,
    server: server ?? null,
    kind: 'described',
    host,
    commands,
    ...(table === undefined ? {} : { table }),
    after,
    reason,
  };
}

function dnsStep(id: string, after: readonly string[], record: RecordSet | FurtherRecord): PlanStep {
  return {
    id,
    server: null,
    kind: 'dns',
    ...(record.view === 'external' ? { view: record.view } : {}),
    zone: record.zone.name,
    name: record.name ?? '@',
    type: 'content' in record ? record.content.recordType : record.recordType,
    ttl: record.ttlSeconds,
    ...('content' in record ? { records: recordTexts(record.content) } : { addresses: record.addresses }),
    after,
    reason: record.reason,
  };
}

function planValue(parameter: string, value: Argument): PlanValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  if (value instanceof FormerPolicy) return { former: parameter };
  if (value instanceof StepResult) return { reference: value.step, property: value.property ?? '' };
  if (value instanceof FileContent) return { file: value.file, ...inputOf(value) };
  if (value instanceof AskedSecret) return { secret: value.description, ...inputOf(value) };
  if (value instanceof SecureText) return { secret: value.source };
  if (value instanceof Reference || value instanceof Credential || value instanceof Uint8Array) {
    throw new TypeError(`-${parameter} has a value that a plan cannot hold`);
  }
  if (isTable(value)) {
    return {
      table: Object.fromEntries(
        Object.entries(value.table).map(([key, item]) => [key, planValue(parameter, item)]),
      ),
    };
  }
  return value.map((item) => planValue(parameter, item));
}

function inputOf({ input }: FileContent | AskedSecret): { readonly input?: string } {
  return input === undefined ? {} : { input };
}
