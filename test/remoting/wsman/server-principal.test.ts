import { demandServerPrincipal } from '../../../remoting/transports/wsman/server-principal';

test.each([
  ['HTTP/ex1.contoso.com@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/EX1.contoso.com@CONTOSO.COM', 'ex1.Contoso.com.'],
  ['HTTP/ex1.contoso.com@CONTOSO.COM', 'ex1'],
  ['HTTP/ex1@CONTOSO.COM', 'EX1'],
  ['HTTP/ex1.contoso.com', 'ex1.contoso.com'],
  ['CONTOSO\\EX1$', 'ex1.contoso.com'],
])('%s is the service of %s', (principal, host) => {
  expect(() => demandServerPrincipal(principal, host)).not.toThrow();
});

test.each([
  ['HTTP/ex2.contoso.com@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/ex1.contoso.com.evil.test@EVIL.TEST', 'ex1.contoso.com'],
  ['HTTP/ex12.contoso.com@CONTOSO.COM', 'ex1'],
  ['HTTP/ex1@CONTOSO.COM', 'ex1.contoso.com'],
  ['HTTP/evil.contoso.com@CONTOSO.COM', '192.0.2.1'],
  ['HTTP/evil.contoso.com@CONTOSO.COM', '2001:db8::1'],
])('%s is not the service of %s', (principal, host) => {
  const refusal = ((): unknown => {
    try {
      return demandServerPrincipal(principal, host);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toMatchObject({
    kind: 'usage',
    facts: { remedy: expect.stringContaining('rdns = false') as string },
  });
});
