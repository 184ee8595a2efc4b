import type { Answers } from '../../../exchange/resources';
import { inboundCertificates, inboundInquiries } from '../../../exchange/resources/inbound-certificate';
import { ExchangeVersion } from '../../../exchange/versions';
import { makeAuthority, makeSelfSigned, type KeyedCertificate } from '../../../pki';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { factsOf } from './samples';

const NOW = new Date('2026-06-01T00:00:00Z');
const SERVER = { name: 'EX1', fqdn: 'EX1.contoso.local' };
const valid = (from: string, until = '2027-01-01') => ({
  notBefore: new Date(from),
  notAfter: new Date(until),
});

const authority = makeAuthority({ commonName: 'Contoso CA', ...valid('2026-01-01') });
const issued = (name: string, from: string, until?: string) =>
  authority.issue({ commonName: name, subjectAlternativeNames: [name], ...valid(from, until) });
const self = makeSelfSigned({
  commonName: 'EX1',
  subjectAlternativeNames: ['EX1', 'EX1.contoso.local'],
  ...valid('2026-05-01'),
});

const object = (properties: { readonly [name: string]: PowerShellValue }): PowerShellObject => ({
  typeNames: [],
  properties,
});
const shown = ({ certificate }: KeyedCertificate, Services: PowerShellValue = 'IIS, SMTP') =>
  object({ RawData: certificate.der, Services });
const connector = (changes: { readonly [name: string]: PowerShellValue } = {}) =>
  object({
    Identity: 'EX1\\Default Frontend EX1',
    Enabled: true,
    Bindings: ['[::]:25', '0.0.0.0:25'],
    AuthMechanism: { typeNames: [], text: 'Tls, Integrated, BasicAuth', number: 7, properties: {} },
    Fqdn: 'EX1.contoso.local',
    TlsCertificateName: null,
    ...changes,
  });

function selected(
  connectors: readonly PowerShellObject[] | null,
  certificates: readonly PowerShellObject[] | null,
  port = 25,
) {
  const answers: Answers = new Map([
    ['Get-ReceiveConnector', connectors],
    ['Get-ExchangeCertificate', certificates],
  ]);
  return inboundCertificates(SERVER, port, answers, NOW);
}
const only = ({ certificate }: KeyedCertificate) => ({
  kind: 'selected',
  thumbprints: [certificate.thumbprint],
});

const own = issued('EX1.contoso.local', '2026-02-01');
const mail = issued('mail.contoso.com', '2026-02-01');

test('what is asked for are the connectors and the certificates of the server', () => {
  const [connectors, certificates] = inboundInquiries('EX1', factsOf(ExchangeVersion.V2016));
  expect(connectors).toEqual({
    cmdlet: 'Get-ReceiveConnector',
    parameters: { Server: 'EX1' },
    properties: ['Identity', 'Enabled', 'Bindings', 'AuthMechanism', 'Fqdn', 'TlsCertificateName'],
  });
  expect(certificates).toMatchObject({ cmdlet: 'Get-ExchangeCertificate', parameters: { Server: 'EX1' } });
});

test('by its FQDN a connector selects a certificate of an authority before one that is newer and self-signed', () => {
  expect(selected([connector()], [shown(self), shown(mail), shown(own)])).toEqual(only(own));
  expect(selected([connector()], [shown(self), shown(mail)])).toEqual(only(self));
});

test('of several of an authority it selects the one that became valid last and is valid now', () => {
  const newer = issued('EX1.contoso.local', '2026-03-01');
  const ended = issued('EX1.contoso.local', '2026-04-01', '2026-05-01');
  const future = issued('EX1.contoso.local', '2026-07-01');
  const all = [own, ended, newer, future].map((one) => shown(one));
  expect(selected([connector()], all)).toEqual(only(newer));
  expect(selected([connector()], all.toReversed())).toEqual(only(newer));
  expect(selected([connector()], [shown(future), shown(self)])).toEqual(only(self));
  expect(selected([connector()], [shown(ended), shown(self)])).toEqual(only(self));
  expect(selected([connector()], [shown(ended)])).toEqual(only(ended));
});

test('a certificate is valid from its first second to its last', () => {
  const fromNow = issued('EX1.contoso.local', NOW.toISOString());
  const untilNow = issued('EX1.contoso.local', '2026-03-01', NOW.toISOString());
  expect(selected([connector()], [shown(own), shown(fromNow)])).toEqual(only(fromNow));
  expect(selected([connector()], [shown(own), shown(untilNow)])).toEqual(only(untilNow));
});

test('a certificate also has its common name, whatever its other names are', () => {
  const common = authority.issue({
    commonName: 'ex1.contoso.local',
    subjectAlternativeNames: ['mail.contoso.com', 'smtp.contoso.com'],
    ...valid('2026-03-01'),
  });
  expect(selected([connector()], [shown(mail), shown(common)])).toEqual(only(common));
  expect(selected([connector({ Fqdn: 'smtp.contoso.com' })], [shown(common)])).toEqual(only(common));
  expect(selected([connector({ Fqdn: 'other.contoso.com' })], [shown(common)]).kind).toBe('none');
});

test('a wildcard has the FQDN; letter case does not count; without FQDN the name of the server counts', () => {
  const wildcard = issued('*.contoso.local', '2026-02-01');
  expect(selected([connector({ Fqdn: 'ex1.CONTOSO.local' })], [shown(wildcard)])).toEqual(only(wildcard));
  expect(selected([connector({ Fqdn: null })], [shown(own)])).toEqual(only(own));
  expect(selected([connector({ Fqdn: '' })], [shown(own)])).toEqual(only(own));
});

test('a certificate that the connector names goes before its FQDN', () => {
  const { issuer, subject } = mail.certificate;
  const named = connector({ TlsCertificateName: `<I>${issuer}<S>${subject}` });
  expect(selected([named], [shown(own), shown(mail)])).toEqual(only(mail));
  expect(selected([named], [shown(own)])).toMatchObject({
    kind: 'none',
    problem: expect.stringContaining(`by its TlsCertificateName '<I>${issuer}<S>${subject}'`) as string,
  });
  expect(selected([connector({ TlsCertificateName: 'EX1' })], [shown(own)]).kind).toBe('none');
});

test('a certificate without SMTP is none; one of which the session does not tell may be', () => {
  expect(selected([connector()], [shown(own, 'IIS')])).toMatchObject({
    kind: 'none',
    problem:
      "the Receive connector 'EX1\\Default Frontend EX1' finds no certificate with SMTP that has its FQDN 'EX1.contoso.local', so that it offers no TLS",
    remedy: expect.stringContaining('Set-ReceiveConnector -Identity') as string,
  });
  expect(selected([connector()], [shown(own, null)])).toEqual(only(own));
});

test('a connector that is off, on another port, or without TLS is not asked', () => {
  for (const changes of [
    { Enabled: false },
    { Bindings: ['0.0.0.0:2525'] },
    { Bindings: ['0.0.0.0:125'] },
    { AuthMechanism: ['Integrated'] },
  ]) {
    expect(selected([connector(changes)], [shown(own)])).toMatchObject({
      kind: 'none',
      problem: 'no Receive connector of EX1 is enabled on port 25 with TLS',
      remedy: "Look at Get-ReceiveConnector -Server 'EX1', or take SMTP out of health.fromRunner.",
    });
  }
  for (const changes of [
    { Bindings: ['0.0.0.0:2525', '0.0.0.0:25'] },
    { AuthMechanism: null },
    { Enabled: null },
  ]) {
    expect(selected([connector(changes)], [shown(own)])).toEqual(only(own));
  }
});

test('of several connectors on the port any may answer the runner', () => {
  const relay = connector({ Identity: 'EX1\\Relay', Fqdn: 'mail.contoso.com' });
  expect(selected([connector(), relay, connector()], [shown(own), shown(mail)])).toEqual({
    kind: 'selected',
    thumbprints: [own.certificate.thumbprint, mail.certificate.thumbprint],
  });
  expect(selected([relay, connector()], [shown(own)])).toEqual(only(own));
});

test('what could not be read is told, and nothing is taken for right', () => {
  expect(selected(null, [shown(own)])).toMatchObject({
    kind: 'none',
    problem: 'Get-ReceiveConnector could not be read for EX1',
    remedy: 'Run it in the management shell to see why.',
  });
  expect(selected([connector()], null)).toMatchObject({
    kind: 'none',
    problem: 'Get-ExchangeCertificate could not be read for EX1',
  });
});
