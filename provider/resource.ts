import {
  callsOf,
  interruptionsOfSteps,
  importIdForm,
  importIdOf,
  readImportId,
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
import type { Diagnostic, Known, KnownValues, Problem, StateOf, Unknown, Value, Values } from '../schema';
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
  /** The server of the object, in whose session the call runs; null for an object of the organization. */
  readonly of: string | null;
  /** Whether it belongs to the removal of the object. */
  readonly removes: boolean;
}

/** A check that this machine makes over TLS. That of a connector first reads in the session which certificate it selects. */
interface ManagedLook {
  readonly probe: Probe;
}

/**
 * Makes a resource definition of Exchange into a managed resource of the plugin framework. Its calls run in the session
 * for its server.
 */
export function managed(resource: AnyResource): ManagedResource<Targets, ManagedStep> {
  const usesPfx = 'pfx_file' in resource.schema.attributes;
  const inputs = Object.keys(resource.schema.attributes).filter(
    (name) => resource.schema.attributes[name]?.mode !== 'computed',
  );

  /** The PFX file of a change, whose content is read only when a step needs it. */
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
      // A server that left the declaration is often down for good. That must not stop the plan, in which DNS stops
      // pointing to it. An import is different: nothing is known from an earlier read, which shows in the missing list
      // of cmdlets.
      if (server !== null && !target.isDeclared(server) && (known['cmdlets'] ?? null) !== null) {
        // Both the refresh and the plan of the removal come here.
        const problems = reading.diagnostics.map((problem) => asLastRead(problem, server));
        return { state, diagnostics: targets.run.reportOnce(problems) };
      }
      // Where the server has another version than declared, that explains a missing cmdlet better than the error
      // itself.
      const cause = server === null || !target.isDeclared(server) ? [] : await target.versionProblems(server);
      return { state, diagnostics: hasErrors(cause) ? cause : reading.diagnostics };
    }
    const { objects } = reading.outcome;
    // In an apply, the plan has already reported them. The provider knows an apply by the first step that has run.
    const remarks = targets.run.hasRun
      ? []
      : targets.run.reportOnce(resource.remarks?.(objects, known as State, facts) ?? []);
    const viewed = view(objects, known as State, facts) as Values | null;
    return {
      state: viewed && seenTexts(viewed, known),
      ...(remarks.length === 0 ? {} : { diagnostics: remarks }),
    };
  };

  /** What a plan must read beyond the refresh to fill in computed attributes. */
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
    // The refresh, or the search for the object, has reported why the read failed.
    if (reading.kind === 'failed') return nothing;
    const { objects } = reading.outcome;
    const { prior } = change;
    const pair = {
      prior: prior && (knownPart(prior) as State),
      planned: planned && (unknownAsNull(planned) as State),
    };
    const answers = await target.answersTo(resource.inquiries?.(objects, pair, facts) ?? [], server);
    const { values, diagnostics, remarks = [] } = resource.foresee(objects, pair, facts, answers);
    // An apply asks again; the plan has already reported them.
    const unreported = targets.run.hasRun ? [] : targets.run.reportOnce(remarks);
    return { values: values as Values, diagnostics: [...diagnostics, ...unreported] };
  };

  /**
   * In an apply, attributes that the definition lists as `steady` keep their planned values: Terraform holds the apply
   * to its plan, and the next refresh shows the real ones.
   *
   * Where the server left the declaration, the object is about to be removed. What its removal leaves behind is read
   * already here, so that a saved plan lists it correctly: Terraform 1.12 and later take `before` of the plan from this
   * read (hashicorp/terraform#36394).
   */
  const read = async (state: Values, targets: Targets) => {
    const seen = await observe(state, targets);
    const { diagnostics = [] } = seen;
    const result = hasErrors(diagnostics)
      ? { ...seen, diagnostics: targets.run.reportOnceInPlan(diagnostics, text(state['server'])) }
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

  /** Uses the same shared read as `observe`. */
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

  /** What stands against creating the object. Uses the same shared read as `observe`, which did not find the object. */
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
    // The server is still declared under another spelling, so that everything on it stays.
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
          // Objects that Setup creates need no note: they always exist.
          foundNote: (existing: Values) => foundNote(resource, existing),
          removalAttribute: REMOVAL_ATTRIBUTE,
          removalPlace: {
            attribute: REMOVAL_PLACE_ATTRIBUTE,
            of: ({ server = null }: Values, { settings }: Targets) =>
              removalPlace(resource.kind, text(server), settings.rollout),
          },
        }
      : {}),
    // A check stands for no object: it always has to be created.
    ...(resource.lifecycle === 'check'
      ? { isCheck: true, find: async () => ({ existing: null }) }
      : {
          find: async (planned: Values, targets: Targets, config: Values) => {
            const server = text(planned['server']);
            const target = targets.of(server);
            // `inform` reports what is wrong with the server or the PFX.
            if (server !== null && hasErrors(await target.versionProblems(server))) return { existing: null };
            const named = usesPfx ? await withThumbprint(planned, config, targets) : planned;
            if (named === null || resource.importId.some((name) => named[name] === UNKNOWN)) {
              return { existing: null };
            }
            const found = await observe(unknownAsNull(named), targets, resource.found ?? resource.view);
            const { state: existing, diagnostics = [] } = found;
            // Where the read failed, it is not known whether the object exists.
            if (hasErrors(diagnostics)) {
              return { existing: null, diagnostics: targets.run.reportOnceInPlan(diagnostics, server) };
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
        ...(await outOfServiceWarning(text((change.planned ?? change.prior)?.['server']), targets)),
      ];
      if (change.planned === null) return { values, diagnostics };
      const steps = stepsOf({ ...change, planned: { ...change.planned, ...values } }, targets);
      const known = steps === UNKNOWN ? [] : steps.filter(isCall);
      const unsupported = unsupportedCalls(known, text(change.planned['server']), targets);
      const withoutPassword =
        steps === UNKNOWN || steps.length === 0 ? [] : targets.run.reportOnce(missingPasswordWarning(change));
      return { values, diagnostics: [...diagnostics, ...unsupported, ...withoutPassword] };
    },
    ...(resource.resumed === undefined ? {} : { resume }),
    steps: stepsOf,
    vet: async (planned, targets) => {
      const steps = planned.filter(isCall);
      if (steps.length === 0) return [];
      // All steps are for one object, and so for one server.
      const { commands, diagnostics } = await targets.of(steps[0]?.of ?? null).rights();
      if (commands === undefined) return diagnostics;
      return rightsProblems(resource.typeName, steps, commands, targets.settings.lackingRights);
    },
    describe: (step) => (isCall(step) ? callsOf(step).map(shownCall) : [probeText(step.probe)]),
    execute: async (step, targets, { signal }) => {
      // In an apply, the second plan of this object may have left out an error that another object was told.
      const withheld = targets.run.withheldFrom(isCall(step) ? step.of : step.probe.server);
      if (withheld.length > 0) {
        targets.run.hasRun = true;
        return withheld;
      }
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
    // With Active Directory, a read may reach another domain controller than the write before it.
    settle: ({ run }) => run.forgetReadings(),
    importState: async (id, targets) => {
      const { values: given, ...wrongId } = readImportId(resource, id);
      if (given === undefined) return { diagnostics: [notAnImportId(resource, id, wrongId)] };
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

function notAnImportId(
  resource: AnyResource,
  id: string,
  { problem }: { readonly problem?: Problem },
): Diagnostic {
  const why = problem === undefined ? '' : `${problem.problem}: ${problem.remedy}.\n`;
  return {
    severity: 'error',
    summary: `'${id}' is not an import id of an ${resource.typeName}`,
    detail: `${why}Write it as ${importIdForm(resource)}.`,
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

/** Replaces Terraform's own message, which speaks of a region. */
function nothingToImport({ typeName, lifecycle }: AnyResource, id: string): Diagnostic {
  return {
    severity: 'error',
    summary: `There is no ${typeName} '${id}' in Exchange`,
    detail:
      lifecycle === 'adopted'
        ? 'Exchange Setup creates it. Check that Setup has finished on the server, and that nobody removed the object by hand. It can be managed here as soon as the Exchange Management Shell shows it.'
        : 'Check the spelling. If the object is still to be created, or was removed by hand, do not declare it as existing: leave out its import.',
  };
}

/** Values with null in place of the unknown, as for attributes that the declaration leaves out. */
function unknownAsNull(values: Values): KnownValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, Known] => [name, isKnown(value) ? value : null]),
  );
}

/** Only a warning: the last read state is enough to plan the removal from a server that left the declaration. */
function asLastRead({ summary, detail }: Diagnostic, server: string): Diagnostic {
  return {
    severity: 'warning',
    summary,
    detail: `${detail}\n${server} is no longer declared, so the plan goes on with what was last read of its objects.`,
  };
}

/** Adds the thumbprint by which an installed certificate is found, from its PFX; null where the PFX cannot be read. */
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

/** Errors for steps that the declared version of Exchange cannot run. */
function unsupportedCalls(
  steps: readonly Step[],
  server: string | null,
  targets: Targets,
): readonly Diagnostic[] {
  const catalogs = targets.of(server).catalogsFor(server);
  return steps.flatMap(({ invocation }): Diagnostic[] => {
    // A call for the organization is supported where one of its versions supports it. For example, a site with servers
    // of 2007, which has no DAGs, can have a DAG of its newer servers.
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
          'If the server runs another version, correct it in the declaration. Otherwise take the setting that needs this out of the declaration.',
      },
    ];
  });
}

/** Every plan warns of a server with declared maintenance that is already out of service. */
async function outOfServiceWarning(server: string | null, targets: Targets): Promise<readonly Diagnostic[]> {
  if (server === null || targets.run.hasRun) return [];
  const target = targets.of(server);
  const facts = target.factsFor(server);
  const maintenance = facts.maintenance && maintenanceOf(server, facts.maintenance, facts);
  if (maintenance === undefined) return [];
  const looking = withCalls(maintenance, (call) => target.addressed(call));
  const { outOfServiceAlready, serviceOf } = await import('./drain');
  const service = await serviceOf(looking, (look) => target.observe(look, server));
  // Where the read fails, only the step that needs the drain is stopped, not the plan.
  if ('diagnostics' in service || service.outOfService.length === 0) return [];
  return targets.run.reportOnce([outOfServiceAlready(looking, service)]);
}

/** What the plan must read besides the object: the real version of the server, and the certificate in the PFX. */
async function inform(
  resource: AnyResource,
  usesPfx: boolean,
  change: Change,
  targets: Targets,
): Promise<Information> {
  const target = targets.of(text((change.planned ?? change.prior)?.['server']));
  // The version of a server that left the declaration is not known, and a removal does not depend on it.
  if (change.planned === null) return { diagnostics: respellingWarning(change, target) };
  const server = change.planned['server'] ?? null;
  const diagnostics: Diagnostic[] = [];
  if (typeof server === 'string') {
    const problems = await target.versionProblems(server);
    // A server has many objects: warnings are reported once for all of them.
    diagnostics.push(
      ...targets.run.reportOnceInPlan(problems.filter(isError), server),
      ...targets.run.reportOnce(problems.filter((each) => !isError(each))),
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
    const problems = targets.run.reportOnceInPlan(
      [namingServers(source, file as string, targets)],
      text(server),
    );
    return { diagnostics: [...diagnostics, ...problems] };
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
  // One PFX serves many servers: warnings are reported once for all of them.
  diagnostics.push(
    ...found.filter(isError),
    ...targets.run.reportOnce(found.filter((each) => !isError(each))),
  );
  return {
    values: (resource.computed?.(planned as State, { ...facts, certificate: source.facts }) ?? {}) as Values,
    diagnostics,
  };
}

/** A problem of a PFX is reported for the first of its servers only, so that the text names all of them. */
function namingServers(problem: Diagnostic, file: string, { site, settings }: Targets): Diagnostic {
  const servers = site.serversOf(file) ?? settings.rollout;
  return servers.length < 2
    ? problem
    : { ...problem, detail: `${problem.detail} The PFX is for ${servers.join(', ')}.` };
}

/** To Terraform another spelling is another object: it plans to destroy the old one. */
function respellingWarning({ prior }: Change, target: ExchangeTarget): readonly Diagnostic[] {
  const server = text(prior?.['server']);
  const declared = server === null ? undefined : target.respelled(server);
  if (declared === undefined) return [];
  return [
    {
      severity: 'warning',
      summary: `${server ?? ''} is now spelled ${declared}`,
      detail:
        'Both spellings name the same server, so nothing is removed from it. The state takes over the new spelling.',
    },
  ];
}

/** The step with PFX files replaced by their content. A file that changed since the plan is refused. */
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
    detail: `The plan was made for ${thumbprint ?? 'no certificate'}, but the file now holds ${pfx.facts.thumbprint}. The step with this file was not run; plan again.`,
  };
}

/** Only the known values, which rules can judge. */
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
