import { assess, covers, makeSelfSigned, type Certificate } from '../../pki';

const DAY_MS = 24 * 60 * 60 * 1000;
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

describe('assessing', () => {
  const checked = certificate('x', ['mail.contoso.com']);
  const at = (now: Date, hosts: readonly string[] = ['mail.contoso.com']) =>
    assess(checked, { now, hosts, renewBeforeDays: 30 }).map(({ kind }) => kind);

  test.each([
    ['nothing in the middle of its life', new Date('2026-03-01'), []],
    ['that it is not valid yet', new Date('2025-12-31'), ['not-yet-valid']],
    ['that it has expired', new Date('2026-07-02'), ['expired']],
    ['that it expires soon', new Date(notAfter.getTime() - 29 * DAY_MS), ['expires-soon']],
    ['nothing thirty days before the end', new Date(notAfter.getTime() - 30 * DAY_MS), []],
  ])('finds %s', (_what, now, expected) => {
    expect(at(now)).toEqual(expected);
  });

  test('names the hosts that it misses, and what it has', () => {
    const hosts = ['autodiscover.contoso.com', 'mail.contoso.com'];
    expect(assess(checked, { now: new Date('2026-03-01'), hosts, renewBeforeDays: 30 })).toEqual([
      { kind: 'names-missing', missing: ['autodiscover.contoso.com'], has: ['mail.contoso.com'] },
    ]);
  });

  test('finds several things in a fixed order', () => {
    expect(at(new Date('2026-07-02'), ['x.contoso.com'])).toEqual(['expired', 'names-missing']);
  });
});
