import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, organization, plain, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const { V2010, V2013, V2016 } = ExchangeVersion;
const OWA = 'BSAEX02\\owa (Default Web Site)';
let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers();
});

const set = (
  kind: string,
  parameters: { readonly [name: string]: string | boolean | readonly string[] | null },
) => call(lab, `Set-${kind}VirtualDirectory`, parameters);

describe('a new server', () => {
  test.each([
    ['Owa', 'https://bsaex02.apatricio.local/owa'],
    ['Ecp', 'https://bsaex02.apatricio.local/ecp'],
    ['ActiveSync', 'https://bsaex02.apatricio.local/Microsoft-Server-ActiveSync'],
    ['WebServices', 'https://bsaex02.apatricio.local/EWS/Exchange.asmx'],
    ['Oab', 'https://bsaex02.apatricio.local/OAB'],
    ['Mapi', 'https://bsaex02.apatricio.local/mapi'],
    ['PowerShell', 'http://bsaex02.apatricio.local/powershell'],
    ['Autodiscover', null],
  ])('has its own name in the internal address of %s, and no external one', async (kind, url) => {
    const found = await call(lab, `Get-${kind}VirtualDirectory`, { Server: 'bsaex02.apatricio.local' });
    expect(only(found, 'InternalUrl')).toBe(url);
    expect(only(found, 'ExternalUrl')).toBeNull();
  });

  test('has its own name for Outlook Anywhere and Autodiscover', async () => {
    const anywhere = await call(lab, 'Get-OutlookAnywhere', { Server: 'BSAEX02' });
    expect(only(anywhere, 'Identity')).toBe('BSAEX02\\Rpc (Default Web Site)');
    expect(only(anywhere, 'InternalHostname')).toBe('bsaex02.apatricio.local');
    expect(only(anywhere, 'ExternalHostname')).toBeNull();
    const scp = await call(lab, 'Get-ClientAccessServer', { Identity: 'BSAEX02' });
    expect(only(scp, 'AutoDiscoverServiceInternalUri')).toBe(
      'https://bsaex02.apatricio.local/Autodiscover/Autodiscover.xml',
    );
  });
});

describe('a change', () => {
  const url = 'https://webmail.andersonpatricio.info/owa';

  test('is seen by every session, and touches no other server', async () => {
    await set('Owa', { Identity: OWA, ExternalUrl: url });
    const all = await call(lab, 'Get-OwaVirtualDirectory', {}, 'BSAEX02');
    expect(
      all.objects.map(({ properties }) => (properties['ExternalUrl'] as { text: string } | null)?.text),
    ).toEqual([undefined, url]);
  });

  test('takes an identity in any case, and without a server the session’s own', async () => {
    await set('Owa', { Identity: 'bsaex02\\OWA (default web site)', ExternalUrl: url });
    await set('Owa', { Identity: 'owa (Default Web Site)', InternalUrl: url });
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'ExternalUrl')).toBe(url);
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Server: 'BSAEX01' }), 'InternalUrl')).toBe(url);
  });

  test('that changes nothing says so', async () => {
    await set('Owa', { Identity: OWA, ExternalUrl: url });
    expect((await set('Owa', { Identity: OWA, ExternalUrl: url })).warnings).toEqual([
      expect.stringContaining('no settings'),
    ]);
  });

  test('with WhatIf changes nothing', async () => {
    await set('Owa', { Identity: OWA, ExternalUrl: url, WhatIf: true });
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'ExternalUrl')).toBeNull();
  });

  test('sets the URL for a failback, which Setup leaves empty', async () => {
    const failback = 'https://mailfb.andersonpatricio.info/owa';
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'FailbackUrl')).toBeNull();
    expect((await set('Owa', { Identity: OWA, FailbackUrl: 'owa' })).failed).toContain(
      'DataValidationException',
    );
    await set('Owa', { Identity: OWA, FailbackUrl: failback });
    const adOnly = { Identity: OWA, ADPropertiesOnly: true };
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', adOnly), 'FailbackUrl')).toBe(failback);
    await set('Owa', { Identity: OWA, FailbackUrl: null });
    expect(only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'FailbackUrl')).toBeNull();
  });

  test('to an address without a scheme is refused', async () => {
    expect((await set('Owa', { Identity: OWA, ExternalUrl: 'owa' })).failed).toContain(
      'DataValidationException',
    );
  });

  test('of OWA’s authentication asks for the same in ECP, and for an IIS restart', async () => {
    const { warnings } = await set('Owa', {
      Identity: OWA,
      FormsAuthentication: false,
      BasicAuthentication: true,
    });
    expect(warnings).toEqual([
      expect.stringContaining('EcpVirtualDirectory'),
      expect.stringContaining('iisreset'),
    ]);
  });
});

describe('ADPropertiesOnly', () => {
  test('leaves out what IIS holds', async () => {
    const full = await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA });
    const adOnly = await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA, ADPropertiesOnly: true });
    expect([only(full, 'FormsAuthentication'), only(full, 'WebSite')]).toEqual([true, 'Default Web Site']);
    expect([only(adOnly, 'FormsAuthentication'), only(adOnly, 'WebSite')]).toEqual([false, '']);
    expect(only(adOnly, 'InternalUrl')).toBe(only(full, 'InternalUrl'));
  });

  test('reads a server that is down, where a full read reports an error beside the others', async () => {
    lab.stopServer('BSAEX02');
    const full = await call(lab, 'Get-OwaVirtualDirectory');
    expect(full.objects).toHaveLength(1);
    expect(full.errors).toEqual([expect.stringContaining('IISGeneralCOMException')]);
    const adOnly = await call(lab, 'Get-OwaVirtualDirectory', { ADPropertiesOnly: true });
    expect(adOnly.objects).toHaveLength(2);
    expect((await set('Owa', { Identity: OWA, DefaultDomain: 'x' })).failed).toContain(
      'IISGeneralCOMException',
    );
  });
});

describe('Outlook Anywhere', () => {
  const identity = 'BSAEX02\\Rpc (Default Web Site)';
  const setAnywhere = (parameters: { readonly [name: string]: string | boolean | readonly string[] }) =>
    call(lab, 'Set-OutlookAnywhere', { Identity: identity, ...parameters });
  const host = 'webmail.andersonpatricio.info';

  test('takes host, SSL and method together', async () => {
    const { failed } = await setAnywhere({
      InternalHostname: host,
      InternalClientsRequireSsl: true,
      ExternalHostname: host,
      ExternalClientsRequireSsl: true,
      ExternalClientAuthenticationMethod: 'Negotiate',
    });
    expect(failed).toBeUndefined();
    const shown = await call(lab, 'Get-OutlookAnywhere', { Identity: identity });
    expect(only(shown, 'ExternalHostname')).toBe(host);
    expect(only(shown, 'ExternalClientsRequireSsl')).toBe(true);
    expect(only(shown, 'ExternalClientAuthenticationMethod')).toBe('Negotiate');
  });

  test.each([
    ['an external host alone', { ExternalHostname: host }],
    ['an external host without a method', { ExternalHostname: host, ExternalClientsRequireSsl: true }],
    ['an internal host without SSL said', { InternalHostname: host }],
    [
      'the default method beside a specific one',
      { DefaultAuthenticationMethod: 'Ntlm', InternalClientAuthenticationMethod: 'Basic' },
    ],
    [
      'Basic without SSL',
      {
        ExternalHostname: host,
        ExternalClientsRequireSsl: false,
        ExternalClientAuthenticationMethod: 'Basic',
        SSLOffloading: false,
      },
    ],
  ])('refuses %s', async (_what, parameters) => {
    expect((await setAnywhere(parameters)).failed).toContain('ArgumentException');
    expect(
      only(await call(lab, 'Get-OutlookAnywhere', { Identity: identity }), 'ExternalHostname'),
    ).toBeNull();
  });

  test('takes the default method for every side', async () => {
    await setAnywhere({ DefaultAuthenticationMethod: 'Basic' });
    const shown = await call(lab, 'Get-OutlookAnywhere', { Identity: identity });
    expect(only(shown, 'IISAuthenticationMethods')).toEqual(['Basic']);
    expect(only(shown, 'InternalClientAuthenticationMethod')).toBe('Basic');
  });

  test('must be enabled on Exchange 2010, with host, offloading and method', async () => {
    const old = organization();
    old.addServer({ name: 'OLD', fqdn: 'old.apatricio.local', version: V2010 });
    const enable = (parameters: { readonly [name: string]: string | boolean }) =>
      call(old, 'Enable-OutlookAnywhere', parameters, 'OLD');
    expect((await call(old, 'Get-OutlookAnywhere', {}, 'OLD')).objects).toEqual([]);
    expect((await enable({ ExternalHostname: host, SSLOffloading: false })).failed).toBeDefined();
    const enabled = await enable({
      ExternalHostname: host,
      SSLOffloading: false,
      DefaultAuthenticationMethod: 'Ntlm',
    });
    expect(only(enabled, 'ExternalHostname')).toBe(host);
    const disabled = await call(old, 'Disable-OutlookAnywhere', {}, 'OLD');
    expect(disabled.failed).toMatch(/^HostFunctionNotImplemented,/);
  });
});

describe('an organization of Exchange 2010', () => {
  let old: SimulatedOrganization;
  beforeEach(() => {
    old = twoServers(V2010);
  });

  test('has the services of 2010 and no others', async () => {
    const kinds = [...(old.read().servers.get('BSAEX01')?.virtualDirectories ?? [])].map(({ kind }) => kind);
    expect(kinds.sort()).toEqual([
      'ActiveSync',
      'Autodiscover',
      'Ecp',
      'Oab',
      'Owa',
      'PowerShell',
      'WebServices',
    ]);
    expect((await call(old, 'Get-MapiVirtualDirectory')).failed).toContain('CommandNotFound');
    expect((await call(old, 'Get-UMVirtualDirectory')).failed).toContain('CommandNotFound');
  });

  test('tells nothing of what came later, and where 2010 has its files', async () => {
    const owa = (await call(old, 'Get-OwaVirtualDirectory', { Server: 'BSAEX01' })).objects[0];
    expect(Object.keys(owa?.properties ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/OAuth|Adfs|DownloadHostName|SetPhotoURL/)]),
    );
    expect(plain(owa!.properties['Path']!)).toBe(
      'C:\\Program Files\\Microsoft\\Exchange Server\\V14\\ClientAccess\\owa',
    );
    expect([owa!.properties['FormsAuthentication'], owa!.properties['BasicAuthentication']]).toEqual([
      true,
      true,
    ]);
    const ews = await call(old, 'Get-WebServicesVirtualDirectory', { Server: 'BSAEX01' });
    expect([only(ews, 'BasicAuthentication'), only(ews, 'WindowsAuthentication')]).toEqual([false, true]);
    const oab = await call(old, 'Get-OabVirtualDirectory', { Server: 'BSAEX01' });
    expect(only(oab, 'InternalUrl')).toBe('http://bsaex01.apatricio.local/OAB');
  });

  test('turns Basic on and Windows authentication off with forms, whatever is given', async () => {
    const Identity = 'BSAEX01\\owa (Default Web Site)';
    await call(old, 'Set-OwaVirtualDirectory', {
      Identity,
      FormsAuthentication: true,
      BasicAuthentication: false,
      WindowsAuthentication: true,
    });
    const after = await call(old, 'Get-OwaVirtualDirectory', { Identity });
    expect([only(after, 'BasicAuthentication'), only(after, 'WindowsAuthentication')]).toEqual([true, false]);
  });

  test('says whether Outlook Anywhere is on, and sets and disables it', async () => {
    const isOn = async () =>
      only(await call(old, 'Get-ClientAccessServer', { Identity: 'BSAEX01' }), 'OutlookAnywhereEnabled');
    const Identity = 'BSAEX01\\Rpc (Default Web Site)';
    expect(await isOn()).toBe(false);
    expect((await call(old, 'Set-OutlookAnywhere', { Identity, SSLOffloading: true })).failed).toBeDefined();
    await call(old, 'Enable-OutlookAnywhere', {
      Server: 'BSAEX01',
      ExternalHostname: 'mail.contoso.com',
      SSLOffloading: false,
      DefaultAuthenticationMethod: 'Basic',
    });
    expect(await isOn()).toBe(true);
    const shown = await call(old, 'Get-OutlookAnywhere', { Server: 'BSAEX01' });
    expect(only(shown, 'ClientAuthenticationMethod')).toBe('Basic');
    expect(only(shown, 'IISAuthenticationMethods')).toEqual(['Basic']);
    expect(shown.objects[0]?.properties).not.toHaveProperty('InternalHostname');
    await call(old, 'Set-OutlookAnywhere', { Identity, ClientAuthenticationMethod: 'Ntlm' });
    expect(
      only(await call(old, 'Get-OutlookAnywhere', { Server: 'BSAEX01' }), 'ClientAuthenticationMethod'),
    ).toBe('Ntlm');
    await call(old, 'Disable-OutlookAnywhere', {
      Identity: 'BSAEX02\\Rpc (Default Web Site)',
      Confirm: false,
    });
    expect(await isOn()).toBe(true);
    await call(old, 'Disable-OutlookAnywhere', { Identity, Confirm: false });
    expect(await isOn()).toBe(false);
  });

  test('tells the health of a server by its services, and has no health sets', async () => {
    const { objects } = await call(old, 'Test-ServiceHealth', { Server: 'BSAEX02' });
    expect(objects.map(({ properties }) => properties['Role'])).toEqual([
      'Mailbox Server Role',
      'Client Access Server Role',
      'Hub Transport Server Role',
    ]);
    expect((await call(old, 'Get-HealthReport', { Identity: 'BSAEX02' })).failed).toContain(
      'CommandNotFound',
    );
  });
});

test('Set-ClientAccessServer still works in 2016, with a warning', async () => {
  const newer = twoServers(V2016);
  const uri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml';
  const parameters = { Identity: 'BSAEX01', AutoDiscoverServiceInternalUri: uri };
  expect((await call(newer, 'Set-ClientAccessServer', parameters)).warnings).toEqual([
    expect.stringContaining('Set-ClientAccessService'),
  ]);
  const shown = await call(newer, 'Get-ClientAccessService', { Identity: 'BSAEX01' });
  expect(shown.warnings).toEqual([]);
  expect(only(shown, 'AutoDiscoverServiceInternalUri')).toBe(uri);
});

test('Get-ExchangeServer gives versions as servers do', async () => {
  const mixed = organization();
  mixed.addServer({ name: 'A', fqdn: 'a.apatricio.local', version: V2013 });
  mixed.addServer({
    name: 'B',
    fqdn: 'b.apatricio.local',
    version: V2016,
    build: '15.1.2375.7',
    site: 'Branch',
  });
  const { objects } = await call(mixed, 'Get-ExchangeServer', {}, 'A');
  expect(
    objects.map(({ properties }) => (properties['AdminDisplayVersion'] as { text: string }).text),
  ).toEqual(['Version 15.0 (Build 1497.2)', 'Version 15.1 (Build 2375.7)']);
  expect((objects[1]!.properties['Site'] as { text: string }).text).toBe(
    'apatricio.local/Configuration/Sites/Branch',
  );
});
