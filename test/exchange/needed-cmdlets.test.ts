import { neededCmdlets } from '../../exchange/needed-cmdlets';
import { resourcesOf } from '../../exchange/resources';
import { catalogOf, ExchangeVersion } from '../../exchange/versions';
import type { StateOf } from '../../schema';
import { factsOf, SAMPLES } from './resources/samples';

type State = StateOf<Record<string, never>>;

describe.each(ExchangeVersion.ALL.filter((version) => version.isAtLeast(ExchangeVersion.V2010)))(
  'the cmdlets that %s needs',
  (version) => {
    const needed = neededCmdlets([version]);

    test('all exist there', () => {
      expect(needed.filter((cmdlet) => catalogOf(version).cmdlet(cmdlet) === undefined)).toEqual([]);
    });

    test.each(resourcesOf(version).map((resource) => [resource.typeName, resource] as const))(
      'hold those of a declared %s, made, read and removed',
      (typeName, resource) => {
        const declared = SAMPLES[typeName] as unknown as State;
        const facts = factsOf(version);
        const steps = [
          ...resource.steps({ prior: null, planned: declared }, facts),
          ...resource.steps({ prior: declared, planned: null }, facts),
        ];
        const observed = resource.observe?.(declared, facts);
        const cmdlets = [
          ...steps.map(({ invocation }) => invocation),
          ...(observed === undefined ? [] : [observed]),
        ];
        expect(cmdlets.length).toBeGreaterThan(0);
        expect(needed).toEqual(expect.arrayContaining(cmdlets.map(({ cmdlet }) => cmdlet)));
      },
    );
  },
);

test('a plan needs its own cmdlets and the reads of what it holds, nothing else', () => {
  expect(neededCmdlets([ExchangeVersion.SE], ['Import-ExchangeCertificate'])).toEqual([
    'Get-ExchangeCertificate',
    'Get-ExchangeServer',
    'Import-ExchangeCertificate',
  ]);
});

test('an organization with two versions needs what both need', () => {
  expect(neededCmdlets([ExchangeVersion.V2013, ExchangeVersion.SE])).toEqual(
    expect.arrayContaining(['Set-ClientAccessServer', 'Set-ClientAccessService']),
  );
});
