import { join } from 'node:path';
import { inquiredCmdlets, neededCmdlets } from '../../exchange/needed-cmdlets';
import { resourcesOf } from '../../exchange/resources';
import { catalogOf, ExchangeVersion } from '../../exchange/versions';
import type { StateOf } from '../../schema';
import { GoldenSections } from '../golden-sections';
import { factsOf, SAMPLES } from './resources/samples';

type State = StateOf<Record<string, never>>;

const golden = new GoldenSections(
  join(__dirname, 'golden/needed-cmdlets.txt'),
  'The cmdlets that an account needs for all that can be declared.',
);
const VERSIONS = ExchangeVersion.ALL.filter((version) => version.isAtLeast(ExchangeVersion.V2010));
const lines = (title: string, cmdlets: readonly string[]) =>
  `${title}:\n${cmdlets.map((name) => `  ${name}\n`).join('')}`;
const told = (version: ExchangeVersion) =>
  lines('needed', neededCmdlets([version])) +
  lines('done without where they are missing', inquiredCmdlets([version]));

beforeAll(() => golden.update(() => VERSIONS.map((version) => [version.toString(), told(version)])));

describe.each(VERSIONS)('the cmdlets that %s needs', (version) => {
  const needed = () => neededCmdlets([version]);

  test('all exist there', () => {
    expect(needed().filter((cmdlet) => catalogOf(version).cmdlet(cmdlet) === undefined)).toEqual([]);
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
      expect(needed()).toEqual(expect.arrayContaining(cmdlets.map(({ cmdlet }) => cmdlet)));
    },
  );

  test('are these, and for removals those with which it looks whether a certificate is in use', () => {
    expect(told(version)).toBe(golden.text(version.toString()));
  });
});

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

test('a plan that imports a certificate asks what else uses the old one', () => {
  expect(inquiredCmdlets([ExchangeVersion.SE], ['Remove-ExchangeCertificate'])).toEqual(
    inquiredCmdlets([ExchangeVersion.SE]),
  );
  expect(inquiredCmdlets([ExchangeVersion.SE], ['Set-OwaVirtualDirectory'])).toEqual([]);
});

test('the golden file has these versions only', () => {
  expect(golden.titles).toEqual(VERSIONS.map(String));
});
