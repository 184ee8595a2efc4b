import { covers, makeSelfSigned, type Certificate } from '../../pki';

const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2026-07-01T00:00:00Z');

function certificate(commonName: string, subjectAlternativeNames?: readonly string[]): Certificate {
  return makeSelfSigned({
    commonName,
    ...(subjectAlternativeNames === undefined ? {} : { subjectAlternativeNames }),
    notBefore,
    notAfter,
  }).certificate;
}

describe('a certificate covers', () => {
  const named = certificate('cn.contoso.com', ['Mail.contoso.com', '*.fabrikam.com', '*.com']);

  test.each([
    ['mail.contoso.com', true],
    ['MAIL.CONTOSO.COM.', true],
    ['autodiscover.contoso.com', false],
    ['cn.contoso.com', false],
    ['owa.fabrikam.com', true],
    ['a.b.fabrikam.com', false],
    ['fabrikam.com', false],
    ['.fabrikam.com', false],
    ['evil.com', false],
    ['', false],
    ['10.0.0.1', false],
  ])('%j: %s', (host, expected) => {
    expect(covers(named, host)).toBe(expected);
  });

  test('its common name only where it has no other name', () => {
    expect(covers(certificate('mail.contoso.com'), 'mail.contoso.com')).toBe(true);
  });
});
