import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { catalogOf, ExchangeVersion } from '../../../exchange/versions';
import { describeWhere } from '../../requirement';
import { missingReference } from '../../remoting/peers/reference';

const { V2007, V2010, V2013, V2016, V2019, SE } = ExchangeVersion;

describe('a version of Exchange', () => {
  test.each([
    ['8.3.83.6', V2007],
    ['14.3.123.4', V2010],
    ['Version 15.0 (Build 1497.2)', V2013],
    ['Version 15.1 (Build 2375.7)', V2016],
    ['15.2.1748.10', V2019],
    ['15.2.2562.17', SE],
  ])('is told from its build %s', (build, version) => {
    expect(ExchangeVersion.ofBuild(build)).toBe(version);
  });

  test.each(['', '15', '16.0.1.2', '15.3.1.2', 'Version 15.1', '15.1.2375.7 '])(
    'is not made up for %j',
    (build) => {
      expect(ExchangeVersion.ofBuild(build)).toBeUndefined();
    },
  );

  test('is found by its label', () => {
    expect(ExchangeVersion.of('se')).toBe(SE);
    expect(() => ExchangeVersion.of('2012')).toThrow('no version of Exchange Server');
  });
});

describe('the catalog', () => {
  test('says which version has a cmdlet', () => {
    const call = { cmdlet: 'Set-ClientAccessService', parameters: {} };
    expect(catalogOf(V2013).supports(call)).toEqual({ problem: 'cmdlet', name: 'Set-ClientAccessService' });
    expect(catalogOf(V2016).supports(call)).toBeUndefined();
  });

  test('says which version has a parameter', () => {
    const call = { cmdlet: 'Import-ExchangeCertificate', parameters: { FileName: 'x', Server: 'y' } };
    expect(catalogOf(V2013).supports(call)).toBeUndefined();
    expect(catalogOf(V2016).supports(call)).toEqual({
      problem: 'parameter',
      name: 'FileName',
      cmdlet: 'Import-ExchangeCertificate',
    });
  });

  test('knows the MAPI directory from 2013, and Enable-OutlookAnywhere up to 2010', () => {
    expect(catalogOf(V2010).cmdlet('Set-MapiVirtualDirectory')).toBeUndefined();
    expect(catalogOf(V2013).cmdlet('set-mapivirtualdirectory')).toBeDefined();
    expect(catalogOf(V2010).cmdlet('Enable-OutlookAnywhere')).toBeDefined();
    expect(catalogOf(V2013).cmdlet('Enable-OutlookAnywhere')).toBeUndefined();
  });

  describe('resolves a parameter', () => {
    const cmdlet = catalogOf(V2013).cmdlet('Set-OwaVirtualDirectory')!;
    const name = (given: string) => {
      const resolution = cmdlet.resolve(given);
      return resolution.kind === 'found' ? resolution.parameter.name : resolution.kind;
    };

    test.each([
      ['ExternalUrl', 'ExternalUrl'],
      ['externalurl', 'ExternalUrl'],
      ['ExternalU', 'ExternalUrl'],
      ['cf', 'Confirm'],
      ['wi', 'WhatIf'],
      ['ea', 'ErrorAction'],
      ['External', 'ambiguous'],
      ['NoSuch', 'unknown'],
      ['', 'unknown'],
    ])('%j as %s', (given, expected) => {
      expect(name(given)).toBe(expected);
    });

    test('by preferring the cmdlet’s own over the common ones', () => {
      const get = catalogOf(V2013).cmdlet('Get-OwaVirtualDirectory')!;
      expect(get.resolve('D')).toMatchObject({ kind: 'found', parameter: { name: 'DomainController' } });
    });
  });
});

interface ReferenceParameter {
  readonly type: string;
  readonly versions: readonly string[];
  readonly required?: boolean;
  readonly position?: number;
}
interface Reference {
  readonly cmdlets: {
    readonly [name: string]: {
      readonly versions: readonly string[];
      readonly parameters: { readonly [name: string]: ReferenceParameter };
    };
  };
}

const reference = resolve(__dirname, '../../../../shared/reference');
const files = [
  { file: 'exchange-cmdlets-supplement.json', versions: [V2007] },
  { file: 'exchange-cmdlets.json', versions: [V2010, V2013, V2016, V2019, SE] },
];

/** Whose syntax lines were read on Microsoft's pages of 2007 ((v=exchg.80)), or, partial, in its guides. */
const PAGES_OF_2007 = [
  'Disable-OutlookAnywhere',
  'Get-AutodiscoverVirtualDirectory',
  'Get-ExchangeServer',
  'Get-ImapSettings',
  'Get-OabVirtualDirectory',
  'Get-OutlookAnywhere',
  'Get-OutlookProvider',
  'Get-OwaVirtualDirectory',
  'Get-PopSettings',
  'Get-TransportServer',
  'Set-ImapSettings',
  'Set-OutlookProvider',
  'Set-OwaVirtualDirectory',
  'Set-PopSettings',
  'Test-ImapConnectivity',
  'Test-OutlookWebServices',
  'Test-PopConnectivity',
  'Test-ServiceHealth',
];

/** Whose parameters were read on its own page; no table of the reference has it. */
const FROM_PAGES = ['Redirect-Message'];

test.each(PAGES_OF_2007)('2007 has %s, and with it what 2010 has of it', (name) => {
  const [old, next] = [catalogOf(V2007).cmdlet(name), catalogOf(V2010).cmdlet(name)];
  expect(old).toBeDefined();
  const lost = (old?.parameters ?? []).filter(
    ({ name: parameter }) => next?.parameter(parameter) === undefined,
  );
  // An object of its own was a way to give what a Get had shown, which went with remote sessions.
  expect(
    lost.map(({ name: parameter }) => parameter).filter((parameter) => parameter !== 'Instance'),
  ).toEqual([]);
  expect(next?.partial).toBe(false);
});

describeWhere(missingReference(reference), 'the catalog against the documentation', () => {
  test.each(
    files.flatMap(({ file, versions }) => versions.map((version) => [version.label, file, version] as const)),
  )('%s says what %s says', (label, file, version) => {
    const { cmdlets } = JSON.parse(readFileSync(resolve(reference, file), 'utf8')) as Reference;
    const isFromPages = ({ name }: { readonly name: string }) =>
      FROM_PAGES.includes(name) || (version === V2007 && PAGES_OF_2007.includes(name));
    for (const cmdlet of catalogOf(version).cmdlets.filter((each) => !isFromPages(each))) {
      const documented = cmdlets[cmdlet.name];
      expect({ cmdlet: cmdlet.name, versions: documented?.versions }).toEqual({
        cmdlet: cmdlet.name,
        versions: expect.arrayContaining([label]) as unknown,
      });
      const expected = Object.entries(documented!.parameters)
        .filter(([, parameter]) => parameter.versions.includes(label))
        .map(([name, { type, required, position }]) => ({
          name,
          type,
          required: required === true,
          position,
        }));
      const actual = cmdlet.parameters
        .filter(({ common }) => !common)
        .map(({ name, type, required, position }) => ({ name, type, required: required === true, position }));
      const byName = (left: { name: string }, right: { name: string }) => (left.name < right.name ? -1 : 1);
      expect({ cmdlet: cmdlet.name, parameters: actual.sort(byName) }).toEqual({
        cmdlet: cmdlet.name,
        parameters: expected.sort(byName),
      });
    }
  });
});
