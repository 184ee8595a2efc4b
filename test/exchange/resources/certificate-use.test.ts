import { NO_HISTORY, type CertificateHistory } from '../../../exchange/resources/certificate-history';
import {
  certificateOfWeb,
  remarksOnUse,
  servicesSeen,
  SERVICES_UNKNOWN,
  withCertificateInUse,
  type CertificateState,
} from '../../../exchange/resources/certificate-use';
import { installedCertificate } from '../../../exchange/resources/installed-certificate';
import { ExchangeVersion } from '../../../exchange/versions';
import { makeKey, makeSelfSigned } from '../../../pki';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { factsOf } from './samples';

const privateKey = makeKey();
const make = (commonName: string, subjectAlternativeNames: readonly string[]) =>
  makeSelfSigned({
    commonName,
    subjectAlternativeNames,
    privateKey,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
  }).certificate;
const OLD = make('mail.contoso.com', ['mail.contoso.com']);
const NEW = make('mail.contoso.com', ['mail.contoso.com', 'autodiscover.contoso.com']);
/** The one that Setup made for EX1. */
const OWN = make('EX1', ['EX1', 'EX1.contoso.local']);

/** A certificate as a session with a projection shows it. */
function shown(
  { der }: { readonly der: Uint8Array },
  properties: { readonly [name: string]: PowerShellValue } = {},
): PowerShellObject {
  return { typeNames: [], properties: { RawData: der, ...properties } };
}

const site = (number: number) => `IIS://EX1/W3SVC/${number}`;

const STATE: CertificateState = {
  server: 'EX1',
  pfx_file: 'mail.pfx',
  thumbprint: OLD.thumbprint,
  subject: null,
  issuer: null,
  names: null,
  not_after: null,
  imported: [],
  left_on_server: ['somewhere'],
  services: ['IIS', 'SMTP'],
  fallback_thumbprint: null,
};

const facts = (history: Partial<CertificateHistory> = {}) => ({
  ...factsOf(ExchangeVersion.V2016),
  history: { ...NO_HISTORY, ...history },
});

function installed(object: PowerShellObject) {
  const found = installedCertificate(object);
  if (found === null) throw new Error('no certificate');
  return found;
}

describe('the declared services that a certificate has', () => {
  const seen = (
    properties: { readonly [name: string]: PowerShellValue },
    held: readonly string[] = [],
    history: Partial<CertificateHistory> = {},
    state = STATE,
  ) => servicesSeen(state, installed(shown(OLD, properties)), held, facts(history));

  test('are those that are shown, without more than are declared', () => {
    expect(seen({ Services: 'IIS, SMTP, POP' })).toEqual(['IIS', 'SMTP']);
    expect(seen({ Services: 'iis' })).toEqual(['IIS']);
    expect(seen({ Services: 'None' })).toEqual([]);
    expect(seen({ Services: 'IIS, POP' }, [], {}, { ...STATE, services: null })).toEqual(['IIS', 'POP']);
  });

  test('are those that are assumed where none are shown', () => {
    expect(seen({}, ['SMTP'])).toEqual(['SMTP']);
    expect(seen({ Services: 'IIS' }, ['SMTP'])).toEqual(['IIS']);
  });

  test('do not hold IIS where the web site of clients has another certificate', () => {
    expect(seen({ Services: 'IIS, SMTP', IISServices: [site(2)] })).toEqual(['SMTP']);
    expect(seen({ Services: 'IIS, SMTP', IISServices: [site(1)] })).toEqual(['IIS', 'SMTP']);
    expect(seen({ Services: 'IIS, SMTP', IISServices: [] })).toEqual(['SMTP']);
  });

  test('do not hold what the run has taken from it, or failed to give it', () => {
    const isSmtp = (server: string, thumbprint: string, service: string) =>
      server === 'EX1' && thumbprint === OLD.thumbprint && service === 'SMTP';
    expect(seen({ Services: 'IIS, SMTP' }, [], { lost: isSmtp })).toEqual(['IIS']);
    expect(seen({}, ['IIS', 'SMTP'], { lacks: isSmtp })).toEqual(['IIS']);
    // What a read shows counts more than a call that failed.
    expect(seen({ Services: 'IIS, SMTP' }, [], { lacks: isSmtp })).toEqual(['IIS', 'SMTP']);
  });
});

describe('the certificate that is in use', () => {
  test('is that of the state, with what the server shows of it', () => {
    const objects = [shown(OWN, { Services: 'SMTP' }), shown(OLD, { Services: 'IIS' })];
    expect(withCertificateInUse(objects, STATE, [], facts())).toEqual({
      ...STATE,
      subject: 'CN=mail.contoso.com',
      issuer: 'CN=mail.contoso.com',
      names: ['mail.contoso.com'],
      not_after: OLD.notAfter.toISOString(),
      left_on_server: [],
      services: ['IIS'],
      fallback_thumbprint: OWN.thumbprint,
    });
  });

  test('is of several that were imported the one with most of the declared services', () => {
    const state = {
      ...STATE,
      imported: [OLD.thumbprint, NEW.thumbprint, OLD.thumbprint.toLowerCase(), 'GONE'],
    };
    const objects = [shown(OLD, { Services: 'SMTP' }), shown(NEW, { Services: 'IIS, SMTP' })];
    expect(withCertificateInUse(objects, state, [], facts())).toMatchObject({
      thumbprint: NEW.thumbprint,
      services: ['IIS', 'SMTP'],
      // Each once, and only those that are there.
      imported: [OLD.thumbprint, NEW.thumbprint],
      fallback_thumbprint: '',
    });
    // Of two with as many, that of the state.
    const both = [shown(NEW, { Services: 'IIS' }), shown(OLD, { Services: 'IIS' })];
    expect(withCertificateInUse(both, state, [], facts())?.thumbprint).toBe(OLD.thumbprint);
  });

  test('may be one that this run imported, with what this run gave it', () => {
    const objects = [shown(OLD), shown(NEW)];
    const history = {
      imported: (server: string, file: string) =>
        server === 'EX1' && file === 'mail.pfx' ? [NEW.thumbprint] : [],
      given: (server: string, thumbprint: string) =>
        server === 'EX1' && thumbprint === NEW.thumbprint ? ['IIS', 'SMTP'] : [],
    };
    expect(withCertificateInUse(objects, STATE, ['IIS'], facts(history))).toMatchObject({
      thumbprint: NEW.thumbprint,
      services: ['IIS', 'SMTP'],
      imported: [NEW.thumbprint],
    });
  });

  test('is assumed to have its services of before only where it is that of the state', () => {
    const state = { ...STATE, imported: [NEW.thumbprint] };
    expect(withCertificateInUse([shown(OLD), shown(NEW)], state, ['IIS', 'SMTP'], facts())).toMatchObject({
      thumbprint: OLD.thumbprint,
      services: ['IIS', 'SMTP'],
    });
    expect(withCertificateInUse([shown(NEW)], state, ['IIS', 'SMTP'], facts())).toMatchObject({
      thumbprint: NEW.thumbprint,
      services: [],
    });
  });

  test('is none where none of its certificates is on the server', () => {
    expect(withCertificateInUse([shown(NEW)], STATE, [], facts())).toBeNull();
    expect(withCertificateInUse([], { ...STATE, thumbprint: null, imported: null }, [], facts())).toBeNull();
  });

  test('is not taken for the one that Setup made, whatever it looks like', () => {
    const state = { ...STATE, thumbprint: OWN.thumbprint };
    expect(withCertificateInUse([shown(OWN)], state, [], facts())?.fallback_thumbprint).toBe('');
    const imported = { ...STATE, imported: [OWN.thumbprint] };
    const objects = [shown(OLD, { Services: 'IIS' }), shown(OWN)];
    expect(withCertificateInUse(objects, imported, [], facts())?.fallback_thumbprint).toBe('');
  });
});

describe('the remarks of a plan', () => {
  const summaries = (objects: readonly PowerShellObject[], state = STATE) =>
    remarksOnUse(objects, state).map(({ severity, summary }) => `${severity}: ${summary}`);
  const whole = { Services: 'IIS', IISServices: [site(1)] };

  test('say where a session does not show services, for the certificate in question', () => {
    expect(remarksOnUse([shown(OLD, { IISServices: [site(1)] })], STATE)).toEqual([SERVICES_UNKNOWN]);
    expect(remarksOnUse([shown(OLD, whole), shown(NEW)], STATE)).toEqual([]);
    // Where it is not there yet, any certificate tells what the session shows.
    expect(remarksOnUse([shown(NEW)], STATE)).toEqual([SERVICES_UNKNOWN]);
  });

  test('tell of a certificate for clients on the site that only the server uses', () => {
    const onBoth = [shown(OLD, { Services: 'IIS', IISServices: [site(1), site(2)] })];
    expect(remarksOnUse(onBoth, STATE)).toEqual([
      {
        severity: 'warning',
        summary: `The site Exchange Back End of EX1 shows the certificate ${OLD.thumbprint}`,
        detail:
          'It is meant for clients, and Outlook on the web and the admin center fail once it expires or is removed. Bind the certificate that Setup made, Microsoft Exchange, to port 444 of that site (IIS Manager on EX1).',
      },
    ]);
    expect(summaries(onBoth, { ...STATE, services: ['SMTP'] })).toEqual([]);
    expect(summaries(onBoth, { ...STATE, services: null })).toEqual([]);
    const own = [shown(OWN, { Services: 'IIS', IISServices: [site(1), site(2)] })];
    expect(summaries(own, { ...STATE, thumbprint: OWN.thumbprint })).toEqual([]);
  });

  test('tell of a web site of clients without a certificate', () => {
    const none = [
      shown(OLD, { Services: 'SMTP', IISServices: [] }),
      shown(OWN, { Services: 'IIS', IISServices: [site(2)] }),
    ];
    expect(remarksOnUse(none, STATE)).toEqual([
      {
        severity: 'warning',
        summary: 'No certificate is bound to the Default Web Site of EX1',
        detail:
          'Clients get no connection over HTTPS. Where this plan shows Enable-ExchangeCertificate with IIS for the server, its deploy binds one; else run that cmdlet, or bind one to port 443 in IIS Manager.',
      },
    ]);
    // One whose sites are not shown may be the one.
    expect(summaries([...none, shown(NEW, { Services: 'IIS' })])).toEqual([]);
    expect(summaries([])).toEqual([]);
  });
});

describe('the certificate that web clients see', () => {
  test('is the one on their web site, and where no sites are shown the one with IIS', () => {
    const onSite = shown(NEW, { Services: 'IIS', IISServices: [site(1)] });
    expect(certificateOfWeb([shown(OWN, { Services: 'IIS' }), onSite])?.thumbprint).toBe(NEW.thumbprint);
    expect(
      certificateOfWeb([shown(OLD, { Services: 'SMTP' }), shown(OWN, { Services: 'SMTP, IIS' })])?.thumbprint,
    ).toBe(OWN.thumbprint);
    expect(
      certificateOfWeb([shown(OLD, { Services: 'IIS', IISServices: [site(2)] }), shown(OWN)]),
    ).toBeUndefined();
  });
});
