import { installedCertificates } from '../../exchange/resources/installed-certificate';
import { ExchangeVersion } from '../../exchange/versions';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import type { ErrorRecord } from '../../powershell/outcome';
import type { Settings } from '../../provider/configuration';
import { ExchangeTarget } from '../../provider/target';
import { ServerReadings } from '../../provider/server-readings';
import { openSession } from '../../remoting/session';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { loopback } from '../remoting/peers/loopback';

afterAll(removeFolders);

const [FIRST, SECOND] = ['BSAEX01', 'BSAEX02'];
const certificatesOf = (server: string) => ({
  cmdlet: 'Get-ExchangeCertificate',
  parameters: { Server: server },
});
const { signal } = new AbortController();

describe('reads that show one server alone', () => {
  let lab: SimulatedOrganization;
  let trips: number;
  let statements: string[];
  let target: ExchangeTarget;

  beforeEach(() => {
    lab = twoServers();
    trips = 0;
    statements = [];
    const versions = new Map(
      [FIRST, SECOND, 'NOTYET'].map((name) => [name.toLowerCase(), ExchangeVersion.V2013]),
    );
    const serverSessions = new Map();
    const settings = {
      versions,
      serverSessions,
      domainController: null,
      callTimeoutMs: 60_000,
    } as unknown as Settings;
    target = new ExchangeTarget(settings, async () => {
      const host = lab.host(FIRST);
      return openSession(
        loopback({
          powerShellVersion: host.powerShellVersion,
          run: (pipeline, aborted) => {
            trips += 1;
            statements.push(
              pipeline.statements.map((chain) => chain.map(({ name }) => name).join('|')).join(';'),
            );
            return host.run(pipeline, aborted);
          },
        }),
        { runspaces: 4 },
      );
    });
  });
  afterEach(() => target.close());

  const thumbprints = async (server: string) => {
    const reading = await target.observe(certificatesOf(server));
    return reading.kind === 'objects'
      ? installedCertificates(reading.outcome.objects).map(({ thumbprint }) => thumbprint)
      : reading.diagnostics.map(({ summary }) => summary);
  };
  const onServer = (server: string) =>
    lab
      .read()
      .servers.get(server)
      ?.certificates.map(({ thumbprint }) => thumbprint);

  test('are one trip for all servers that there are, and each gets its own', async () => {
    const shown = await Promise.all([FIRST, SECOND].map(thumbprints));
    expect(shown).toEqual([onServer(FIRST), onServer(SECOND)]);
    expect(shown[0]).not.toEqual(shown[1]);
    // Which servers there are, and the certificates of both.
    expect(trips).toBe(2);
  });

  test('are one for each server where it runs PowerShell 2.0, which knows of one statement in a pipeline', async () => {
    lab = twoServers(ExchangeVersion.V2010);
    const shown = await Promise.all([FIRST, SECOND].map(thumbprints));
    expect(shown).toEqual([onServer(FIRST), onServer(SECOND)]);
    expect(shown[0]).not.toEqual(shown[1]);
    expect(statements.filter((chains) => chains.includes(';'))).toEqual([]);
    // Which servers there are, the trip, of which the first statement alone is run, and a read of each server.
    expect(trips).toBe(4);
  });

  test('ask of the servers that stand as marks only what makes them that, and of certificates what is asked for', async () => {
    const properties = ['RawData', 'Services'];
    const readings = await Promise.all(
      [FIRST, SECOND].map((server) => target.observe({ ...certificatesOf(server), properties })),
    );
    for (const reading of readings) {
      if (reading.kind !== 'objects') throw new Error(reading.kind);
      expect(reading.outcome.objects.length).toBeGreaterThan(0);
      for (const object of reading.outcome.objects)
        expect(Object.keys(object.properties)).toEqual(properties);
    }
    expect(trips).toBe(2);
    expect(statements.at(-1)).toBe(
      [FIRST, SECOND]
        .map(() => 'Get-ExchangeServer|Select-Object;Get-ExchangeCertificate|Select-Object')
        .join(';'),
    );
  });

  test('leave a server that does not answer to a read of its own, which says why', async () => {
    lab.stopServer(SECOND);
    const [first, second] = await Promise.all([FIRST, SECOND].map(thumbprints));
    expect(first).toEqual(onServer(FIRST));
    expect(second).toEqual([expect.stringContaining('Get-ExchangeCertificate')]);
  });

  test('are made for the asked server alone once something was written', async () => {
    await thumbprints(FIRST);
    const [removed] = lab.read().servers.get(SECOND)?.certificates ?? [];
    lab.editServer(SECOND, (server) => {
      server.certificates = server.certificates.filter(
        ({ thumbprint }) => thumbprint !== removed?.thumbprint,
      );
    });
    await target.run(
      {
        kind: 'virtual-directory',
        server: SECOND,
        reason: 'because',
        invocation: {
          cmdlet: 'Set-OwaVirtualDirectory',
          parameters: { Identity: `${SECOND}\\owa (Default Web Site)`, ExternalUrl: null },
        },
      },
      signal,
    );
    expect(await thumbprints(SECOND)).toEqual(onServer(SECOND));
    expect(lab.journal().map(({ cmdlet }) => cmdlet)).toEqual([
      'Get-ExchangeServer',
      ...[FIRST, SECOND].flatMap(() => ['Get-ExchangeServer', 'Get-ExchangeCertificate']),
      'Set-OwaVirtualDirectory',
      'Get-ExchangeCertificate',
    ]);
  });
});

describe('an answer about several servers', () => {
  const mark = (name: string) => ({
    typeNames: [],
    properties: { Name: name, AdminDisplayVersion: 'Version 15.0 (Build 847.32)' },
  });
  const shown = (text: string) => ({ typeNames: [], text, properties: { RawData: new Uint8Array() } });
  const error: ErrorRecord = { fullyQualifiedErrorId: 'Rpc,Get-ExchangeCertificate', message: 'no' };

  const taken = async (
    objects: readonly ReturnType<typeof mark>[] | readonly object[],
    errors: ErrorRecord[],
  ) => {
    const readings = new ServerReadings(
      async () => ['ex1', 'ex2'],
      async () => ({
        kind: 'trip',
        objects: objects as ReturnType<typeof mark>[],
        warnings: [],
        errors,
        ranAll: errors.length === 0,
      }),
    );
    const of = async (server: string) =>
      (await readings.get(certificatesOf(server)))?.objects.map(({ text }) => text);
    return [await of('EX1'), await of('EX2')];
  };

  test('is taken apart at its marks', async () => {
    expect(await taken([mark('EX1'), shown('a'), shown('b'), mark('EX2'), shown('c')], [])).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
  });

  test('is taken apart where certificates were projected as well', async () => {
    const projected = (text: string) => ({
      typeNames: ['Selected.ExchangeCertificate'],
      text,
      properties: { RawData: new Uint8Array(), Services: null, Name: null },
    });
    expect(await taken([mark('EX1'), projected('a'), mark('EX2'), projected('c')], [])).toEqual([
      ['a'],
      ['c'],
    ]);
  });

  test.each([
    ['a mark is missing', [mark('EX1'), shown('a'), shown('c')], []],
    ['the marks stand in another order', [mark('EX2'), shown('c'), mark('EX1'), shown('a')], []],
    ['something stands before the first mark and the first is missing', [shown('a'), mark('EX2')], []],
    [
      'there is an error beside objects of every server',
      [mark('EX1'), shown('a'), mark('EX2'), shown('c')],
      [error],
    ],
    // The error may be that of the server that showed a part, and the other one silent.
    ['one server shows nothing, and one call failed', [mark('EX1'), mark('EX2'), shown('c')], [error]],
    ['a server shows nothing, and nothing failed', [mark('EX1'), shown('a'), mark('EX2')], []],
  ])('is not used at all where %s', async (_case, objects, errors) => {
    expect(await taken(objects, errors)).toEqual([undefined, undefined]);
  });
});
