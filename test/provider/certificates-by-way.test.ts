import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  certificatesOf,
  installedCertificates,
  type InstalledCertificate,
} from '../../exchange/resources/installed-certificate';
import type { LabOptions } from '../../lab/exchange/options';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { startEndpoint, type RunningEndpoint } from '../../lab/wsman/endpoint';
import type { Session } from '../../powershell/session';
import { CONFIGURATION_SCHEMA, settingsFrom } from '../../provider/configuration';
import { connect } from '../../provider/connection';
import { openSession } from '../../remoting/session';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { loopback } from '../remoting/peers/loopback';

const PASSWORD = 'canary-4f1e';
const folder = mkdtempSync(join(tmpdir(), 'certificates-by-way-'));
let lab: SimulatedOrganization;
let endpoint: RunningEndpoint;
let caFile: string;

beforeAll(async () => {
  lab = twoServers();
  const tls = endpointCertificate(folder, ['localhost']);
  ({ caFile } = tls);
  endpoint = await startEndpoint({
    host: (client) => lab.host('BSAEX01', client),
    authentication: { basic: (_user, password) => password === PASSWORD },
    tls: { cert: tls.cert, key: tls.key },
  });
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true });
  removeFolders();
});

/** A session of the provider over WSMan, with what the user wrote behind the path. */
async function overWsman(behind = ''): Promise<Session> {
  const unset = Object.keys(CONFIGURATION_SCHEMA.attributes).map((name) => [name, null]);
  const environment = { EXCHANGE_USER: 'contoso\\admin', EXCHANGE_PASSWORD: PASSWORD };
  const { settings, diagnostics } = settingsFrom(
    {
      ...(Object.fromEntries(unset) as { readonly [name: string]: null }),
      endpoint: `https://localhost:${endpoint.port}/PowerShell/${behind}`,
      ca_file: caFile,
    },
    environment,
  );
  if (settings === undefined) throw new Error(JSON.stringify(diagnostics));
  return connect(settings, environment);
}

/** As a process and SSH give it. */
const inPowerShell = () => openSession(loopback(lab.host('BSAEX01')));

type Told = Pick<InstalledCertificate, 'services' | 'iisSites' | 'privateKeyExportable' | 'status'>;
const UNKNOWN: Told = { services: null, iisSites: null, privateKeyExportable: null, status: null };
const SERVICES = ['IMAP', 'POP', 'IIS', 'SMTP'];
const PROJECTED: Told = { services: SERVICES, iisSites: null, privateKeyExportable: false, status: 'Valid' };
const SERIALIZED: Told = { ...PROJECTED, iisSites: [1, 2] };

const WAYS: readonly (readonly [string, () => Promise<Session>, Partial<LabOptions>, Told])[] = [
  ['WSMan', overWsman, {}, PROJECTED],
  ['WSMan that restricts Select-Object', overWsman, { selectObject: 'restricted' }, SERIALIZED],
  ['WSMan without Select-Object', overWsman, { selectObject: 'none' }, SERIALIZED],
  [
    'WSMan that signs its data',
    overWsman,
    { selectObject: 'restricted', certificateForm: 'signed' },
    SERIALIZED,
  ],
  [
    'WSMan that cannot sign its data',
    overWsman,
    { selectObject: 'restricted', certificateForm: 'raw' },
    UNKNOWN,
  ],
  ['WSMan that cannot sign its data, but projects', overWsman, { certificateForm: 'raw' }, PROJECTED],
  [
    'WSMan at the level that the user wants',
    () => overWsman('?serializationLevel=Partial'),
    { selectObject: 'restricted' },
    UNKNOWN,
  ],
  ['a PowerShell with the snap-in', inPowerShell, {}, PROJECTED],
  ['a no-language endpoint', inPowerShell, { languageMode: 'none' }, UNKNOWN],
];

test.each(WAYS)('what %s tells of a certificate', async (_way, open, options, told) => {
  lab.setOptions(options);
  const session = await open();
  const outcome = await session.invoke(certificatesOf('BSAEX02', { has: () => true }));
  await session.close();
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  const found = installedCertificates(outcome.objects);
  expect(found).toHaveLength(3);
  const own = found.find(({ subject }) => subject === 'CN=BSAEX02');
  expect(own).toMatchObject({ ...told, selfSigned: true });
});

test('a certificate whose key nobody can decode hides no other of its server', async () => {
  lab.setOptions({ selectObject: 'restricted' });
  lab.editServer('BSAEX02', (server) => {
    const [own] = server.certificates;
    const der = Buffer.from(own!.der, 'base64');
    // The last arc of rsaEncryption, of the key.
    der[der.indexOf(Buffer.from('2a864886f70d010101', 'hex')) + 8] = 0x63;
    const thumbprint = createHash('sha1').update(der).digest('hex').toUpperCase();
    server.certificates.unshift({ ...own!, der: der.toString('base64'), thumbprint, services: [] });
  });
  const session = await overWsman();
  const outcome = await session.invoke(certificatesOf('BSAEX02', { has: () => true }));
  await session.close();
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  expect(installedCertificates(outcome.objects).map(({ services }) => services)).toEqual([
    // It has the names of the other one, by which POP and IMAP find theirs.
    ['IMAP', 'POP'],
    SERVICES,
    expect.any(Array),
    expect.any(Array),
  ]);
});
