import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { catalogOf, ExchangeVersion } from '../../../exchange/versions';
import type { LabOptions } from '../../../lab/exchange/options';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { Emission } from '../../../remoting/server/command-host';
import { metadataPipeline } from '../../../remoting/server/command-metadata';
import { describeWithPython, python, pythonEnvironment } from '../../remoting/peers/python';
import { removeFolders, twoServers } from './session';

afterAll(removeFolders);

const root = resolve(__dirname, '../../..');
const RESTRICTED = [
  'Exit-PSSession',
  'Get-Command',
  'Get-FormatData',
  'Get-Help',
  'Measure-Object',
  'Out-Default',
  'Select-Object',
];

interface Said {
  readonly state: string;
  readonly output: readonly { readonly [name: string]: unknown }[];
  readonly errors: readonly { readonly id: string }[];
  readonly reason?: { readonly id: string };
  /** Method, number of the call, parameters. */
  readonly calls?: readonly (readonly [string, number, readonly unknown[]])[];
}

describe('the commands of a session are told', () => {
  const everything = metadataPipeline({ typeNames: [], properties: { Name: ['*'], Namespace: [] } });
  const told = async (options: Partial<LabOptions>, query?: string) => {
    const lab = twoServers();
    lab.setOptions(options);
    const host = lab.host('BSAEX01', query === undefined ? {} : { query });
    const said: Emission[] = [];
    for await (const one of host.run(everything, new AbortController().signal)) said.push(one);
    return said;
  };

  test.each([
    ['a PowerShell with the snap-in', {}, undefined],
    ['an endpoint in no-language mode', { languageMode: 'none' }, undefined],
    ["Exchange's endpoint", {}, 'serializationLevel=Full'],
  ] as const)('by %s', async (_, options, query) => {
    const [count, ...commands] = await told(options, query);
    expect(count).toMatchObject({
      value: {
        typeNames: [
          'Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo',
          'System.Management.Automation.PSCustomObject',
          'System.Object',
        ],
        properties: { Count: commands.length },
      },
    });
    expect(commands).toContainEqual({
      kind: 'output',
      value: expect.objectContaining({
        properties: expect.objectContaining({ Name: 'Set-OwaVirtualDirectory' }) as unknown,
      }) as unknown,
    });
  });

  test('not by one without Select-Object', async () => {
    expect(await told({ selectObject: 'none' })).toMatchObject([
      { kind: 'error', error: { fullyQualifiedErrorId: 'CommandNotFoundException' } },
      { kind: 'failed', error: { fullyQualifiedErrorId: 'CommandNotFoundException' } },
    ]);
  });
});

describeWithPython('a session of the lab, to a client built on psrpcore that imports and enters it', () => {
  let lab: SimulatedOrganization;
  let report: { readonly [name: string]: Said };

  beforeAll(async () => {
    lab = twoServers();
    const script = join(root, 'test/remoting/python/import_session.py');
    const server = [process.execPath, '--import', 'tsx', 'lab/exchange/stdio.ts', lab.folder, 'BSAEX01'];
    const { stdout } = await promisify(execFile)(python, [script, ...server], {
      cwd: root,
      env: pythonEnvironment,
      maxBuffer: 64 << 20,
      timeout: 60_000,
    });
    report = JSON.parse(stdout) as typeof report;
  }, 70_000);

  const namesIn = (part: string) => report[part]?.output.slice(1).map(({ Name }) => Name);

  test('can be entered: it counts and shows the two commands that a client asks for', () => {
    expect(report['entered']).toMatchObject({ state: 'Completed', errors: [] });
    expect(report['entered']?.output).toMatchObject([
      { Count: 2 },
      { Name: 'Out-Default' },
      { Name: 'Exit-PSSession' },
    ]);
  });

  test('writes what a person sees at their end, and nothing where nobody is there', () => {
    const lines = report['shown']?.calls?.map(
      ([method, call, [line]]) => `${method} ${call} ${String(line)}`,
    );
    expect(report['shown']).toMatchObject({ state: 'Completed', output: [] });
    expect(lines).toContainEqual(
      expect.stringMatching(/^WriteLine2 -100 Fqdn +: BSAEX01\.apatricio\.local$/),
    );
    expect(report['unseen']).toMatchObject({ state: 'Completed', output: [], calls: [] });
  });

  test('lets a person out again', () => {
    expect(report['left']).toMatchObject({ state: 'Completed', calls: [['PopRunspace', -100, []]] });
  });

  test('has no format data, and counts none', () => {
    expect(report['formats']).toMatchObject({ state: 'Completed', output: [], errors: [] });
    expect(report['counted']?.output).toMatchObject([{ Count: 0 }]);
  });

  test('shows every cmdlet of the version, and counts them first', () => {
    const cmdlets = catalogOf(ExchangeVersion.V2013).cmdlets.map(({ name }) => name);
    const [count] = report['imported']?.output ?? [];
    expect(count).toEqual({ Count: cmdlets.length + RESTRICTED.length });
    expect(new Set(namesIn('imported'))).toEqual(new Set([...cmdlets, ...RESTRICTED]));
  });

  test('shows of a cmdlet what a proxy is made of', () => {
    const shown = report['imported']?.output.find(({ Name }) => Name === 'Set-OwaVirtualDirectory');
    expect(shown).toMatchObject({
      CommandType: 8,
      ResolvedCommandName: null,
      Parameters: {
        Identity: {
          Name: 'Identity',
          ParameterType: 'VirtualDirectoryIdParameter',
          Aliases: [],
          IsDynamic: false,
          SwitchParameter: false,
        },
        WhatIf: { Name: 'WhatIf', Aliases: ['wi'], SwitchParameter: true },
      },
    });
    // All of them make PowerShell take it for a cmdlet: ImplicitRemotingCommands in its source.
    expect(Object.keys(shown?.['Parameters'] as object)).toEqual(
      expect.arrayContaining([
        ...['Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'InformationAction', 'ErrorVariable'],
        ...['WarningVariable', 'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable'],
      ]),
    );
  });

  test('finds by pattern, and tells once what it does not have', () => {
    expect(namesIn('some')).toEqual(
      expect.arrayContaining(['Set-OwaVirtualDirectory', 'Set-EcpVirtualDirectory']),
    );
    expect(report['some']?.errors).toMatchObject([
      { id: 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand' },
    ]);
    expect(report['none']?.output).toEqual([{ Count: 0 }]);
  });

  test('has help of a name and no more', () => {
    expect(report['help']?.output).toMatchObject([{ Name: 'Set-OwaVirtualDirectory', Category: 'Cmdlet' }]);
    expect(report['no help']).toMatchObject({
      state: 'Completed',
      errors: [{ id: 'HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand' }],
    });
  });

  test('takes switches and preferences as the client has them', () => {
    expect(report['rehearsed']).toMatchObject({ state: 'Completed', output: [], errors: [] });
    expect(report['stopped']?.state).toBe('Failed');
    expect(report['stopped']?.reason?.id).toContain('ManagementObjectNotFoundException');
    expect(report['silenced']).toMatchObject({ state: 'Completed', output: [], errors: [] });
    const calls = lab.journal().filter(({ cmdlet }) => cmdlet === 'Set-OwaVirtualDirectory');
    expect(calls[0]).toMatchObject({
      parameters: { WhatIf: true, Confirm: false },
      outcome: 'completed',
      applied: false,
    });
  });

  test('takes what is piped in, as text and as an object that has an identity', () => {
    expect(report['piped']).toMatchObject({ state: 'Completed', output: [] });
    expect(report['piped']?.errors).toHaveLength(1);
    const urls = [...lab.read().servers.values()].map(
      ({ virtualDirectories }) =>
        virtualDirectories.find(({ kind }) => kind === 'Owa')?.settings['ExternalUrl'],
    );
    expect(urls).toEqual(['https://mail.contoso.com/owa', 'https://mail.contoso.com/owa']);
  });

  test('ends well', () => {
    expect(report['exit']).toBe(0);
  });
});
