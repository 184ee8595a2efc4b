import { join } from 'node:path';
import { interruptionOf } from '../../../exchange/interruptions';
import {
  type AnyResource,
  callsOf,
  importIdOf,
  probeText,
  RESOURCES,
  type Facts,
  type Step,
} from '../../../exchange/resources';
import { withMaintenance } from '../../../exchange/resources/maintained';
import { Reference, type Invocation } from '../../../powershell/invocation';
import { renderInvocation } from '../../../powershell/script';
import type { Known, KnownValues, StateOf } from '../../../schema';
import type { ExchangeVersion } from '../../../exchange/versions';
import { GoldenSections } from '../../golden-sections';
import { factsOf, sample, sampleIn, versionsOf } from './samples';

type State = StateOf<Record<string, never>>;

/**
 * Every call of every resource type in every version: for a creation, for a removal, and (in the newest version) for a
 * change of each attribute alone; and what runs around the calls. People who review a change of a definition see here
 * what it changes on servers.
 */
const golden = new GoldenSections(join(__dirname, 'golden/steps.txt'), 'Every call of every resource type.');

/** A call with what it asks for; for a server in maintenance, the calls around it. */
function call(invocation: Invocation): string {
  const { properties = [] } = invocation;
  return renderInvocation(invocation) + (properties.length === 0 ? '' : ` | ${properties.join(', ')}`);
}

function lines(step: Step): readonly string[] {
  const { kind, server, invocation, reason, guard, until, outdates, maintenance } = step;
  const interruption = interruptionOf(invocation);
  return [
    `  ${kind} of ${server ?? 'the organization'}: ${reason}`,
    ...(maintenance?.looks ?? []).map((look) => `    look: ${call(look)}`),
    ...(guard === undefined
      ? []
      : [guard.invocation, ...guard.inquiries].map((each) => `    guard: ${call(each)}`)),
    ...callsOf(step).map(
      ({ invocation: each, condition }) =>
        `    ${call(each)}${condition === undefined ? '' : ` (${condition})`}`,
    ),
    ...(until === undefined
      ? []
      : [`    until: ${until.seconds} s, ${JSON.stringify([until.expected, until.told])}`]),
    ...(outdates === undefined ? [] : [`    outdates: ${outdates.join(', ')}`]),
    ...(interruption === undefined ? [] : [`    interrupts: ${JSON.stringify(interruption)}`]),
  ];
}

/** With everything that a caller may know, and a server that is drained. */
function factsIn(version: ExchangeVersion): Facts {
  return {
    ...factsOf(version),
    maintenance: { redirectTo: 'EX1.contoso.local' },
    mailbox: new Reference('the account', 'Account'),
  };
}

function stepsOf(
  resource: AnyResource,
  version: ExchangeVersion,
  prior: KnownValues | null,
  planned: KnownValues | null,
) {
  const facts = factsIn(version);
  const change = { prior: prior as State | null, planned: planned as State | null };
  return [
    ...withMaintenance(resource.steps(change, facts), facts).flatMap(lines),
    ...(resource.probes?.(change, facts) ?? []).map((probe) => `  look from the runner: ${probeText(probe)}`),
  ];
}

/** Another value of the same kind. */
function another(value: Known): Known {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string')
    return value.replace(/[a-z0-9](?=[^a-z0-9]*$)/i, (last) => (last === '2' ? '1' : '2'));
  return Array.isArray(value) ? value.slice(1) : null;
}

function section(title: string, steps: readonly string[]): readonly string[] {
  return [title, ...(steps.length === 0 ? ['  (nothing)'] : steps)];
}

function told(resource: AnyResource): string {
  const versions = versionsOf(resource);
  const whole = sample(resource);
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error(`no version has ${resource.typeName}`);
  const former = sampleIn(resource, newest);
  const changes = Object.keys(former)
    .filter(
      (name) => resource.schema.attributes[name]?.mode !== 'computed' && !resource.importId.includes(name),
    )
    .flatMap((name) => {
      const other = { ...former, [name]: another(former[name] ?? null) };
      const without = { ...former, [name]: null };
      return [
        ...section(`${name} another`, stepsOf(resource, newest, other, former)),
        ...(resource.schema.attributes[name]?.mode === 'required'
          ? []
          : [
              ...section(`${name} declared`, stepsOf(resource, newest, without, former)),
              ...section(`${name} taken out`, stepsOf(resource, newest, former, without)),
            ]),
      ];
    });
  return [
    `import id: ${importIdOf(resource, whole)}`,
    `of one that is there already: ${resource.declaredExisting?.(whole as State) ?? '(nothing to declare)'}`,
    `of one that is only forgotten: ${resource.forgets ?? '(it is removed)'}`,
    ...versions.flatMap((version) => {
      const observed = resource.observe?.(sampleIn(resource, version) as State, factsIn(version));
      return [
        ...section(`read in ${version.label}`, observed === undefined ? [] : [`  ${call(observed)}`]),
        ...section(`made in ${version.label}`, stepsOf(resource, version, null, sampleIn(resource, version))),
        ...section(
          `removed in ${version.label}`,
          stepsOf(resource, version, sampleIn(resource, version), null),
        ),
      ];
    }),
    ...changes,
    '',
  ].join('\n');
}

beforeAll(() => golden.update(() => RESOURCES.map((resource) => [resource.typeName, told(resource)])));

test.each(RESOURCES.map((resource) => [resource.typeName, resource] as const))(
  'every call of %s is as reviewed',
  (typeName, resource) => {
    expect(told(resource)).toBe(golden.text(typeName));
  },
);

test('no other type is in the golden file', () => {
  expect(golden.titles).toEqual(RESOURCES.map(({ typeName }) => typeName));
});
