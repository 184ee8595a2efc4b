import { ExchangeVersion } from '../../../exchange/versions';
import { SecureText } from '../../../powershell/invocation';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { HostValue } from '../../../remoting/server/command-host';
import { call, callWith, only, organization, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const OWA = 'BSAEX01\\owa (Default Web Site)';
let lab: SimulatedOrganization;
beforeAll(() => {
  lab = twoServers();
});

describe('what PowerShell refuses before a cmdlet runs', () => {
  test.each([
    ['an unknown cmdlet', 'Get-NoSuchThing', {}, 'CommandNotFoundException'],
    ['a cmdlet of a later version', 'Set-ClientAccessService', { Identity: 'x' }, 'CommandNotFoundException'],
    ['an unknown parameter', 'Set-OwaVirtualDirectory', { Identity: OWA, Nope: 1 }, 'NamedParameterNotFound'],
    [
      'an ambiguous prefix',
      'Set-OwaVirtualDirectory',
      { Identity: OWA, External: 'x' },
      'AmbiguousParameter',
    ],
    ['a parameter with an empty name', 'Get-ExchangeServer', { '': 'BSAEX01' }, 'NamedParameterNotFound'],
    ['a dash without a name', 'Get-ExchangeServer', { '-': 'BSAEX01' }, 'NamedParameterNotFound'],
    ['a parameter given twice', 'Get-ExchangeServer', { Identity: 'a', Iden: 'b' }, 'ParameterAlreadyBound'],
    ['a missing mandatory parameter', 'Set-OwaVirtualDirectory', {}, 'MissingMandatoryParameter'],
    [
      'text for a boolean',
      'Set-OwaVirtualDirectory',
      { Identity: OWA, BasicAuthentication: '$true' },
      'ParameterArgumentTransformationError',
    ],
    [
      'a value that an enum does not have',
      'Set-OwaVirtualDirectory',
      { Identity: OWA, LogonFormat: 'Email' },
      'ParameterArgumentTransformationError',
    ],
    [
      'a URL with a space in its host',
      'Set-OwaVirtualDirectory',
      { Identity: OWA, ExternalUrl: 'https://mail contoso.com/owa' },
      'ParameterArgumentTransformationError',
    ],
    [
      'plain text for a secure string',
      'Import-ExchangeCertificate',
      { FileData: new Uint8Array([1]), Password: 'plain' },
      'ParameterArgumentTransformationError',
    ],
    [
      'Server beside Identity',
      'Remove-ExchangeCertificate',
      { Identity: 'x', Server: 'BSAEX01', Confirm: false },
      'AmbiguousParameterSet',
    ],
  ])('%s', async (_what, cmdlet, parameters, id) => {
    const { failed } = await call(lab, cmdlet, parameters);
    expect(failed).toBe(id === 'CommandNotFoundException' ? id : `${id},${cmdlet}`);
  });

  test('a script', async () => {
    const pipeline = {
      statements: [[{ name: 'Get-ExchangeServer | Remove-Item', isScript: true, args: [] }]],
    };
    for await (const emission of lab.host('BSAEX01').run(pipeline, new AbortController().signal)) {
      expect(emission).toMatchObject({
        kind: 'failed',
        error: { fullyQualifiedErrorId: 'ScriptsNotAllowed' },
      });
    }
  });
});

describe('a call binds', () => {
  const names = async (args: Parameters<typeof callWith>[2]) => {
    const result = await callWith(lab, 'Get-ExchangeServer', args);
    return result.failed ?? result.objects.map(({ text }) => text);
  };

  test('by name in any case, by prefix, with a dash', async () => {
    expect(await names([{ name: 'identity', value: 'bsaex02' }])).toEqual(['BSAEX02']);
    expect(await names([{ name: 'Id', value: 'BSAEX02' }])).toEqual(['BSAEX02']);
    expect(await names([{ name: '-Identity:', value: 'BSAEX02' }])).toEqual(['BSAEX02']);
  });

  test('by position', async () => {
    expect(await names([{ name: null, value: 'BSAEX02' }])).toEqual(['BSAEX02']);
  });

  test('a name and its value apart, as PowerShell sends them', async () => {
    expect(
      await names([
        { name: '-Identity', value: null },
        { name: null, value: 'BSAEX02' },
      ]),
    ).toEqual(['BSAEX02']);
  });

  test('a switch without a value', async () => {
    expect(
      await names([
        { name: '-Status', value: null },
        { name: null, value: 'BSAEX02' },
      ]),
    ).toEqual(['BSAEX02']);
  });

  test('but not a name without its value, nor a value too many', async () => {
    expect(await names([{ name: '-Identity', value: null }])).toBe('MissingArgument,Get-ExchangeServer');
    expect(
      await names([
        { name: null, value: 'a' },
        { name: null, value: 'b' },
      ]),
    ).toBe('PositionalParameterNotFound,Get-ExchangeServer');
  });

  test('$null, which clears a property', async () => {
    await call(lab, 'Set-OwaVirtualDirectory', {
      Identity: OWA,
      ExternalUrl: 'https://mail.contoso.com/owa',
    });
    await call(lab, 'Set-OwaVirtualDirectory', { Identity: OWA, ExternalUrl: null });
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'ExternalUrl')).toBeNull();
  });

  test('a list, an empty list, and a list change', async () => {
    const scope = async (value: HostValue) => {
      await call(lab, 'Set-ClientAccessServer', {
        Identity: 'BSAEX01',
        AutoDiscoverSiteScope: value,
      });
      return only(
        await call(lab, 'Get-ClientAccessServer', { Identity: 'BSAEX01' }),
        'AutoDiscoverSiteScope',
      );
    };
    expect(await scope(['Mail', 'Branch'])).toEqual(['Mail', 'Branch']);
    expect(await scope({ entries: { Add: 'Third', Remove: ['mail'] } })).toEqual(['Branch', 'Third']);
    expect(await scope([])).toEqual([]);
  });

  test('a value that looks like code, as it is', async () => {
    const hostile = 'a\'"$(Get-Date)`n’‘–;\r\n';
    await call(lab, 'Set-OwaVirtualDirectory', { Identity: OWA, DefaultDomain: hostile });
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'DefaultDomain')).toBe(
      hostile,
    );
  });

  test('DomainController everywhere', async () => {
    const { failed } = await call(lab, 'Get-OwaVirtualDirectory', {
      DomainController: 'dc1.apatricio.local',
    });
    expect(failed).toBeUndefined();
  });
});

test('the session takes its cmdlets from the version of its own server', async () => {
  const mixed = organization();
  mixed.addServer({ name: 'OLD', fqdn: 'old.apatricio.local', version: ExchangeVersion.V2010 });
  mixed.addServer({ name: 'NEW', fqdn: 'new.apatricio.local', version: ExchangeVersion.SE });
  const mapi = (server: string) => call(mixed, 'Get-MapiVirtualDirectory', {}, server);
  expect((await mapi('OLD')).failed).toBe('CommandNotFoundException');
  expect((await mapi('NEW')).objects).toHaveLength(1);
});

test('what is not there fails as Exchange fails', async () => {
  const { failed, message } = await call(lab, 'Get-OwaVirtualDirectory', { Identity: 'BSAEX01\\nope' });
  expect(failed).toMatch(
    /^\[Server=BSAEX01,RequestId=[0-9a-f-]{36},TimeStamp=[\d/]+ [\d:]+ [AP]M\] \[FailureCategory=Cmdlet-ManagementObjectNotFoundException\] [0-9A-F]{1,8},Microsoft\.Exchange\.Management\.SystemConfigurationTasks\.GetOwaVirtualDirectory$/,
  );
  expect(message).toContain('BSAEX01\\nope');
});

test('secrets are not in the journal', async () => {
  lab.clearJournal();
  await call(lab, 'Import-ExchangeCertificate', {
    FileData: Buffer.from('canary-bytes'),
    Password: new SecureText('canary-password', 'the PFX password'),
  });
  expect(JSON.stringify(lab.journal())).not.toContain('canary');
  expect(lab.journal()).toHaveLength(1);
});
