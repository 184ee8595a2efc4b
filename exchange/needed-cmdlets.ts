import { resourcesOf, type AnyResource, type Facts } from './resources';
import { catalogOf, type ExchangeVersion } from './versions';
import { Reference } from '../powershell/invocation';
import type { AttributeType, Known, KnownValues, StateOf } from '../schema';

type State = StateOf<Record<string, never>>;

/** Cmdlets of one resource type, whatever is declared of it. */
interface Calls {
  readonly runs: ReadonlySet<string>;
  readonly reads: ReadonlySet<string>;
  /** Reads that may be refused: what they would show is then unknown. */
  readonly inquiries: ReadonlySet<string>;
}

/** What the provider reads in every run that concerns a server. */
export const ALWAYS_READ = 'Get-ExchangeServer';

/**
 * The cmdlets that a deploy needs, reads included, sorted.
 *
 * @param planned cmdlets of a plan, with which the resource types that it holds are told. Left out: every resource type
 * of the provider, with its removal.
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

/** The cmdlets that a deploy asks for what it removes, and goes on without, sorted; `planned` as above. */
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
 * Found by asking the definition itself, which is pure, what it would do with made-up states in which every attribute
 * is set: from nothing, from one to the other and back, to nothing, and from one to the other attribute by attribute.
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
    // One attribute alone may take another cmdlet than all at once.
    ...Object.entries(other).map(([name, value]) => ({
      prior: one,
      planned: { ...one, [name]: value },
    })),
  ].flatMap((change) => resource.steps(change, facts));
  const observed = resource.observe?.(one, facts);
  // What a version does not have cannot be declared for it.
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
