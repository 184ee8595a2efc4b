import { NO_HISTORY } from '../../../exchange/resources/certificate-history';
import { holderInquiries, verdictOn, type Situation } from '../../../exchange/resources/certificate-holders';
import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellValue } from '../../../powershell/outcome';
import { factsOf, OTHER_THUMBPRINT, THUMBPRINT } from './samples';

type Row = { readonly [name: string]: PowerShellValue };

const certificate = {
  thumbprint: THUMBPRINT,
  subject: 'CN=mail.contoso.com, O="Contoso, Ltd.", S=Bavaria, C=DE',
  issuer: 'CN=Public CA, O=Trust, C=US',
  names: ['mail.contoso.com', '*.contoso.com'],
  notBefore: null,
  notAfter: null,
  selfSigned: false,
  services: ['SMTP', 'POP', 'IMAP'],
  iisSites: null,
  privateKeyExportable: null,
  status: null,
};

const FREE = {
  'Get-TransportService': [
    { Name: 'EX1', InternalTransportCertificateThumbprint: THUMBPRINT },
    { Name: 'EX2', InternalTransportCertificateThumbprint: OTHER_THUMBPRINT },
  ],
  'Get-ReceiveConnector': [{ Identity: 'EX2\\Default EX2', Server: 'EX2', TlsCertificateName: null }],
  'Get-SendConnector': [{ Identity: 'To the world', TlsCertificateName: null }],
  'Get-AuthConfig': [
    {
      CurrentCertificateThumbprint: OTHER_THUMBPRINT,
      PreviousCertificateThumbprint: '',
      NextCertificateThumbprint: null,
    },
  ],
  'Get-PopSettings': [{ X509CertificateName: 'EX2' }],
  'Get-ImapSettings': [{ X509CertificateName: null }],
} as const;

type Answered = { readonly [cmdlet in keyof typeof FREE | 'Get-TransportServer']?: readonly Row[] | null };

function judged(
  answered: Answered = {},
  situation: Partial<Situation> = {},
  version = ExchangeVersion.V2013,
) {
  const rows: { readonly [cmdlet: string]: readonly Row[] | null } = { ...FREE, ...answered };
  const answers = new Map(
    Object.entries(rows).map(([cmdlet, objects]) => [
      cmdlet,
      objects && objects.map((properties) => ({ typeNames: [], properties })),
    ]),
  );
  return verdictOn({
    server: 'EX2',
    certificate,
    others: [],
    handovers: [],
    facts: factsOf(version),
    ...situation,
    answers,
  });
}

const handover = (services: readonly string[], replacesDefault = false) => ({
  thumbprint: OTHER_THUMBPRINT,
  services,
  replacesDefault,
});
const shown = (more: object) => ({ certificate: { ...certificate, ...more } });

test('a certificate that only lists services is free: Exchange takes none away', () => {
  expect(judged()).toEqual({ kind: 'free' });
});

describe('a certificate is held', () => {
  const internal = [{ Name: 'ex2', InternalTransportCertificateThumbprint: THUMBPRINT.toLowerCase() }];
  const issue = '<I>cn=Public CA,O=Trust, C=US<S>CN=mail.contoso.com, O="Contoso, Ltd.", ST=Bavaria, C=DE';
  const same = { issuer: certificate.issuer, subject: certificate.subject, names: ['mail.contoso.com'] };
  const connector = { Identity: 'EX2\\Relay', Server: 'EX2', TlsCertificateName: issue };

  test.each<readonly [string, Answered, Partial<Situation>, string]>([
    ['as internal transport certificate', { 'Get-TransportService': internal }, {}, 'internal transport'],
    ['by IIS, where the sites are not told', {}, shown({ services: ['IIS'] }), 'IIS of EX2 uses it'],
    ['by the Default Web Site', {}, shown({ services: [], iisSites: [1] }), 'Default Web Site of EX2'],
    ['by the back end', {}, { ...shown({ iisSites: [1, 2] }), handovers: [handover(['IIS'])] }, 'Back End'],
    ['by another site', {}, shown({ iisSites: [7] }), 'site 7 of IIS'],
    ['by UM', {}, shown({ services: ['UM'] }), 'UM uses it'],
    ['by Federation', {}, shown({ services: ['SMTP', 'Federation'] }), 'Federation uses it'],
    [
      'by Federation, whatever Enable-ExchangeCertificate gives to another one',
      {},
      { ...shown({ services: ['Federation'] }), handovers: [handover(['Federation'])] },
      'Federation uses it',
    ],
    ['by a Receive connector', { 'Get-ReceiveConnector': [connector] }, {}, "'EX2\\Relay' names it"],
    [
      'by a Send connector, whichever certificate has the same issuer and subject',
      { 'Get-SendConnector': [{ Identity: 'To Office 365', TlsCertificateName: issue }] },
      { others: [same] },
      "Send connector 'To Office 365'",
    ],
    ...['Current', 'Previous', 'Next'].map(
      (which): readonly [string, Answered, Partial<Situation>, string] => [
        `as ${which} Auth certificate`,
        {
          'Get-AuthConfig': [
            { ...FREE['Get-AuthConfig'][0], [`${which}CertificateThumbprint`]: THUMBPRINT.toLowerCase() },
          ],
        },
        {},
        'Auth certificate',
      ],
    ),
    [
      'by POP',
      { 'Get-PopSettings': [{ X509CertificateName: 'MAIL.contoso.com' }] },
      { others: [{ ...same, names: ['other.contoso.com'] }] },
      "POP of EX2 is set to 'MAIL.contoso.com'",
    ],
    [
      'by IMAP, which a wildcard covers',
      { 'Get-ImapSettings': [{ X509CertificateName: 'imap.contoso.com' }] },
      {},
      "IMAP of EX2 is set to 'imap.contoso.com'",
    ],
  ])('%s', (_how, answered, situation, by) => {
    const verdict = judged(answered, situation);
    expect(verdict).toMatchObject({ kind: 'held', by: expect.stringContaining(by) as unknown });
    expect(verdict.kind === 'held' && verdict.wayOut).toMatch(/\w{4}/);
  });

  test.each([
    [ExchangeVersion.V2007, "Enable-ExchangeCertificate -Services 'SMTP' in the management shell on EX2"],
    [ExchangeVersion.V2010, "Enable-ExchangeCertificate -Server 'EX2' -Services 'SMTP'"],
  ])('as internal transport certificate of %s, with cmdlets that it has', (version, cmdlet) => {
    const wayOut: unknown = expect.stringMatching(
      /^Make another one that: declare replaceDefaultSmtpCertificate: true for the certificate that replaces it, or run .* and answer Yes; where that one is gone, .*New-ExchangeCertificate.* makes one\.$/,
    );
    expect(judged({ 'Get-TransportServer': internal }, {}, version)).toMatchObject({
      wayOut: expect.stringContaining(cmdlet) as unknown,
    });
    expect(judged({ 'Get-TransportServer': internal }, {}, version)).toMatchObject({ kind: 'held', wayOut });
  });

  test('even where something else cannot be known', () => {
    expect(judged({ 'Get-TransportService': internal, 'Get-AuthConfig': null }).kind).toBe('held');
  });

  test.each([
    ['UM', 'Enable-ExchangeCertificate -Services UM'],
    ['Federation', 'Set-FederationTrust'],
  ])('by %s, with the cmdlet that gives it to another one', (service, cmdlet) => {
    const wayOut: unknown = expect.stringContaining(cmdlet);
    expect(judged({}, shown({ services: [service] }))).toMatchObject({ kind: 'held', wayOut });
  });

  test.each<readonly [string, Answered, Partial<Situation>]>([
    [
      'another one becomes the internal transport certificate',
      { 'Get-TransportService': internal },
      { handovers: [handover(['SMTP'], true)] },
    ],
    [
      'IIS is given to another one',
      {},
      { ...shown({ services: ['IIS', 'SMTP'] }), handovers: [handover(['IIS'])] },
    ],
    [
      'its site gets another one',
      {},
      { ...shown({ services: ['IIS'], iisSites: [1] }), handovers: [handover(['IIS'])] },
    ],
    ['UM is given to another one', {}, { ...shown({ services: ['UM'] }), handovers: [handover(['UM'])] }],
    [
      'another one has the issuer and subject that a Receive connector names',
      { 'Get-ReceiveConnector': [connector] },
      { others: [same] },
    ],
    [
      'the Receive connector is of another server',
      { 'Get-ReceiveConnector': [{ ...connector, Server: 'EX1' }] },
      {},
    ],
    [
      'the connector names another issuer',
      { 'Get-SendConnector': [{ Identity: 'x', TlsCertificateName: issue.replace('Public', 'Other') }] },
      {},
    ],
    [
      'another one has the name of POP',
      { 'Get-PopSettings': [{ X509CertificateName: 'mail.contoso.com' }] },
      { others: [same] },
    ],
    [
      'POP is given to another one',
      { 'Get-PopSettings': [{ X509CertificateName: 'mail.contoso.com' }] },
      { handovers: [handover(['POP'])] },
    ],
  ])('no more where %s', (_how, answered, situation) => {
    expect(judged(answered, situation)).toEqual({ kind: 'free' });
  });
});

describe('what is not told is unknown, never none', () => {
  test.each<readonly [string, Answered, Partial<Situation>]>([
    ...Object.keys(FREE).map((cmdlet): readonly [string, Answered, Partial<Situation>] => [
      cmdlet,
      { [cmdlet]: null },
      {},
    ]),
    ['Get-TransportService', { 'Get-TransportService': [FREE['Get-TransportService'][0]] }, {}],
    [
      'Get-TransportService',
      { 'Get-TransportService': [{ Name: 'EX2', InternalTransportCertificateThumbprint: null }] },
      {},
    ],
    ['Get-SendConnector', { 'Get-SendConnector': [{ Identity: 'x' }] }, {}],
    ['Get-SendConnector', { 'Get-SendConnector': [{ Identity: 'x', TlsCertificateName: 'mail' }] }, {}],
    ['Get-ReceiveConnector', { 'Get-ReceiveConnector': [{ Identity: 'x', Server: 'EX2' }] }, {}],
    ...['a<I>CN=CA<S>CN=mail', '<I>CN=CA', '<S>CN=mail'].map(
      (name): readonly [string, Answered, Partial<Situation>] => [
        `'${name}' of x names it`,
        { 'Get-SendConnector': [{ Identity: 'x', TlsCertificateName: name }] },
        {},
      ],
    ),
    ...[{ issuer: null }, { subject: null }].map(
      (lacking): readonly [string, Answered, Partial<Situation>] => [
        "'<I>CN=CA<S>CN=mail' of x names it",
        { 'Get-SendConnector': [{ Identity: 'x', TlsCertificateName: '<I>CN=CA<S>CN=mail' }] },
        shown(lacking),
      ],
    ),
    ['Get-AuthConfig', { 'Get-AuthConfig': [{ CurrentCertificateThumbprint: '' }] }, {}],
    ['Get-AuthConfig', { 'Get-AuthConfig': [] }, {}],
    ['Get-PopSettings', { 'Get-PopSettings': [{}] }, {}],
    ['Get-PopSettings', { 'Get-PopSettings': [{ X509CertificateName: 'x' }] }, shown({ names: null })],
    ['Get-ExchangeCertificate', {}, shown({ services: null })],
    ['(128)', {}, shown({ services: ['128'] })],
  ])('%s', (named, answered, situation) => {
    expect(judged(answered, situation)).toEqual({
      kind: 'unknown',
      why: expect.stringContaining(named) as unknown,
    });
  });
});

test('one that still lists IIS after the Default Web Site got another one may be on the back end', () => {
  const lost = (server: string, thumbprint: string, service: string) =>
    server === 'EX2' && thumbprint === THUMBPRINT && service === 'IIS';
  const facts = { ...factsOf(ExchangeVersion.V2013), history: { ...NO_HISTORY, lost } };
  expect(judged({}, { ...shown({ services: ['IIS'] }), facts })).toMatchObject({
    kind: 'held',
    by: 'it still lists IIS after the Default Web Site of EX2 got another one, so that Exchange Back End (port 444) may show it',
  });
  expect(judged({}, { ...shown({ services: ['IIS'], iisSites: [1] }), facts })).toEqual({ kind: 'free' });
});

describe('what is asked', () => {
  const asked = (version: ExchangeVersion) => holderInquiries('EX2', factsOf(version));

  test.each([ExchangeVersion.V2013, ExchangeVersion.SE])(
    'of %s: all servers at once, POP and IMAP by server',
    (version) => {
      expect(asked(version).map(({ cmdlet, parameters }) => [cmdlet, parameters])).toEqual([
        ['Get-TransportService', {}],
        ['Get-ReceiveConnector', {}],
        ['Get-SendConnector', {}],
        ['Get-AuthConfig', {}],
        ['Get-PopSettings', { Server: 'EX2' }],
        ['Get-ImapSettings', { Server: 'EX2' }],
      ]);
    },
  );

  test('of 2010, whose connectors name no certificate', () => {
    expect(asked(ExchangeVersion.V2010).map(({ cmdlet }) => cmdlet)).toEqual([
      'Get-TransportServer',
      'Get-PopSettings',
      'Get-ImapSettings',
    ]);
    const transport = { 'Get-TransportServer': FREE['Get-TransportService'], 'Get-AuthConfig': null };
    expect(judged(transport as Answered, {}, ExchangeVersion.V2010)).toEqual({ kind: 'free' });
  });
});
