import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { certificate } from '../../../exchange/resources';
import {
  installedCertificate,
  installedCertificates,
  ownCertificate,
  type InstalledCertificate,
} from '../../../exchange/resources/installed-certificate';
import { readNrbf } from '../../../nrbf';
import { makeAuthority } from '../../../pki';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { DEFAULT_BOUNDS } from '../../../remoting/bounds';
import { deserializeDocument } from '../../../remoting/clixml/deserialize';
import { withEveryAttribute, type StateOf } from '../../../schema';
import { describeWhere } from '../../requirement';
import { missingReference } from '../../remoting/peers/reference';

const shared = resolve(__dirname, '../../../../shared');
const data = (name: string) =>
  new Uint8Array(readFileSync(join(__dirname, '../../fixtures/serialization-data', `${name}.bin`)));

function certificateData(serialized: Uint8Array): Uint8Array {
  const reading = readNrbf(serialized);
  if (reading.kind !== 'read') throw new Error(reading.problem);
  return reading.root.members.get('CertData') as Uint8Array;
}

function object(properties: { readonly [name: string]: PowerShellValue }): PowerShellObject {
  return { typeNames: [], properties };
}

const RAW = certificateData(data('none'));
const described = (properties: { readonly [name: string]: PowerShellValue }) =>
  installedCertificate(object({ RawData: RAW, ...properties }));

describe('the certificate that Setup made for a server', () => {
  const made = (thumbprint: string, more: Partial<InstalledCertificate> = {}): InstalledCertificate => ({
    thumbprint,
    subject: 'CN=EX1',
    issuer: 'CN=EX1',
    names: ['EX1', 'EX1.contoso.com'],
    notBefore: '2025-01-01T00:00:00.000Z',
    notAfter: '2030-01-01T00:00:00.000Z',
    selfSigned: true,
    services: [],
    iisSites: null,
    privateKeyExportable: null,
    status: null,
    ...more,
  });
  const chosen = (...certificates: readonly InstalledCertificate[]) =>
    ownCertificate(certificates, 'EX1')?.thumbprint;

  test('is the longest-lived of several, in whichever order they are shown', () => {
    const [earlier, later] = [made('A', { notAfter: '2029-12-31T00:00:00.000Z' }), made('B')];
    expect(chosen(earlier, later)).toBe('B');
    expect(chosen(later, earlier)).toBe('B');
    expect(chosen(made('A', { notAfter: null }), later)).toBe('B');
  });

  test('is the same one in each run, where several end on the same day', () => {
    expect(chosen(made('B'), made('A'))).toBe('A');
    expect(chosen(made('A'), made('B'))).toBe('A');
  });

  test.each<readonly [string, Partial<InstalledCertificate>]>([
    ['an authority issued', { selfSigned: false }],
    ['is for another server', { names: ['EX2', 'EX2.contoso.com'] }],
    ['has a name that only begins like that of the server', { names: ['EX10.contoso.com'] }],
    ['has names that cannot be read', { names: null }],
  ])('is none that %s', (_what, more) => {
    expect(chosen(made('A', more))).toBeUndefined();
    expect(chosen(made('A', more), made('B', { names: ['ex1'] }))).toBe('B');
  });
});

describe('what SerializationData tells', () => {
  const ALL = ['IMAP', 'POP', 'UM', 'IIS', 'SMTP', 'Federation', 'UMCallRouter'];

  test.each([
    ['none', [], [], true],
    ['all', ALL, [1, 2], false],
    ['federation', ['SMTP', 'Federation'], [], true],
    ['back-end-only', ['IIS'], [2], true],
  ])('%s', (name, services, iisSites, privateKeyExportable) => {
    const SerializationData = data(name);
    const read = installedCertificate(
      object({ RawData: certificateData(SerializationData), SerializationData }),
    );
    expect(read).toMatchObject({ services, iisSites, privateKeyExportable, status: 'Valid' });
  });

  const container = (...parts: readonly (Uint8Array | readonly number[])[]) =>
    Uint8Array.from(parts.flatMap((part) => [...part]));
  const header = data('none').subarray(0, 17);

  test('it is found within a container, behind what only looks like its beginning', () => {
    const SerializationData = container([1, 2, 3], header, [99], data('none'), [4, 5, 6]);
    expect(described({ SerializationData })?.services).toEqual([]);
  });

  test('that of another certificate is not believed', () => {
    expect(described({ SerializationData: data('all') })).toMatchObject({
      services: null,
      iisSites: null,
      privateKeyExportable: null,
      status: null,
    });
    const both = container(data('all'), data('none'));
    expect(described({ SerializationData: both })).toMatchObject({ services: [], iisSites: [] });
  });

  test.each([
    ['cut', data('none').subarray(0, -1)],
    ['nothing', new Uint8Array()],
    [
      'of another class',
      Buffer.from(
        Buffer.from(data('none')).toString('latin1').replace('Tasks.ExchangeC', 'Tasks.ExchangeD'),
        'latin1',
      ),
    ],
  ])('what is %s is unknown', (_name, SerializationData) => {
    expect(described({ SerializationData })).toMatchObject({
      services: null,
      subject: 'CN=none.contoso.com',
    });
  });

  // Each header costs a reading: that the stream behind many is not found shows that they are not all tried.
  test.each([
    [7, []],
    [8, null],
    [50_000, null],
  ])('is looked for behind at most seven other headers: %i', (count, services) => {
    const headers = Array.from({ length: count }, () => header);
    const SerializationData = container(...headers, data('none'));
    expect(described({ SerializationData })?.services).toEqual(services);
  });

  test('no changed bytes give more than they say, nor an error', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const SerializationData = data('all');
        for (const [place, value] of changes) SerializationData[place % SerializationData.length] = value;
        expect(described({ SerializationData })?.thumbprint).toHaveLength(40);
      }),
      { numRuns: 500 },
    );
  });

  test("Windows' store form of CertData is the same certificate", () => {
    const element = (kind: number, value: readonly number[]) => [
      ...new Uint8Array(new Uint32Array([kind, 1, value.length]).buffer),
      ...value,
    ];
    const serialized = data('none');
    const length = Buffer.from(new Uint32Array([RAW.length]).buffer);
    const place = Buffer.from(serialized).indexOf(length);
    const stored = [...element(11, [65, 0]), ...element(32, [...RAW])];
    const SerializationData = container(
      serialized.subarray(0, place),
      new Uint8Array(new Uint32Array([stored.length]).buffer),
      [2],
      stored,
      serialized.subarray(place + 5 + RAW.length),
    );
    expect(described({ SerializationData })?.services).toEqual([]);
  });
});

describe('what Services tells, before SerializationData', () => {
  test.each([
    ['text', 'IMAP, POP, IIS, SMTP', ['IMAP', 'POP', 'IIS', 'SMTP']],
    ['text that names none', 'None', []],
    ['text that is a number', '24', ['IIS', 'SMTP']],
    [
      'an enum',
      { typeNames: ['AllowedServices'], text: 'IIS, SMTP', number: 24, properties: {} },
      ['IIS', 'SMTP'],
    ],
    ['an enum without text', { typeNames: [], number: 11, properties: {} }, ['IMAP', 'POP', 'IIS']],
    ['a number', 0, []],
    ['a number with a bit that has no name', 136, ['IIS', '128']],
    ['a list', ['IIS', 'SMTP', 'iis'], ['IIS', 'SMTP']],
    ['a list of enums', [{ typeNames: [], text: 'IIS', number: 8, properties: {} }], ['IIS']],
    ['null', null, null],
    ['no text', '', null],
    ['a date', new Date(0), null],
  ] as const)('%s', (_name, Services, services) => {
    expect(described({ Services })?.services).toEqual(services);
  });

  test('what it says stands, and the rest comes from SerializationData', () => {
    expect(described({ Services: 'IIS', SerializationData: data('none') })).toMatchObject({
      services: ['IIS'],
      iisSites: [],
      privateKeyExportable: true,
    });
  });
});

describe('the other properties of a projection', () => {
  test('status as text, enum or number; exportability; sites of IIS as objects or text', () => {
    expect(described({ Status: 'DateInvalid', PrivateKeyExportable: false })).toMatchObject({
      status: 'DateInvalid',
      privateKeyExportable: false,
    });
    expect(described({ Status: { typeNames: [], text: 'Valid', number: 1, properties: {} } })?.status).toBe(
      'Valid',
    );
    expect(described({ Status: 1 })?.status).toBe('Valid');
    expect(described({ Status: 3 })?.status).toBe('3');
    const site = (number: number) => ({
      typeNames: [],
      properties: { ServiceName: `IIS://EX1/W3SVC/${number}` },
    });
    expect(described({ IISServices: [site(2), 'IIS://EX1/W3SVC/1'] })?.iisSites).toEqual([1, 2]);
    expect(described({ IISServices: [] })?.iisSites).toEqual([]);
    expect(described({ IISServices: ['Microsoft.Exchange.IisService'] })?.iisSites).toBeNull();
  });

  test('RawData alone tells neither', () => {
    expect(described({})).toMatchObject({
      services: null,
      iisSites: null,
      privateKeyExportable: null,
      status: null,
      subject: 'CN=none.contoso.com',
    });
  });
});

describe('a certificate that cannot be decoded', () => {
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') };
  const { certificate } = makeAuthority({ commonName: 'Lab authority', ...validity });

  /** With a key of a kind that nobody knows: the last arc of rsaEncryption is another. */
  function withStrangeKey(): Uint8Array {
    const der = Buffer.from(certificate.der);
    const place = der.indexOf(Buffer.from('2a864886f70d010101', 'hex'));
    der[place + 8] = 0x63;
    return der;
  }

  test('is described without its key', () => {
    const read = installedCertificate(object({ RawData: withStrangeKey() }));
    expect(read).toMatchObject({
      subject: 'CN=Lab authority',
      selfSigned: false,
      notAfter: '2027-01-01T00:00:00.000Z',
    });
  });

  test('leaves the others to be read; bytes that are none have their thumbprint', () => {
    const broken = Uint8Array.from([0x30, 0x03, 1, 2, 3]);
    const read = installedCertificates([
      object({ RawData: broken, Services: 'IIS' }),
      object({ RawData: RAW }),
    ]);
    expect(read).toMatchObject([
      {
        thumbprint: createHash('sha1').update(broken).digest('hex').toUpperCase(),
        subject: null,
        names: null,
        notAfter: null,
        services: ['IIS'],
      },
      { subject: 'CN=none.contoso.com' },
    ]);
  });

  test('because its key is one of GOST is described without it, and leaves the others to be read', () => {
    const RawData = new Uint8Array(readFileSync(join(__dirname, '../../pki/fixtures/gost.der')));
    const read = installedCertificates([object({ RawData, Services: 'IIS' }), object({ RawData: RAW })]);
    expect(read).toMatchObject([
      {
        thumbprint: '0CF774F9E8F733CCE55D2249E43383A1973852C1',
        subject: 'CN=mail.contoso.com',
        names: ['mail.contoso.com', 'autodiscover.contoso.com'],
        selfSigned: false,
        services: ['IIS'],
      },
      { subject: 'CN=none.contoso.com' },
    ]);
  });
});

const captured = join(shared, 'reference/captured');
describeWhere(missingReference(captured), 'answers of real Exchange 2016 servers', () => {
  test.each([
    [
      'GetExchangeCertificate',
      [
        ['92E1', ['SMTP'], true, []],
        ['8238', ['IMAP', 'POP', 'IIS', 'SMTP'], false, [1, 2]],
        ['A60C', [], true, []],
      ],
    ],
    [
      'GetExchangeCertificate-several',
      [
        ['0322', ['SMTP'], false, []],
        ['2D10', [], false, []],
        ['611C', ['IMAP', 'POP', 'IIS'], false, [1, 2]],
        ['E267', ['SMTP'], true, []],
        ['3341', [], true, []],
      ],
    ],
  ])('%s', (name, expected) => {
    const text = readFileSync(join(captured, `${name}.xml`), 'utf8');
    const objects = deserializeDocument(text, { bounds: DEFAULT_BOUNDS }).map(({ value }) => value);
    const read = installedCertificates(objects as readonly PowerShellObject[]);
    expect(
      read.map(({ thumbprint, services, privateKeyExportable, iisSites }) => [
        thumbprint.slice(0, 4),
        services,
        privateKeyExportable,
        iisSites,
      ]),
    ).toEqual(expected);
    expect(read.every(({ status }) => status === 'Valid')).toBe(true);
  });
});

test('what is said of the import of a certificate names its place among several, too', () => {
  const ofServer = { ...withEveryAttribute(certificate.schema, {}), server: 'EX01' } as StateOf<
    typeof certificate.schema.attributes
  >;
  expect(certificate.declaredExisting?.(ofServer)).toBe(
    "certificate: { …, existingOn: ['EX01'] } (of several by name certificate.<name>.existingOn)",
  );
  const untold = [object({ RawData: RAW })];
  expect(certificate.obstacle?.(untold, ofServer)?.detail).toContain(
    'out of certificate.existingOn, or of several by name of certificate.<name>.existingOn',
  );
});
