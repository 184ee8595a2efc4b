import { resourcesOf, type AnyResource, type Facts } from './resources';
import { catalogOf, type ExchangeVersion } from './versions';
import { Reference } from '../powershell/invocation';
import type { AttributeType, Known, KnownValues, StateOf } from '../schema';

type State = StateOf<Record<string, never>>;

/** The cmdlets that a resource type may call, whatever is declared. */
interface Calls {
  readonly runs: ReadonlySet<string>;
  readonly reads: ReadonlySet<string>;
  /** Reads that may be denied. What they would show is then unknown. */
  readonly inquiries: ReadonlySet<string>;
}

/** The cmdlet that the provider calls in every run that concerns a server. */
export const ALWAYS_READ = 'Get-ExchangeServer';

/**
 * The cmdlets that a deploy needs, reads included, sorted.
 *
 * @param planned the cmdlets of a plan: only resource types that use one of them are considered. Left out: every
 * resource type of the provider, including its removal.
 */
export function neededCmdlets(
  versions: Iterable<ExchangeVersion>,
  planned?: readonly string[],
): readonly string[] {
  const own = callsOfAll(versions, planned).flatMap(({ runs, reads }) => [
    ...(planned === undefined ? runs : []),
    ...reads,
  ]);
  return [...new Set([ALWAYS_READ, ...(planned ?? []), ...own])].sort();
}

/** The cmdlets that a deploy reads with before it removes something, and can do without, sorted. `planned` as above. */
export function inquiredCmdlets(
  versions: Iterable<ExchangeVersion>,
  planned?: readonly string[],
): readonly string[] {
  return [...new Set(callsOfAll(versions, planned).flatMap(({ inquiries }) => [...inquiries]))].sort();
}

function callsOfAll(
  versions: Iterable<ExchangeVersion>,
  planned: readonly string[] | undefined,
): readonly Calls[] {
  return [...versions]
    .flatMap((version) => resourcesOf(version).map((resource) => callsOf(resource, version)))
    .filter(({ runs }) => planned === undefined || planned.some((cmdlet) => runs.has(cmdlet)));
}

/**
 * Calls the definition, which is pure, with two made-up states in which every attribute is set, and collects the
 * cmdlets of its steps: for a creation, for changes between the two states in both directions, for a removal, and for a
 * change of each single attribute.
 */
function callsOf(resource: AnyResource, version: ExchangeVersion): Calls {
  const catalog = catalogOf(version);
  const facts: Facts = {
    has: (...asked) => catalog.has(...asked),
    version,
    pfx: { content: new Reference('the PFX', 'pfx'), password: new Reference('its password', 'password') },
  };
  const [one, other] = [specimen(resource, 'one'), specimen(resource, 'other')] as [State, State];
  const steps = [
    { prior: null, planned: one },
    { prior: one, planned: other },
    { prior: other, planned: one },
    { prior: one, planned: null },
    // A change of a single attribute may use another cmdlet than a change of all.
    ...Object.entries(other).map(([name, value]) => ({
      prior: one,
      planned: { ...one, [name]: value },
    })),
  ].flatMap((change) => resource.steps(change, facts));
  const observed = resource.observe?.(one, facts);
  // A cmdlet that the version lacks is never called: a rule refuses such declarations.
  return {
    runs: new Set(steps.map(({ invocation }) => invocation.cmdlet).filter((cmdlet) => facts.has(cmdlet))),
    reads: new Set(
      [
        ...(observed === undefined ? [] : [observed.cmdlet]),
        ...steps.flatMap(({ guard }) => guard?.invocation.cmdlet ?? []),
      ].filter((cmdlet) => facts.has(cmdlet)),
    ),
    inquiries: new Set(
      steps
        .flatMap(({ guard }) => guard?.inquiries ?? [])
        .map(({ cmdlet }) => cmdlet)
        .filter((cmdlet) => facts.has(cmdlet)),
    ),
  };
}

type Which = 'one' | 'other';

function specimen(resource: AnyResource, which: Which): KnownValues {
  return Object.fromEntries(
    Object.entries(resource.schema.attributes).map(([name, { type, words }]) => [
      name,
      words ?? sample(type, which),
    ]),
  );
}

function sample(type: AttributeType, which: Which): Known {
  switch (type) {
    case 'string':
      return which;
    case 'bool':
      return which === 'one';
    case 'number':
      return which === 'one' ? 1 : 2;
    default:
      break;
  }
  if ('list' in type) return [sample(type.list, which)];
  if ('set' in type) return [sample(type.set, which)];
  if ('map' in type) return { key: sample(type.map, which) };
  return Object.fromEntries(Object.entries(type.object).map(([name, part]) => [name, sample(part, which)]));
}
