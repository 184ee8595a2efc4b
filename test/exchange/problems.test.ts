import { judgeCertificate, type CertificateUse } from '../../exchange/certificate-checks';
import { Namespaces } from '../../exchange/declared-namespaces';
import { namesInUse, Standings, unpublishedNames } from '../../exchange/rename';
import { resolveSite } from '../../exchange/resolve-site';
import { serviceConnectionPoint, virtualDirectories, type Facts } from '../../exchange/resources';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { catalogOf, ExchangeVersion } from '../../exchange/versions';
import { makeAuthority, makeKey, makeSelfSigned, toPem, type KeyedCertificate } from '../../pki';
import { renderInvocation } from '../../powershell/script';
import { formatPath, type Known } from '../../schema';
import { SAMPLES } from './resources/samples';
import { server, site } from './sites';

/** One line: `error certificate.names: what is wrong; remedy`. */
type Said = string;

const right = site();
const FILE = 'certificates/mail.crt';

/** What synth says of a declaration. */
function synth(declaration: ExchangeSiteProps, committed?: KeyedCertificate): readonly Said[] {
  const files = new Map(
    committed === undefined ? [] : [[FILE, { content: Buffer.from(toPem(committed.certificate)) }]],
  );
  return resolveSite(declaration, files).diagnostics.map(
    ({ severity, path, summary, detail }) => `${severity} ${formatPath(path)}: ${summary}; ${detail}`,
  );
}

const NOW = new Date('2026-03-01T00:00:00Z');
const names = right.certificate.names;
const request = {
  commonName: 'mail.contoso.com',
  subjectAlternativeNames: names,
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2026-07-01T00:00:00Z'),
  // One for all: a key takes a while to make.
  privateKey: makeKey(),
};
const authority = makeAuthority({ ...request, commonName: 'Contoso Root' });
const issue = (changes: Partial<typeof request> = {}) => authority.issue({ ...request, ...changes });

/** What a plan says of the certificate in a PFX. */
function plan(keyed: KeyedCertificate, changes: Partial<CertificateUse> = {}): readonly Said[] {
  const use = {
    now: NOW,
    names,
    services: ['IIS'],
    versions: [ExchangeVersion.V2016],
    warnBeforeExpiryDays: 30,
    place: 'certificate',
    accepted: { 'private-authority': 'of the test' },
  };
  const { certificate, chain = [] } = keyed;
  const read = { file: 'mail.pfx', certificate, chain, pfx: { copies: 1, others: [] } };
  return judgeCertificate(read, { ...use, ...changes }).map(
    ({ severity, about, problem, remedy }) => `${severity} ${about}: ${problem}; ${remedy}`,
  );
}

const catalog = catalogOf(ExchangeVersion.V2016);
const facts: Facts = {
  has: (...asked) => catalog.has(...asked),
  version: ExchangeVersion.V2016,
  isDeclared: (name) => name === 'EX2',
};
type Definition = (typeof virtualDirectories)[number]['definition'] | typeof serviceConnectionPoint;
const directory = (service: string) => {
  const found = virtualDirectories.find(({ row }) => row.service === service);
  if (found === undefined) throw new Error(service);
  return found.definition;
};

/** The cmdlets that a plan shows where a server has something else than is declared. */
function drift(definition: Definition, found: { readonly [name: string]: Known }): readonly Said[] {
  const planned = SAMPLES[definition.typeName];
  const change = { prior: { ...planned, ...found }, planned };
  return definition
    .steps(change as never, facts)
    .map(({ invocation }) => `change ${renderInvocation(invocation)}`);
}

/** What a plan says of servers that it sees beside the declared ones. */
function seen(definition: Definition, properties: { readonly [name: string]: string }): readonly Said[] {
  const planned = SAMPLES[definition.typeName];
  const { remarks = [] } =
    definition.foresee?.(
      [{ typeNames: [], properties }],
      { prior: planned, planned } as never,
      facts,
      new Map(),
    ) ?? {};
  return remarks.map(({ severity, summary, detail }) => `${severity} ${summary}; ${detail}`);
}

/** What is wrong with a value of a resource. */
const value = (definition: Definition, attribute: string, given: string): readonly Said[] => {
  const { attributes } = definition.schema;
  const found = attributes[attribute as keyof typeof attributes]?.problem?.(given);
  return found === undefined ? [] : [`error ${attribute}: ${found.problem}; ${found.remedy}`];
};

const scp = serviceConnectionPoint;
const views = (external: readonly string[]): ExchangeSiteProps['dns'] => ({
  internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }] },
  external: { zones: external.map((name) => ({ name })), publish: { virtualIp: '203.0.113.1' } },
});
const named = (client: ExchangeSiteProps['namespaces']['client'], changes: Partial<ExchangeSiteProps> = {}) =>
  site({
    namespaces: { ...right.namespaces, client },
    certificate: { ...right.certificate, names: ['*.contoso.com', '*.fabrikam.com'] },
    ...changes,
  });
const committing = site({
  certificate: {
    ...right.certificate,
    certificateFile: FILE,
    accepted: { 'private-authority': 'of the test' },
  },
});

/** A name that servers in production give, and a new one that DNS does not have. */
const renaming = (() => {
  const namespaces = new Namespaces({ 'new.contoso.com': 'client', 'mail.contoso.com': 'alsoPublished' });
  const prior = new Namespaces({ 'mail.contoso.com': 'client' });
  const given = { server: 'EX1', service: 'owa', side: 'internal', host: 'mail.contoso.com' } as const;
  const standings = new Standings(
    new Map([
      ['mail.contoso.com', ['published']],
      ['new.contoso.com', ['not-published']],
    ]),
  );
  const found = [
    ...unpublishedNames(namespaces, prior, [{ given, to: 'new.contoso.com' }], standings, new Set()),
    ...namesInUse(namespaces, prior, [{ host: 'mail.contoso.com' }], [given], () => true),
  ];
  return found.map(({ severity, summary, detail }) => `${severity} ${summary}; ${detail}`);
})();

interface Shown {
  readonly when: string;
  readonly said: () => readonly Said[];
  /** What some of it says, in this order: severity and place, what is wrong, and the remedy. */
  readonly says: readonly [string, string, string];
}

/** The eight problems of certificates and names, each where it is found. */
const PROBLEMS: { readonly [number: number]: readonly Shown[] } = {
  1: [
    {
      when: 'at synth, no zone of the internal view holds a name',
      said: () => synth(named('mail.fabrikam.com')),
      says: [
        'error namespaces.client',
        "'mail.fabrikam.com' lies in none of the declared zones",
        "add its zone to dns.zones, for example { name: 'fabrikam.com' }",
      ],
    },
    {
      when: 'at synth, no zone of the external view holds a name',
      said: () => synth(named('mail.contoso.com', { dns: views(['fabrikam.com']) })),
      says: [
        'error namespaces.client',
        "'mail.contoso.com' lies in none of the declared zones (fabrikam.com) of the external view",
        'dns.external.notPublished',
      ],
    },
    {
      when: 'at plan, servers would give a name that DNS does not have',
      said: () => renaming,
      says: [
        'error Clients would be given new.contoso.com',
        'before DNS publishes it',
        'Step 1 publishes the new name',
      ],
    },
    {
      when: 'at plan, a name would leave DNS that a server still gives',
      said: () => renaming,
      says: ['error mail.contoso.com would leave DNS', 'EX1 (owa)', 'Step 2 lets servers give the new name'],
    },
  ],
  2: [
    {
      when: 'at synth, the declared names lack a host',
      said: () => synth(site({ namespaces: { ...right.namespaces, client: 'owa.contoso.com' } })),
      says: ['error namespaces.client', "'owa.contoso.com'", 'certificate.names'],
    },
    {
      when: 'at synth, the committed certificate lacks a host',
      said: () => synth(committing, issue({ subjectAlternativeNames: ['mail.contoso.com'] })),
      says: [
        'error certificate.names',
        'autodiscover.contoso.com is not on the certificate',
        'get a certificate',
      ],
    },
    {
      when: 'at plan, a wildcard would stand for two labels',
      said: () =>
        plan(issue({ commonName: '*.contoso.com', subjectAlternativeNames: ['*.contoso.com'] }), {
          names: ['a.b.contoso.com'],
        }),
      says: ['error names', 'a.b.contoso.com is not on the certificate', 'get a certificate'],
    },
    {
      when: 'at plan, only the common name has the host, beside alternative names',
      said: () => plan(issue({ subjectAlternativeNames: ['autodiscover.contoso.com'] })),
      says: ['error names', 'mail.contoso.com is not on the certificate', 'It has autodiscover.contoso.com'],
    },
  ],
  3: [
    {
      when: 'at plan, IIS and with it Outlook Anywhere would have a self-signed certificate',
      said: () => plan(makeSelfSigned(request)),
      says: ['error file', 'is self-signed', 'Outlook Anywhere does not connect with it'],
    },
    {
      when: 'at plan, another service would have one',
      said: () => plan(makeSelfSigned(request), { services: ['SMTP'] }),
      says: ['warning file', 'is self-signed', 'Get one from an authority'],
    },
    {
      when: 'at plan, the chain is incomplete',
      said: () => plan({ ...issue(), chain: [] }),
      says: [
        'warning file',
        'The issuer of the certificate, CN=Contoso Root, is not in',
        'Export the certificate again',
      ],
    },
    {
      when: 'at plan, clients must be told to trust its root',
      said: () => plan(issue(), { accepted: {} }),
      says: ['warning file', 'Clients must trust CN=Contoso Root', 'install it on all clients'],
    },
  ],
  4: [
    {
      when: 'at plan, the service connection point of a server leads to the server itself',
      said: () => drift(scp, { uri: 'https://ex2.contoso.local/Autodiscover/Autodiscover.xml' }),
      says: [
        'change Set-ClientAccessService',
        "-Identity 'EX2'",
        "'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'",
      ],
    },
    {
      when: 'at plan, that of a server which nobody declares does',
      said: () =>
        seen(scp, {
          Name: 'EX9',
          AutoDiscoverServiceInternalUri: 'https://ex9.contoso.local/Autodiscover/Autodiscover.xml',
        }),
      says: [
        'warning EX9 is not declared and hands out another Autodiscover URL',
        "the server's own name, which Setup registers",
        "Set-ClientAccessServer -Identity 'EX9'",
      ],
    },
  ],
  5: [
    {
      when: 'at synth, a path is typed where a name belongs',
      said: () => synth(named('https://mail.contoso.com/ewa')),
      says: ['error namespaces.client', 'mail.contoso.com/ewa', "'mail.contoso.com'"],
    },
    {
      when: 'at plan, a URL is missing',
      said: () => drift(directory('ews'), { internal_url: '' }),
      says: [
        'change Set-WebServicesVirtualDirectory',
        "'EX2\\EWS (Default Web Site)'",
        "-InternalUrl 'https://mail.contoso.com/EWS/Exchange.asmx'",
      ],
    },
    {
      when: 'at plan, a URL is wrong',
      said: () => drift(directory('oab'), { external_url: 'https://old.contoso.com/OAB' }),
      says: [
        'change Set-OabVirtualDirectory',
        "'EX2\\OAB (Default Web Site)'",
        "-ExternalUrl 'https://mail.contoso.com/OAB'",
      ],
    },
    {
      when: 'in a resource, its path is mistyped',
      said: () => value(directory('ews'), 'internal_url', 'https://mail.contoso.com/EWS/Exchange.asm'),
      says: [
        'error internal_url',
        'does not end in /EWS/Exchange.asmx',
        'write it as https://mail.contoso.com/EWS',
      ],
    },
  ],
  6: [
    {
      when: 'at synth, all servers would give the name of one',
      said: () =>
        synth(
          named('ex01.contoso.local', {
            dns: { zones: [{ name: 'contoso.com' }, { name: 'contoso.local' }] },
          }),
        ),
      says: [
        'error namespaces.client',
        "'ex01.contoso.local' is the FQDN of one server, servers[0]",
        'a name that the servers share',
      ],
    },
    {
      when: 'at synth, a bare NetBIOS name is given',
      said: () => synth(named('EX01')),
      says: ['error namespaces.client', "'EX01'", 'mail.contoso.com'],
    },
    {
      when: 'at plan, a server still gives its own name',
      said: () => drift(directory('owa'), { internal_url: 'https://ex2.contoso.local/owa' }),
      says: [
        'change Set-OwaVirtualDirectory',
        "'EX2\\owa (Default Web Site)'",
        "-InternalUrl 'https://mail.contoso.com/owa'",
      ],
    },
    {
      when: 'at plan, a server that nobody declares gives its own name',
      said: () =>
        seen(directory('ews'), {
          Server: 'EX9',
          Name: 'EWS (Default Web Site)',
          InternalUrl: 'https://EX9/EWS/Exchange.asmx',
        }),
      says: [
        'warning EX9 is not declared',
        'its own name for Exchange Web Services',
        'Declare the server, or set its URL',
      ],
    },
  ],
  8: [
    {
      when: 'at plan, it has ended',
      said: () => plan(issue(), { now: new Date('2026-07-02') }),
      says: ['error file', 'has expired', 'Get a new one'],
    },
    {
      when: 'at plan, it has not begun',
      said: () => plan(issue(), { now: new Date('2025-12-31') }),
      says: ['error file', 'is not valid yet', 'Wait until then'],
    },
    {
      when: 'at plan, it ends within the days that are declared, 30 unless others are',
      said: () => plan(issue(), { now: new Date('2026-06-10') }),
      says: ['warning file', 'ends in 21 days', 'Get a new certificate now'],
    },
  ],
};

/** Problems that cannot come about as yet, and why. */
const NOT_CARRIED: { readonly [number: number]: string } = {
  7: 'Every server is given the PFX itself, with its key: nothing is exported from a server, and no request is made.',
};

describe.each(Object.entries(PROBLEMS))('problem %s', (_number, shown) => {
  test.each(shown)('$when', ({ said, says }) => {
    expect(said()).toContainEqual(containing(says));
  });
});

/** In this order, other things between. */
function containing(parts: readonly string[]): Said {
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^]*');
  return expect.stringMatching(pattern) as Said;
}

test('each of the eight is carried, or it is said why not', () => {
  const numbers = [...Object.keys(PROBLEMS), ...Object.keys(NOT_CARRIED)].sort();
  expect(numbers).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
});

test('nothing is said of what is right', () => {
  expect(synth(right)).toEqual([]);
  expect(synth(committing, issue())).toEqual([]);
  expect(plan(issue())).toEqual([]);
  for (const definition of [scp, ...virtualDirectories.map((each) => each.definition)]) {
    expect(drift(definition, {})).toEqual([]);
  }
  const uri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml';
  expect(seen(scp, { Name: 'EX9', AutoDiscoverServiceInternalUri: uri })).toEqual([]);
});

const first = (changes: Partial<Server>) => site({ servers: [server(1, changes), server(2)] });
const untyped = (changes: object) => ({ ...right, ...changes }) as unknown as ExchangeSiteProps;

/** Mistakes in notes of such deployments. */
const MISTAKES: readonly Shown[] = [
  {
    when: 'a URL without host in a declaration',
    said: () => synth(named('/OWA')),
    says: ['error namespaces.client', "'/OWA'", 'mail.contoso.com'],
  },
  {
    when: 'a URL without host in a resource',
    said: () => value(directory('owa'), 'internal_url', '/OWA'),
    says: ['error internal_url', 'is not a URL with a host', 'write it as https://mail.contoso.com/owa'],
  },
  {
    when: 'a service connection point without its path',
    said: () => value(scp, 'uri', 'https://autodiscover.contoso.com'),
    says: ['error uri', 'lacks the Autodiscover path', '/Autodiscover/Autodiscover.xml'],
  },
  {
    when: 'a space inside a URL',
    said: () => value(directory('ews'), 'external_url', 'https://mail.contoso.com/ EWS/Exchange.asmx'),
    says: ['error external_url', 'has a space in it', 'write it without'],
  },
  {
    when: 'a space inside a name',
    said: () => synth(named('mail.contoso. com')),
    says: ['error namespaces.client', 'with a space in it', 'a name has no space'],
  },
  {
    when: 'a host misspelt in the subject only',
    said: () => plan(issue({ commonName: 'mailcontoso.com' })),
    says: [
      'warning file',
      "is 'mailcontoso.com', which is none of its names",
      'Look whether the subject is misspelt',
    ],
  },
  {
    when: 'a misspelt property',
    said: () => synth(untyped({ namespaces: { ...right.namespaces, servcies: {} } })),
    says: ['error namespaces.servcies', 'there is no such property', 'services'],
  },
  ...['mail\u2011eu.contoso.com', 'mail\u2013eu.contoso.com', 'mail\u2014eu.contoso.com'].map(
    (client): Shown => ({
      when: `a typographic dash in ${JSON.stringify(client)}`,
      said: () => synth(named(client)),
      says: ['error namespaces.client', 'U+201', "write it as 'mail-eu.contoso.com'"],
    }),
  ),
  ...['\u201cmail.contoso.com\u201d', '\u2018mail.contoso.com\u2019', '\u201email.contoso.com'].map(
    (client): Shown => ({
      when: `typographic quotes in ${JSON.stringify(client)}`,
      said: () => synth(named(client)),
      says: ['error namespaces.client', 'a typographic quote', "write it as 'mail.contoso.com'"],
    }),
  ),
  {
    when: 'several names in one text',
    said: () =>
      synth(
        site({ certificate: { ...right.certificate, names: ['mail.contoso.com,autodiscover.contoso.com'] } }),
      ),
    says: ['error certificate.names[0]', 'holds 2 names', "'mail.contoso.com', 'autodiscover.contoso.com'"],
  },
  {
    when: 'an identity over two lines',
    said: () => synth(first({ name: 'EX\n01' })),
    says: ['error servers[0].name', 'a hidden character (U+000A)', 'type it again by hand'],
  },
  ...[`'mail.contoso.com`, `mail.contoso.com'`, `"mail.contoso.com`, '-mail.contoso.com'].map(
    (client): Shown => ({
      when: `a quote or a dash that is left over in ${JSON.stringify(client)}`,
      said: () => synth(named(client)),
      says: ['error namespaces.client', client, 'mail.contoso.com'],
    }),
  ),
  {
    when: 'the FQDN of another server',
    said: () => synth(first({ fqdn: 'EX07.contoso.local' })),
    says: ['error servers[0].fqdn', 'EX07.contoso.local', 'EX01'],
  },
  {
    when: 'a server under the heading of another version',
    said: () => synth(first({ version: ExchangeVersion.V2013, build: '14.3.123.4' })),
    says: ['error servers[0].build', 'is a build of Exchange Server 2010', 'ExchangeVersion.V2010'],
  },
  {
    when: 'a name in a domain that no zone declares',
    said: () => synth(named('mail.contosolabs.com')),
    says: ['error namespaces.client', 'lies in none of the declared zones', "{ name: 'contosolabs.com' }"],
  },
  {
    when: 'a name on the certificate in a domain that no zone declares',
    said: () => synth(site({ certificate: { ...right.certificate, names: [...names, 'pop.contoso.ru'] } })),
    says: ['warning certificate.names[2]', 'lies in none of the declared zones', 'correct it'],
  },
  {
    when: 'a service list without IIS',
    said: () => synth(site({ certificate: { ...right.certificate, services: ['SMTP'] } })),
    says: ['warning certificate.services', 'IIS is not among the services', "add 'IIS'"],
  },
  {
    when: 'a service list without a mail protocol that is declared',
    said: () =>
      synth(
        site({
          mailProtocols: { imap: { host: 'imap.contoso.com' } },
          certificate: { ...right.certificate, names: [...names, 'imap.contoso.com'] },
        }),
      ),
    says: ['warning certificate.services', 'IMAP is not among the services', "add 'IMAP'"],
  },
  {
    when: 'a service list without SMTP, where DNS sends mail to the servers',
    said: () =>
      synth(
        site({
          dns: {
            zones: [{ name: 'contoso.com' }],
            records: { mx: { 'contoso.com': [{ preference: 10, exchange: 'mail.contoso.com' }] } },
          },
        }),
      ),
    says: ['warning certificate.services', 'SMTP is not among the services of EX01, EX02', "add 'SMTP'"],
  },
];

describe('a mistake in notes is refused, or warned of, with its place and its remedy', () => {
  test.each(MISTAKES)('$when', ({ said, says }) => {
    expect(said()).toContainEqual(containing(says));
  });
});

describe('a mistake in notes that cannot be made here', () => {
  test.each([
    ['Set-OwaVirtualDirectory', 'ExternallUrl'],
    ['Set-ClientAccessServer', 'AutoDsicoverServiceInternalUri'],
  ])('is a misspelt parameter: %s takes no -%s', (cmdlet, parameter) => {
    for (const version of ExchangeVersion.ALL) {
      const lacking = catalogOf(version).supports({ cmdlet, parameters: { [parameter]: 'x' } });
      expect(lacking).toEqual({ problem: 'parameter', name: parameter, cmdlet });
    }
  });

  test('is a quote that is left out: a call is data, and its values are quoted as a whole', () => {
    const Identity = "EX1\\owa (Default 'Web' Site)";
    expect(renderInvocation({ cmdlet: 'Set-OwaVirtualDirectory', parameters: { Identity } })).toBe(
      "Set-OwaVirtualDirectory -Identity 'EX1\\owa (Default ''Web'' Site)'",
    );
  });

  test('is the wrong server or the wrong directory in an identity: it is made of the server', () => {
    const owa = directory('owa');
    expect(owa.computed?.({ ...SAMPLES[owa.typeName], server: 'EX7' } as never, facts)).toEqual({
      identity: 'EX7\\owa (Default Web Site)',
    });
    expect(owa.fromIdentity?.('EX7\\ecp (Default Web Site)')).toBeUndefined();
  });
});
