import { covers, makeSelfSigned, nameCovers, presentedNames, type Certificate } from '../../pki';

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

describe('one name of a certificate', () => {
  test.each([
    ['mail.contoso.com', 'mail.contoso.com.', true],
    ['mail.contoso.com.', 'mail.contoso.com', true],
    ['mail.contoso.com', 'xail.contoso.com', false],
    ['*.contoso.com', 'mail.contoso.com', true],
    ['m*.contoso.com', 'mail.contoso.com', false],
    ['*', 'mail', false],
    // No name covers an address or nothing, even where it is written in the same way.
    ['10.0.0.1', '10.0.0.1', false],
    ['*.0.0.1', '10.0.0.1', false],
    ['fe80::1', 'fe80::1', false],
    ['', '', false],
    ['.', '.', false],
  ])('%j for the host %j: %s', (name, host, expected) => {
    expect(nameCovers(name, host)).toBe(expected);
  });
});

test('a certificate without any name presents none', () => {
  const { commonName, ...nameless } = certificate('mail.contoso.com');
  expect(presentedNames(nameless)).toEqual([]);
  expect(presentedNames({ ...nameless, commonName: commonName! })).toEqual(['mail.contoso.com']);
});
