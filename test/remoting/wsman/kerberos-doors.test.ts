import type { KerberosSignIn } from '../../../lab/wsman/sign-in';
import { doorOfTests } from '../../lab/wsman/kerberos-door';
import { describeWithKerberos } from '../peers/kdc';

const echo = { cmdlet: 'Get-Echo', parameters: { A: 1 } };

describeWithKerberos('our client with Kerberos', () => {
  const door = doorOfTests();

  const offers: readonly (readonly [NonNullable<KerberosSignIn['schemes']>, connections: number])[] = [
    [['Kerberos'], 1],
    [['Negotiate', 'Kerberos'], 1],
    // The first connection only finds out.
    [['Negotiate'], 2],
  ];
  const cases = offers.flatMap(([schemes, connections]) =>
    (['http', 'https'] as const).map((scheme) => [scheme, schemes, connections] as const),
  );

  test.each(cases)('calls over %s where %j is offered', async (scheme, schemes, connections) => {
    const lab = await door.open({ windows: 2022 }, { schemes, extendedProtection: 'Require' });
    const url = scheme === 'http' ? lab.httpUrl : lab.url;
    const session = await lab.connect({ url, authentication: { kind: 'negotiate' } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    await session.close();
    const traffic = lab.traffic.filter(({ operation }) => operation !== 'Signal');
    expect(new Set(traffic.map(({ connection }) => connection)).size).toBe(connections);
    expect(traffic.filter(({ operation }) => operation === 'SignIn')).toHaveLength(1);
  });

  test.each([
    ['http', 2022],
    ['https', 2025],
  ] as const)('is told over %s which other schemes are offered', async (scheme, windows) => {
    const lab = await door.open({ windows, authentication: { basic: () => true } });
    const url = scheme === 'http' ? lab.httpUrl : lab.url;
    const opening = lab.connect({ url, authentication: { kind: 'negotiate' } });
    await expect(opening).rejects.toMatchObject({
      kind: 'authentication-refused',
      facts: { noEffect: true, methods: scheme === 'http' ? [] : ['Basic'] },
    });
    expect(lab.service.shells).toBe(0);
  });

  test('says of a server that asks for a certificate at TLS 1.3 which version it was, where the shell is another one', async () => {
    for (const windows of [2022, 2025] as const) {
      const lab = await door.open({ windows });
      const shellResource = 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell';
      const opening = lab.connect({ authentication: { kind: 'negotiate' }, shellResource });
      await expect(opening).rejects.toMatchObject({
        kind: 'closed',
        facts: { noEffect: true, tlsVersion: 'TLSv1.3' },
      });
    }
  });
});
