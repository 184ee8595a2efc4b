import { demandServerPrincipal } from '../../../remoting/transports/wsman/server-principal';

test.each([
  ['HTTP/ex1.contoso.com@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/EX1.contoso.com@CONTOSO.COM', 'ex1.Contoso.com.'],
  ['HTTP/ex1.contoso.com@CONTOSO.COM', 'ex1'],
  ['HTTP/ex1@CONTOSO.COM', 'EX1'],
  ['HTTP/ex1.contoso.com', 'ex1.contoso.com'],
  ['HTTP/ex1.contoso.com:80@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/ex1.contoso.com/contoso.com@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/192.0.2.1@CONTOSO.COM', '192.0.2.1'],
  ['HTTP/2001:db8::1@CONTOSO.COM', '2001:db8::1'],
])('%s is the service of %s', (principal, host) => {
  expect(() => demandServerPrincipal(principal, host, 'linux')).not.toThrow();
});

test('the account that Windows names has the service that was asked for', () => {
  expect(() => demandServerPrincipal('CONTOSO\\EX1$', 'ex1.contoso.com', 'win32')).not.toThrow();
});

function refusal(principal: string, host: string, platform: NodeJS.Platform = 'linux'): unknown {
  try {
    return demandServerPrincipal(principal, host, platform);
  } catch (error) {
    return error;
  }
}

test.each([
  ['HTTP/ex2.contoso.com@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/ex1.contoso.com.evil.test@EVIL.TEST', 'ex1.contoso.com'],
  ['HTTP/ex12.contoso.com@CONTOSO.COM', 'ex1'],
  ['HTTP/ex1@CONTOSO.COM', 'ex1.contoso.com'],
])('%s is not the service of %s', (principal, host) => {
  expect(refusal(principal, host)).toMatchObject({
    kind: 'usage',
    facts: { remedy: expect.stringContaining('rdns = false') as string },
  });
});

test.each([
  ['', 'linux'],
  ['', 'win32'],
  ['CONTOSO\\EX1$', 'linux'],
  ['EX1$@CONTOSO.COM', 'linux'],
  ['HTTP\\/ex1.contoso.com@CONTOSO.COM', 'linux'],
  ['HTTP\\/ex1.contoso.com@CONTOSO.COM', 'win32'],
  ['HTTP/@CONTOSO.COM', 'linux'],
] as const)("'%s', which names no server, is refused on %s", (principal, platform) => {
  expect(refusal(principal, 'ex1.contoso.com', platform)).toMatchObject({
    kind: 'usage',
    message: expect.stringContaining(`its principal is '${principal}'`) as string,
    facts: { remedy: expect.stringContaining('HTTP/ex1.contoso.com') as string },
  });
});

test.each([
  ['HTTP/evil.contoso.com@CONTOSO.COM', '192.0.2.1'],
  ['HTTP/evil.contoso.com@CONTOSO.COM', '2001:db8::1'],
  ['HTTP/2001@CONTOSO.COM', '2001:db8::1'],
  ['', '2001:db8::1'],
])('where %s is taken for the address %s, the full name is the remedy', (principal, host) => {
  const facts = { remedy: expect.stringContaining('full name of the server (FQDN)') as string };
  expect(refusal(principal, host)).toMatchObject({ kind: 'usage', facts });
});
