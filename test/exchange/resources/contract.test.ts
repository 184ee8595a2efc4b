import {
  INTERRUPTS_ATTRIBUTE,
  REMOVAL_ATTRIBUTE,
  REMOVAL_PLACE_ATTRIBUTE,
  RESOURCES,
} from '../../../exchange/resources';
import type { AnyResource, Step } from '../../../exchange/resources';
import { catalogOf, ExchangeVersion } from '../../../exchange/versions';
import { renderInvocation } from '../../../powershell/script';
import type { KnownValues, StateOf } from '../../../schema';
import { factsOf, sample, sampleIn, versionsOf } from './samples';

type State = StateOf<Record<string, never>>;
const newestOf = (resource: AnyResource) => versionsOf(resource).at(-1) ?? ExchangeVersion.SE;

function steps(
  resource: AnyResource,
  prior: KnownValues | null,
  planned: KnownValues | null,
  version = newestOf(resource),
) {
  return resource.steps({ prior: prior as State | null, planned: planned as State | null }, factsOf(version));
}

/** Every cmdlet that a resource can run or read with, whatever happens to it. */
function everyCall(resource: AnyResource, version: ExchangeVersion) {
  const declared = sampleIn(resource, version);
  const ran: readonly Step[] = [
    ...steps(resource, null, declared, version),
    ...steps(resource, declared, null, version),
  ];
  const observed = resource.observe?.(declared as State, factsOf(version));
  return [
    ...ran.flatMap((step) => [step.invocation, ...(step.guard === undefined ? [] : [step.guard.invocation])]),
    ...(observed === undefined ? [] : [observed]),
  ];
}

describe.each(RESOURCES.map((resource) => [resource.typeName, resource] as const))(
  '%s',
  (_name, resource) => {
    test('a sample names every attribute that people or the provider set', () => {
      const unset = Object.keys(resource.schema.attributes).filter((name) => !(name in sample(resource)));
      expect(unset).toEqual([
        'cmdlets',
        INTERRUPTS_ATTRIBUTE,
        ...(resource.lifecycle === 'owned' ? [REMOVAL_ATTRIBUTE, REMOVAL_PLACE_ATTRIBUTE] : []),
      ]);
    });

    test.each(versionsOf(resource).map((version) => [version.label, version] as const))(
      'every call and parameter exists in %s',
      (_label, version) => {
        const unsupported = everyCall(resource, version).map((call) => catalogOf(version).supports(call));
        expect(unsupported.filter((problem) => problem !== undefined)).toEqual([]);
        expect(unsupported.length).toBeGreaterThan(0);
      },
    );

    test.each(versionsOf(resource).map((version) => [version.label, version] as const))(
      'no property is asked for twice in %s',
      (_label, version) => {
        const asked = everyCall(resource, version).map(({ cmdlet, properties = [] }) =>
          properties.map((name) => `${cmdlet} ${name.toLowerCase()}`),
        );
        expect(asked.map((names) => names.filter((name, index) => names.indexOf(name) !== index))).toEqual(
          asked.map(() => []),
        );
        expect(asked.length).toBeGreaterThan(0);
      },
    );

    test('what is as declared runs nothing', () => {
      expect(steps(resource, sample(resource), sample(resource))).toEqual([]);
    });

    test('the declared values are right by their own rules', () => {
      const problems = Object.entries(resource.schema.attributes).flatMap(([name, attribute]) => {
        const value = sample(resource)[name] ?? null;
        return value === null ? [] : (attribute.problem?.(value) ?? []);
      });
      expect(problems).toEqual([]);
      expect(resource.validate?.(sample(resource)) ?? []).toEqual([]);
    });

    test('a destroy of what Setup made runs nothing and says so', () => {
      if (resource.lifecycle === 'owned')
        return expect(steps(resource, sample(resource), null)).not.toEqual([]);
      expect(steps(resource, sample(resource), null)).toEqual([]);
      expect(resource.forgets).toBeDefined();
    });

    test('no secret is in what people read', () => {
      const texts = everyCall(resource, newestOf(resource)).map((call) => renderInvocation(call));
      expect(texts.join('\n')).not.toContain('canary');
    });

    test('an import names it by attributes that it has', () => {
      expect(resource.importId.filter((name) => !(name in resource.schema.attributes))).toEqual([]);
      expect(resource.importId.length).toBeGreaterThan(0);
    });
  },
);
