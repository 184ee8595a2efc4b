import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { DEFAULT_BOUNDS } from '../../../remoting/bounds';
import { deserializeDocument } from '../../../remoting/clixml/deserialize';
import { call, organization, removeFolders } from './session';
import { describeWhere } from '../../requirement';
import { missingReference } from '../../remoting/peers/reference';

afterAll(removeFolders);

const folder = resolve(__dirname, '../../../../shared/reference/captured');

/** The first object of a file that Export-Clixml wrote on a real Exchange 2016 server. */
function captured(name: string): PowerShellObject {
  const text = readFileSync(resolve(folder, `${name}.xml`), 'utf8');
  const [first] = deserializeDocument(text, { bounds: DEFAULT_BOUNDS });
  return first!.value as PowerShellObject;
}

/** What kind of value it is: lists, booleans, objects with text or a number, … */
function form(value: PowerShellValue | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'object' && 'typeNames' in value) {
    if (value.typeNames[0]?.startsWith('System.') === true) return 'string';
    return value.number === undefined ? 'object' : 'enum';
  }
  return typeof value;
}

const CASES = [
  ['GetOwaVirtualDirectory', 'Get-OwaVirtualDirectory', { ADPropertiesOnly: true }],
  ['GetWebServicesVirtualDirectory', 'Get-WebServicesVirtualDirectory', {}],
  ['GetExchangeServer', 'Get-ExchangeServer', { Status: true }],
  ['GetMailboxServer', 'Get-MailboxServer', {}],
  ['GetAuthConfig', 'Get-AuthConfig', {}],
  ['GetOrganizationConfig', 'Get-OrganizationConfig', {}],
  ['TestServiceHealth', 'Test-ServiceHealth', {}],
  ['GetReceiveConnector', 'Get-ReceiveConnector', {}],
] as const;

describeWhere(missingReference(folder), 'objects as a real Exchange 2016 server gives them', () => {
  const lab = organization('Solo.local');
  lab.addServer({
    name: 'SOLO-E16A',
    fqdn: 'Solo-E16A.Solo.local',
    version: ExchangeVersion.V2016,
    build: '15.1.2375.7',
  });

  test.each(CASES)('%s', async (file, cmdlet, parameters) => {
    const real = captured(file);
    const { objects } = await call(lab, cmdlet, parameters, 'SOLO-E16A');
    const ours = objects[0]!;
    expect(ours.typeNames).toEqual(real.typeNames.map((name) => `Deserialized.${name}`));
    const names = Object.keys(ours.properties);
    expect(names.filter((name) => !(name in real.properties))).toEqual([]);
    const differing = names.filter((name) => {
      const [left, right] = [form(ours.properties[name]), form(real.properties[name])];
      // A value that one of the two servers does not have says nothing of its form.
      return left !== right && left !== 'nothing' && right !== 'nothing';
    });
    expect(differing).toEqual([]);
  });

  test('identities, versions and addresses read the same', async () => {
    const real = captured('GetOwaVirtualDirectory').properties;
    const { objects } = await call(lab, 'Get-OwaVirtualDirectory', { ADPropertiesOnly: true }, 'SOLO-E16A');
    const ours = objects[0]!.properties;
    const text = (value: PowerShellValue | undefined) =>
      typeof value === 'object' && value !== null && 'typeNames' in value ? value.text : value;
    for (const name of [
      'Identity',
      'Server',
      'AdminDisplayVersion',
      'InternalUrl',
      'MetabasePath',
      'ServerName',
    ]) {
      expect([name, text(ours[name])]).toEqual([name, text(real[name])]);
    }
    const id = (value: PowerShellValue | undefined) => (value as PowerShellObject).properties;
    for (const name of ['Rdn', 'Parent', 'Depth', 'Name', 'DomainId']) {
      expect([name, id(ours['Identity'])[name]]).toEqual([name, id(real['Identity'])[name]]);
    }
  });
});
