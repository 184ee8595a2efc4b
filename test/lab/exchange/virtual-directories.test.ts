import { call, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

describe('a new server', () => {
  test('has its own name in the internal addresses, and no external ones', async () => {
    const lab = twoServers();
    const owa = await call(lab, 'Get-OwaVirtualDirectory', { Server: 'BSAEX02' });
    expect(only(owa, 'InternalUrl')).toBe('https://bsaex02.apatricio.local/owa');
    expect(only(owa, 'ExternalUrl')).toBeNull();
    expect(only(owa, 'Identity')).toBe('BSAEX02\\owa (Default Web Site)');
    const scp = await call(lab, 'Get-ClientAccessServer', { Identity: 'BSAEX02' });
    expect(only(scp, 'AutoDiscoverServiceInternalUri')).toBe(
      'https://bsaex02.apatricio.local/Autodiscover/Autodiscover.xml',
    );
  });

  test('answers with its version', async () => {
    const servers = await call(twoServers(), 'Get-ExchangeServer', { Identity: 'bsaex01' });
    expect(only(servers, 'AdminDisplayVersion')).toBe('Version 15.0 (Build 1497.2)');
  });
});

test('a change is seen by every session', async () => {
  const lab = twoServers();
  const url = 'https://webmail.andersonpatricio.info/owa';
  await call(lab, 'Set-OwaVirtualDirectory', {
    Identity: 'BSAEX02\\owa (Default Web Site)',
    ExternalUrl: url,
  });
  const seen = await call(lab, 'Get-OwaVirtualDirectory', { Server: 'BSAEX02' }, 'BSAEX02');
  expect(only(seen, 'ExternalUrl')).toBe(url);
});
