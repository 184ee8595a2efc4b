import {
  callsOf,
  interruptionsOfSteps,
  importedValues,
  importIdOf,
  INTERRUPTS_ATTRIBUTE,
  maintenanceOf,
  probeText,
  REMOVAL_ATTRIBUTE,
  REMOVAL_PLACE_ATTRIBUTE,
  withCalls,
} from '../exchange/resources';
import { removalPlace } from '../exchange/removal-place';
import type { AnyResource, Facts, FileCall, Probe, Step } from '../exchange/resources';
import type { Argument } from '../powershell/invocation';
import { SecureText } from '../powershell/invocation';
import { renderInvocation } from '../powershell/script';
import type { Change, Information, ManagedResource, Update } from '../plugin';
import type { Diagnostic, Known, KnownValues, StateOf, Unknown, Value, Values } from '../schema';
import { hasErrors, isKnown, UNKNOWN, withEveryAttribute } from '../schema';
import { emptyPasswordProblem, mailboxFacts, missingPasswordWarning } from './mailbox-account';
import { choiceOf } from './pfx-choice';
import { PfxContent } from './pfx-content';
import { rightsProblems } from './rights';
import { seenTexts } from './seen-text';
import type { SiteCertificates } from './site-certificates';
import type { ExchangeTarget } from './target';
import type { Targets } from './targets';

type State = StateOf<Record<string, never>>;

type ManagedStep = ManagedCall | ManagedLook;

interface ManagedCall extends Step {
  /** The server whose object it is for, and with it the session that it runs in; null: an object of the organization. */
  readonly of: string | null;
  /** It takes the object away, or is on the way there. */
  readonly removes: boolean;
}

/** From this machine, in no session. */
interface ManagedLook {
  readonly probe: Probe;
}

/**
 * A resource of Exchange as the plugin framework takes it: its definition, acted on through the session that is for its
 * server.
 */
export function managed(resource: AnyResource): ManagedResource<Targets, ManagedStep> {
  const usesPfx = 'pfx_file' in resource.schema.attributes;
  const inputs = Object.keys(resource.schema.attributes).filter(
    (name) => resource.schema.attributes[name]?.mode !== 'computed',
  );

  /** How the PFX of a change reaches its calls. */
  const pfxFacts = ({ prior, planned, config }: Change): Pick<Facts, 'pfx'> =>
    usesPfx && planned !== null
      ? {
          pfx: {
            content: new PfxContent(
              planned['pfx_file'] as string,
              text(planned['thumbprint']),
              text(prior?.['pfx_file']) ?? undefined,
            ),
            password: new SecureText(text(config?.['pfx_password']) ?? '', 'the PFX password'),
          },
        }
      : {};

  const observe = async (state: Values, targets: Targets, view = resource.view) => {
    const known = state as KnownValues;
    const server = text(known['server']);
    const target = targets.of(server);
    const facts = target.factsFor(server);
    const [isUninstalled, reading] = await Promise.all([
      server !== null && targets.isUninstalled(server),
      resource.observe && target.observe(target.addressed(resource.observe(known as State, facts)), server),
    ]);
    if (isUninstalled) return { state: null };
    if (reading === undefined || view === undefined) return { state };
    if (reading.kind === 'failed') {
      // What leaves the declaration is often a server that is down for good: it must not keep DNS from leaving first.
      // An import has nothing from before: only what was read once has a list of cmdlets.
      if (server !== null && !target.isDeclared(server) && (known['cmdlets'] ?? null) !== null) {
        // The plan of its removal says it as well as the refresh.
        const problems = reading.diagnostics.map((problem) => unseen(problem, server));
        return { state, diagnostics: targets.run.sayOnce(problems) };
      }
      // A cmdlet that is not there is no wonder where the server has another version than declared.
      const cause = server === null || !target.isDeclared(server) ? [] : await target.versionProblems(server);
      return { state, diagnostics: hasErrors(cause) ? cause : reading.diagnostics };
    }
    const { objects } = reading.outcome;
    // The plan has said them, before anything was run.
    const remarks = targets.run.hasRun
      ? []
      : targets.run.sayOnce(resource.remarks?.(objects, known as State, facts) ?? []);
    const viewed = view(objects, known as State, facts) as Values | null;
    return {
      state: viewed && seenTexts(viewed, known),
      ...(remarks.length === 0 ? {} : { diagnostics: remarks }),
    };
  };

  /** What a plan of a change must see anew, beside what a refresh has seen. */
  const foresee = async (
    change: Change,
    planned: Values | null,
    targets: Targets,
  ): Promise<{ readonly values: Values; readonly diagnostics: readonly Diagnostic[] }> => {
    const nothing = { values: {}, diagnostics: [] };
    const object = planned ?? change.prior;
    if (resource.foresee === undefined || resource.observe === undefined || object === null) return nothing;
    const known = knownPart(object) as State;
    const server = text(object['server']);
    const target = targets.of(server);
    if (planned === null && server !== null && target.respelled(server) !== undefined) return nothing;
    const facts = target.factsFor(server);
    const reading = await target.observe(target.addressed(resource.observe(known, facts)), server);
    // Why it could not be read the refresh, or the search for the object, has said.
    if (reading.kind === 'failed') return nothing;
    const { objects } = reading.outcome;
    const { prior } = change;
    const pair = {
      prior: prior && (knownPart(prior) as State),
      planned: planned && (unknownAsNull(planned) as State),
    };
    const answers = await target.answersTo(resource.inquiries?.(objects, pair, facts) ?? [], server);
    const { values, diagnostics, remarks = [] } = resource.foresee(objects, pair, facts, answers);
    // An apply asks again: by then the plan has said them.
    const said = targets.run.hasRun ? [] : targets.run.sayOnce(remarks);
    return { values: values as Values, diagnostics: [...diagnostics, ...said] };
  };

  /**
   * Terraform holds an apply to what was planned, and the next refresh shows what became of it. On a server that left the
   * declaration it is about to be removed: what its removal leaves is looked for now, so that a saved plan lists no more.
   * Terraform 1.12 and later take `before` of the plan from this read (hashicorp/terraform#36394).
   */
  const read = async (state: Values, targets: Targets) => {
    const seen = await observe(state, targets);
    const { diagnostics = [] } = seen;
    const result = hasErrors(diagnostics)
      ? { ...seen, diagnostics: targets.run.stopOnce(diagnostics) }
      : seen;
    if (result.state === null) return result;
    if (!targets.run.hasRun) {
      const server = text(state['server']);
      if (server === null || targets.of(server).isDeclared(server)) return result;
      const change: Change = { kind: 'destroy', prior: result.state, planned: null, config: null };
      const { values } = await foresee(change, null, targets);
      return { ...result, state: { ...result.state, ...values } };
    }
    const planned = (resource.steady ?? []).flatMap((name): [string, Value][] => {
      const value = state[name] ?? null;
      return value === null ? [] : [[name, value]];
    });
    return { ...result, state: { ...result.state, ...Object.fromEntries(planned) } };
  };

  /** From the same shared reading. */
  const resume = async ({ prior, planned }: Update, targets: Targets): Promise<Values | null> => {
    if (resource.resumed === undefined || resource.observe === undefined) return null;
    const server = text(planned['server']);
    const target = targets.of(server);
    const change = { prior: knownPart(prior) as State, planned: unknownAsNull(planned) as State };
    const facts = target.factsFor(server);
    const call = target.addressed(resource.observe(change.planned, facts));
    const reading = await target.observe(call, server);
    if (reading.kind === 'failed') return null;
    return resource.resumed(reading.outcome.objects, change, facts);
  };

  /** The same shared reading as that of `observe`, which has found that the object is not there. */
  const obstacles = async (planned: Values, targets: Targets): Promise<readonly Diagnostic[]> => {
    if (resource.obstacle === undefined || resource.observe === undefined) return [];
    const known = knownPart(planned) as State;
    const server = text(planned['server']);
    const target = targets.of(server);
    const facts = target.factsFor(server);
    const reading = await target.observe(target.addressed(resource.observe(known, facts)), server);
    if (reading.kind === 'failed') return reading.diagnostics;
    const found = resource.obstacle(reading.outcome.objects, known);
    return found === undefined ? [] : [{ severity: 'error', ...found }];
  };

  const stepsOf = (change: Change, targets: Targets): readonly ManagedStep[] | Unknown => {
    const { planned, prior } = change;
    if (planned !== null && !inputs.every((name) => isKnown(planned[name] ?? null))) return UNKNOWN;
    const server = text((planned ?? prior)?.['server']);
    const target = targets.of(server);
    // Under its new spelling the declaration wants all of it to stay.
    if (planned === null && server !== null && target.respelled(server) !== undefined) return [];
    const facts = { ...target.factsFor(server), ...pfxFacts(change), ...mailboxFacts(change) };
    const object = (planned && unknownAsNull(planned)) ?? knownPart(prior ?? {});
    const observed = resource.observe?.(object as State, facts);
    const between = {
      prior: prior as State | null,
      planned: planned && (unknownAsNull(planned) as State),
    };
    const calls = resource.steps(between, facts).map((step): ManagedCall => ({
      ...step,
      ...(observed === undefined ? {} : { outdates: [observed.cmdlet] }),
      invocation: target.addressed(step.invocation),
      ...(step.maintenance === undefined
        ? {}
        : { maintenance: withCalls(step.maintenance, (call) => target.addressed(call)) }),
      removes: planned === null,
      of: server,
    }));
    const looks = resource.probes?.(between, facts) ?? [];
    return [...calls, ...looks.map((probe): ManagedLook => ({ probe }))];
  };

  return {
    typeName: resource.typeName,
    schema: resource.schema,
    stepsAttribute: 'cmdlets',
    effects: {
      attribute: INTERRUPTS_ATTRIBUTE,
      of: (steps) => interruptionsOfSteps(steps.filter(isCall)).map(({ clients }) => clients),
    },
    ...(resource.forgets === undefined ? {} : { destroyNote: resource.forgets }),
    validate: (config) => resource.validate?.(knownPart(config)) ?? [],
    ...(resource.lifecycle === 'owned'
      ? {
          // That Setup made the others goes without saying.
          foundNote: (existing: Values) => foundNote(resource, existing),
          removalAttribute: REMOVAL_ATTRIBUTE,
          removalPlace: {
            attribute: REMOVAL_PLACE_ATTRIBUTE,
            of: ({ server = null }: Values, { settings }: Targets) =>
              removalPlace(resource.kind, text(server), settings.rollout),
          },
        }
      : {}),
    // A check has nothing to find: it runs when it is created.
    ...(resource.lifecycle === 'check'
      ? { find: async () => ({ existing: null }) }
      : {
          find: async (planned: Values, targets: Targets, config: Values) => {
            const server = text(planned['server']);
            const target = targets.of(server);
            // `inform` says what is wrong with the server or the PFX.
            if (server !== null && hasErrors(await target.versionProblems(server))) return { existing: null };
            const named = usesPfx ? await withThumbprint(planned, config, targets) : planned;
            if (named === null || resource.importId.some((name) => named[name] === UNKNOWN)) {
              return { existing: null };
            }
            const found = await observe(unknownAsNull(named), targets, resource.found ?? resource.view);
            const { state: existing, diagnostics = [] } = found;
            // Of what could not be read nobody knows whether it is there.
            if (hasErrors(diagnostics)) {
              return { existing: null, diagnostics: targets.run.stopOnce(diagnostics) };
            }
            if (existing !== null) return { existing, diagnostics };
            return { existing, diagnostics: [...diagnostics, ...(await obstacles(named, targets))] };
          },
        }),
    inform: async (change, targets) => {
      const information = await inform(resource, usesPfx, change, targets);
      const informed = change.planned && { ...change.planned, ...information.values };
      const foreseen = await foresee(change, informed, targets);
      const values = { ...information.values, ...foreseen.values };
      const diagnostics = [
        ...(information.diagnostics ?? []),
        ...foreseen.diagnostics,
        ...(await servesNot(text((change.planned ?? change.prior)?.['server']), targets)),
      ];
      if (change.planned === null) return { values, diagnostics };
      const steps = stepsOf({ ...change, planned: { ...change.planned, ...values } }, targets);
      const known = steps === UNKNOWN ? [] : steps.filter(isCall);
      const unsupported = unsupportedCalls(known, text(change.planned['server']), targets);
      const withoutPassword =
        steps === UNKNOWN || steps.length === 0 ? [] : targets.run.sayOnce(missingPasswordWarning(change));
      return { values, diagnostics: [...diagnostics, ...unsupported, ...withoutPassword] };
    },
    ...(resource.resumed === undefined ? {} : { resume }),
    steps: stepsOf,
    vet: async (planned, targets) => {
      const steps = planned.filter(isCall);
      if (steps.length === 0) return [];
      // They are of one object.
      const { commands, diagnostics } = await targets.of(steps[0]?.of ?? null).rights();
      if (commands === undefined) return diagnostics;
      return rightsProblems(resource.typeName, steps, commands, targets.settings.lackingRights);
    },
    describe: (step) => (isCall(step) ? callsOf(step).map(shownCall) : [probeText(step.probe)]),
    execute: async (step, targets, { signal }) => {
      const withoutPassword = emptyPasswordProblem(step);
      if (withoutPassword !== undefined) return [withoutPassword];
      if (!isCall(step)) {
        const { selectedBy, watch } = await import('./runner-look');
        const { probe } = step;
        return watch(probe, targets.settings, signal, () => selectedBy(probe, targets.of(probe.server)));
      }
      const lacking = step.removes ? [] : await targets.lackingPfx();
      if (lacking.length > 0) return lacking;
      const resolved = await resolve(step, targets.site);
      if ('diagnostic' in resolved) return [resolved.diagnostic];
      const { kind, diagnostics } = await targets.of(step.of).run(resolved.step, signal);
      if (kind !== 'omitted') targets.run.history.note(step, kind === 'done');
      return diagnostics;
    },
    read,
    // Active Directory: a read may reach another domain controller than the write before it.
    settle: ({ run }) => run.forgetReadings(),
    importState: async (id, targets) => {
      const given = importedValues(resource, id);
      if (given === undefined) return { diagnostics: [notAnImportId(resource, id)] };
      const state = withEveryAttribute(resource.schema, given);
      const { state: found, diagnostics = [] } = await observe(state, targets);
      if (found !== null || hasErrors(diagnostics)) return { state, diagnostics };
      const server = text(given['server'] ?? null);
      const wrong = server === null ? [] : await targets.of(server).versionProblems(server);
      if (hasErrors(wrong)) return { diagnostics: wrong };
      const against = await obstacles(state, targets);
      return { diagnostics: against.length > 0 ? against : [nothingToImport(resource, id)] };
    },
  };
}

function isCall(step: ManagedStep): step is ManagedCall {
  return 'invocation' in step;
}

function shownCall({ invocation, condition }: FileCall): string {
  return `${renderInvocation(invocation)}${condition === undefined ? '' : ` (${condition})`}`;
}

function notAnImportId({ typeName, importId, fromIdentity }: AnyResource, id: string): Diagnostic {
  return {
    severity: 'error',
    summary: `'${id}' does not name a ${typeName}`,
    detail: `Import it as ${importId.join('/')}${fromIdentity === undefined ? '' : ', or by its Identity in Exchange'}.`,
  };
}

function foundNote(resource: AnyResource, existing: Values): string {
  const known = knownPart(existing);
  return (
    'To have the plan show old and new values, import it: declare ' +
    `${resource.declaredExisting?.(known as State) ?? ''} for the site, or add an import block with the id ` +
    `'${importIdOf(resource, known)}'.`
  );
}

/** Terraform's own words for it speak of a region. */
function nothingToImport({ typeName, lifecycle }: AnyResource, id: string): Diagnostic {
  return {
    severity: 'error',
    summary: `There is no ${typeName} '${id}' in Exchange`,
    detail:
      lifecycle === 'adopted'
        ? 'Exchange Setup makes it. Look whether the server is installed to its end, and whether somebody removed it by hand; in the management shell it must be seen before it can be managed here.'
        : 'Look at the spelling. Where it is still to be made, or was removed by hand, do not declare it as existing: leave out its import.',
  };
}

/** What is not known yet is null, as what the declaration leaves out. */
function unknownAsNull(values: Values): KnownValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, Known] => [name, isKnown(value) ? value : null]),
  );
}

/** Of a server on its way out: what is known of it from before is enough to plan its removal. */
function unseen({ summary, detail }: Diagnostic, server: string): Diagnostic {
  return {
    severity: 'warning',
    summary,
    detail: `${detail}\n${server} is no longer declared: its objects are taken as they were when they were last read.`,
  };
}

/** An object that is known by its thumbprint can be found only by that of its certificate; null where none is known. */
async function withThumbprint(
  planned: Values,
  config: Values,
  { certificates, site }: Targets,
): Promise<Values | null> {
  const [file, password] = [text(config['pfx_file']) ?? '', text(config['pfx_password'])];
  const { certificateSource } = await import('./public-certificates');
  const source = await certificateSource(certificates, file, password, choiceOf(config), site.nameOf(file));
  return 'severity' in source ? null : { ...planned, thumbprint: source.facts.thumbprint };
}

/** What the declared version of Exchange cannot run. */
function unsupportedCalls(
  steps: readonly Step[],
  server: string | null,
  targets: Targets,
): readonly Diagnostic[] {
  const catalogs = targets.of(server).catalogsFor(server);
  return steps.flatMap(({ invocation }): Diagnostic[] => {
    // A DAG of a site that has servers of 2007, which knows of none, is that of the others.
    const [catalog] = catalogs;
    const lacking = catalog?.supports(invocation);
    if (catalog === undefined || lacking === undefined) return [];
    if (catalogs.some((other) => other.supports(invocation) === undefined)) return [];
    const what = lacking.problem === 'cmdlet' ? lacking.name : `${lacking.cmdlet} -${lacking.name}`;
    return [
      {
        severity: 'error',
        summary: `${catalog.version.toString()} has no ${what}`,
        detail:
          'Correct the version of the server in the declaration where it runs another one; otherwise leave out what needs it.',
      },
    ];
  });
}

/** A server whose maintenance is declared, and that is out of service before anything is run: each plan says so. */
async function servesNot(server: string | null, targets: Targets): Promise<readonly Diagnostic[]> {
  if (server === null || targets.run.hasRun) return [];
  const target = targets.of(server);
  const facts = target.factsFor(server);
  const maintenance = facts.maintenance && maintenanceOf(server, facts.maintenance, facts);
  if (maintenance === undefined) return [];
  const looking = withCalls(maintenance, (call) => target.addressed(call));
  const { outOfServiceAlready, serviceOf } = await import('./drain');
  const service = await serviceOf(looking, (look) => target.observe(look, server));
  // What cannot be looked at stops the step that is to be drained for, and no other.
  if ('diagnostics' in service || service.outOfService.length === 0) return [];
  return targets.run.sayOnce([outOfServiceAlready(looking, service)]);
}

/** What the plan must know from outside: the real version of the server, and the certificate. */
async function inform(
  resource: AnyResource,
  usesPfx: boolean,
  change: Change,
  targets: Targets,
): Promise<Information> {
  const target = targets.of(text((change.planned ?? change.prior)?.['server']));
  // A server that leaves the declaration takes its version with it; what is removed does not depend on it.
  if (change.planned === null) return { diagnostics: respellingWarning(change, target) };
  const server = change.planned['server'] ?? null;
  const diagnostics: Diagnostic[] = [];
  if (typeof server === 'string') {
    const problems = await target.versionProblems(server);
    // A server has many objects: what is no error is said once.
    diagnostics.push(
      ...targets.run.stopOnce(problems.filter(isError)),
      ...targets.run.sayOnce(problems.filter((each) => !isError(each))),
    );
  }
  const planned = knownPart(change.planned);
  const facts = target.factsFor(text(server));
  if (!usesPfx) {
    return { values: (resource.computed?.(planned as State, facts) ?? {}) as Values, diagnostics };
  }
  const file = change.config['pfx_file'] ?? null;
  const password = change.config['pfx_password'] ?? null;
  if (file === UNKNOWN || password === UNKNOWN) return { diagnostics };
  const choice = choiceOf(planned);
  const name = targets.site.nameOf(file as string);
  const { certificateSource } = await import('./public-certificates');
  const source = await certificateSource(
    targets.certificates,
    file as string,
    password as string | null,
    choice,
    name,
  );
  if ('severity' in source) {
    const said = targets.run.stopOnce([withPlaces(source, file as string, targets)]);
    return { diagnostics: [...diagnostics, ...said] };
  }
  const version = target.catalogFor(text(server))?.version;
  const { certificateProblems } = await import('./pfx');
  const found = certificateProblems(
    source,
    planned,
    version === undefined ? [] : [version],
    new Date(),
    name,
  );
  // One PFX is for many servers: what is no error is said once.
  diagnostics.push(...found.filter(isError), ...targets.run.sayOnce(found.filter((each) => !isError(each))));
  return {
    values: (resource.computed?.(planned as State, { ...facts, certificate: source.facts }) ?? {}) as Values,
    diagnostics,
  };
}

/** One PFX is for many servers, of which the first that is looked at says what is wrong with it. */
function withPlaces(problem: Diagnostic, file: string, { site, settings }: Targets): Diagnostic {
  const servers = site.serversOf(file) ?? settings.rollout;
  return servers.length < 2
    ? problem
    : { ...problem, detail: `${problem.detail} It is for ${servers.join(', ')}.` };
}

/** To Terraform another spelling is another object, and the old one is to be destroyed. */
function respellingWarning({ prior }: Change, target: ExchangeTarget): readonly Diagnostic[] {
  const server = text(prior?.['server']);
  const declared = server === null ? undefined : target.respelled(server);
  if (declared === undefined) return [];
  return [
    {
      severity: 'warning',
      summary: `${server ?? ''} is now spelled ${declared}`,
      detail: 'It is the same server: nothing is removed from it. The state takes the new spelling over.',
    },
  ];
}

/** The step with the content of files in place. A file that changed since the plan is refused. */
async function resolve(
  step: Step,
  site: SiteCertificates,
): Promise<{ readonly step: Step } | { readonly diagnostic: Diagnostic }> {
  const parameters: { [name: string]: Argument } = { ...step.invocation.parameters };
  const read = (content: PfxContent) => contentOf(content, parameters['Password'], site);
  for (const [name, argument] of Object.entries(parameters)) {
    if (!(argument instanceof PfxContent)) continue;
    const content = await read(argument);
    if ('severity' in content) return { diagnostic: content };
    parameters[name] = content.bytes;
  }
  let { file } = step;
  if (file?.content instanceof PfxContent) {
    const content = await read(file.content);
    if ('severity' in content) return { diagnostic: content };
    file = { ...file, content: content.bytes };
  }
  return {
    step: {
      ...step,
      invocation: { ...step.invocation, parameters },
      ...(file === undefined ? {} : { file }),
    },
  };
}

async function contentOf(
  { file, thumbprint }: PfxContent,
  password: Argument | undefined,
  site: SiteCertificates,
): Promise<{ readonly bytes: Uint8Array } | Diagnostic> {
  const choice = thumbprint === null ? {} : { thumbprint };
  const { readPfx } = await import('./pfx');
  const revealed = password instanceof SecureText ? password.reveal() : null;
  const pfx = await readPfx(file, revealed, choice, site.nameOf(file));
  if ('severity' in pfx || pfx.facts.thumbprint === thumbprint) return pfx;
  return {
    severity: 'error',
    summary: `'${file}' changed since the plan`,
    detail: `Planned was ${thumbprint ?? 'no certificate'}, the file now holds ${pfx.facts.thumbprint}. Nothing was run for it; plan again.`,
  };
}

/** Only what is known: rules speak of no more. */
function knownPart(values: Values): KnownValues {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Known] => isKnown(entry[1])),
  );
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

function text(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
