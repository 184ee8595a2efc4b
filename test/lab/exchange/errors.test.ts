import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { Command, Emission, HostValue } from '../../../remoting/server/command-host';
import { call, callWith, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const OWA = 'BSAEX02\\owa (Default Web Site)';
const NOT_THERE = 'BSAEX02\\nope';
const URL_1 = 'https://mail.contoso.com/1';
let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers();
});

const command = (name: string, parameters: { readonly [name: string]: HostValue } = {}): Command => ({
  name,
  isScript: false,
  args: Object.entries(parameters).map(([parameter, value]) => ({ name: parameter, value })),
});

/** Kinds of what a pipeline says, with the text of its objects and the ids of its errors. */
async function run(
  statements: readonly (readonly Command[])[],
  input?: readonly HostValue[],
): Promise<readonly string[]> {
  const said: string[] = [];
  const pipeline = { statements, ...(input === undefined ? {} : { input }) };
  for await (const emission of lab.host('BSAEX01').run(pipeline, new AbortController().signal)) {
    said.push(shown(emission));
  }
  return said;
}

function shown(emission: Emission): string {
  switch (emission.kind) {
    case 'output': {
      const { value } = emission;
      return `output ${typeof value === 'object' && value !== null && 'text' in value ? value.text : ''}`;
    }
    case 'error':
    case 'failed':
      return `${emission.kind} ${emission.error.fullyQualifiedErrorId.replace(/^\[.*\] [^,]+/, '…')}`;
    default:
      return emission.kind;
  }
}

const externalUrl = async () =>
  only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'ExternalUrl');

describe('an error of the cmdlet itself', () => {
  test.each([
    ['Set-OwaVirtualDirectory', { Identity: NOT_THERE, ExternalUrl: URL_1 }],
    ['Get-OwaVirtualDirectory', { Identity: NOT_THERE }],
    ['Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG9', MailboxServer: 'BSAEX01' }],
    ['Remove-ExchangeCertificate', { Server: 'BSAEX01', Thumbprint: 'AB', Confirm: false }],
  ])('of %s is a record, and the pipeline completes', async (cmdlet, parameters) => {
    const { errors, objects, terminated } = await call(lab, cmdlet, parameters);
    expect({ count: errors.length, objects, terminated }).toEqual({
      count: 1,
      objects: [],
      terminated: false,
    });
    expect(lab.journal().at(-1)).toMatchObject({ outcome: 'failed', applied: false });
  });

  test('names the object that it is about, where the others are shown all the same', async () => {
    lab.stopServer('BSAEX02');
    const emissions: Emission[] = [];
    const pipeline = { statements: [[command('Get-OwaVirtualDirectory')]] };
    for await (const emission of lab.host('BSAEX01').run(pipeline, new AbortController().signal)) {
      emissions.push(emission);
    }
    expect(emissions).toMatchObject([
      { kind: 'output', value: { text: 'BSAEX01\\owa (Default Web Site)' } },
      { kind: 'error', error: { category: 'NotInstalled', target: OWA } },
    ]);
  });

  test('made on request ends the pipeline only where that is asked for, too', async () => {
    lab.arm({ at: 1, effect: 'fail' });
    lab.arm({ at: 2, effect: 'fail', terminating: true });
    const set = () => call(lab, 'Set-OwaVirtualDirectory', { Identity: OWA, ExternalUrl: URL_1 });
    expect((await set()).terminated).toBe(false);
    expect((await set()).terminated).toBe(true);
    expect(await externalUrl()).toBeNull();
  });

  test('made after the effect stands beside it', async () => {
    lab.arm({ at: 1, effect: 'fail', when: 'after' });
    const made = await call(lab, 'New-DatabaseAvailabilityGroup', { Name: 'DAG01' });
    expect(made).toMatchObject({ objects: [{ text: 'DAG01' }], terminated: false });
    expect(made.errors).toHaveLength(1);
  });
});

describe('an error that PowerShell or the lab raises ends the pipeline', () => {
  test.each([
    ['Set-OwaVirtualDirectory', { Nope: 1 }, 'NamedParameterNotFound,Set-OwaVirtualDirectory'],
    [
      'Set-OwaVirtualDirectory',
      { Identity: OWA, ExternalUrl: 'https://a b/' },
      'ParameterArgumentTransformationError,Set-OwaVirtualDirectory',
    ],
    ['Get-Nothing', {}, 'CommandNotFoundException'],
    ['Remove-MailboxDatabase', { Identity: 'DB1' }, 'HostFunctionNotImplemented,'],
    ['Set-ExchangeServer', { Identity: 'BSAEX01' }, 'NotSupportedException,'],
  ])('%s %j', async (cmdlet, parameters, id) => {
    await call(lab, 'New-MailboxDatabase', { Name: 'DB1', Server: 'BSAEX01' });
    const { failed, terminated, errors } = await call(lab, cmdlet, parameters);
    expect(failed).toContain(id);
    expect({ terminated, errors }).toEqual({ terminated: true, errors: [] });
  });
});

/** As text, as the number, and as a real client sends the enum that it has. */
const forms = (name: string, number: number): readonly HostValue[] => [
  name,
  number,
  { typeNames: ['System.Management.Automation.ActionPreference'], text: name, number, properties: {} },
];

describe('ErrorAction', () => {
  test.each(forms('Stop', 1))('Stop (%j) ends the pipeline with the same error', async (ErrorAction) => {
    const alone = await call(lab, 'Get-OwaVirtualDirectory', { Identity: NOT_THERE });
    const stopped = await call(lab, 'Get-OwaVirtualDirectory', { Identity: NOT_THERE, ErrorAction });
    const withoutRequest = (id?: string) => id?.replace(/RequestId=[^\]]*/, '');
    expect(withoutRequest(stopped.failed)).toBe(withoutRequest(alone.failed));
    expect(stopped).toMatchObject({ terminated: true, errors: [] });
  });

  test.each(forms('SilentlyContinue', 0))(
    'SilentlyContinue (%j) leaves the record out',
    async (ErrorAction) => {
      expect(await call(lab, 'Get-OwaVirtualDirectory', { Identity: NOT_THERE, ErrorAction })).toEqual({
        objects: [],
        warnings: [],
        errors: [],
        terminated: false,
      });
    },
  );

  test('Stop keeps what was shown before the error', async () => {
    lab.stopServer('BSAEX02');
    expect(await run([[command('Get-OwaVirtualDirectory', { ErrorAction: 'Stop' })]])).toEqual([
      'output BSAEX01\\owa (Default Web Site)',
      expect.stringMatching(/^failed …/),
    ]);
  });

  test('does not silence an error that ends the pipeline', async () => {
    const silent = { Nope: 1, ErrorAction: 'SilentlyContinue' };
    expect(await call(lab, 'Get-OwaVirtualDirectory', silent)).toMatchObject({ terminated: true });
  });

  test('Inquire asks, and nobody answers', async () => {
    const asking = { Identity: NOT_THERE, ErrorAction: 'Inquire' };
    const { failed } = await call(lab, 'Get-OwaVirtualDirectory', asking);
    expect(failed).toContain('HostFunctionNotImplemented');
  });
});

test('WarningAction leaves warnings out, or ends the pipeline with the first', async () => {
  const unchanged = { Identity: OWA, InternalUrl: 'https://bsaex02.apatricio.local/owa' };
  const set = (parameters: object) => call(lab, 'Set-OwaVirtualDirectory', { ...unchanged, ...parameters });
  expect((await set({})).warnings).toHaveLength(1);
  expect((await set({ WarningAction: 'SilentlyContinue' })).warnings).toEqual([]);
  expect((await set({ WarningAction: 'Stop' })).failed).toMatch(/^ActionPreferenceStop,/);
});

describe('WhatIf', () => {
  const first = async (cmdlet: string) => (await call(lab, cmdlet)).objects[0]?.text ?? '';

  test.each([
    ['New-DatabaseAvailabilityGroup', async () => ({ Name: 'DAG02' })],
    ['Stop-DatabaseAvailabilityGroup', async () => ({ Identity: 'DAG01', MailboxServer: 'BSAEX01' })],
    ['Add-DatabaseAvailabilityGroupServer', async () => ({ Identity: 'DAG01', MailboxServer: 'BSAEX02' })],
    ['Dismount-Database', async () => ({ Identity: await first('Get-MailboxDatabase') })],
    ['Set-OwaVirtualDirectory', async () => ({ Identity: OWA, ExternalUrl: URL_1 })],
    ['Set-ClientAccessServer', async () => ({ Identity: 'BSAEX01', AutoDiscoverSiteScope: 'B' })],
    ['New-ExchangeCertificate', async () => ({ SubjectName: 'CN=mail' })],
  ])('%s changes, asks and shows nothing, and the journal says so', async (cmdlet, parameters) => {
    await call(lab, 'New-DatabaseAvailabilityGroup', { Name: 'DAG01' });
    await call(lab, 'Set-DatabaseAvailabilityGroup', {
      Identity: 'DAG01',
      DatacenterActivationMode: 'DagOnly',
    });
    await call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer: 'BSAEX01' });
    const given = await parameters();
    const before = JSON.stringify(state());
    expect(await call(lab, cmdlet, { ...given, WhatIf: true })).toMatchObject({
      objects: [],
      errors: [],
      terminated: false,
    });
    expect(JSON.stringify(state())).toBe(before);
    expect(lab.journal().at(-1)).toMatchObject({ cmdlet, outcome: 'completed', applied: false });
  });

  test('still says what is wrong with the call', async () => {
    const { failed } = await call(lab, 'Set-OwaVirtualDirectory', { Identity: NOT_THERE, WhatIf: true });
    expect(failed).toContain('ManagementObjectNotFoundException');
  });

  const state = () => {
    const { organization, servers } = lab.read();
    return { organization, servers: [...servers] };
  };
});

test('Confirm sent true asks of a cmdlet that would not, and nothing changes', async () => {
  const asking = { Identity: OWA, ExternalUrl: URL_1, Confirm: true };
  const { failed, terminated } = await call(lab, 'Set-OwaVirtualDirectory', asking);
  expect({ failed, terminated }).toMatchObject({
    failed: expect.stringContaining('HostFunctionNotImplemented') as string,
    terminated: true,
  });
  expect(await externalUrl()).toBeNull();
});

test.each([
  [true, 1],
  [false, 0],
])('a switch arrives as the object that a real client sends (%j)', async (IsPresent, hidden) => {
  lab.stopServer('BSAEX02');
  const typeNames = ['System.Management.Automation.SwitchParameter', 'System.ValueType', 'System.Object'];
  const value = { typeNames, text: String(IsPresent), properties: { IsPresent } };
  const shownAll = await callWith(lab, 'Get-OwaVirtualDirectory', [{ name: '-ADPropertiesOnly:', value }]);
  expect(shownAll.errors).toHaveLength(1 - hidden);
});

describe('several statements', () => {
  const fails = command('Get-OwaVirtualDirectory', { Identity: NOT_THERE });
  const ends = command('Get-OwaVirtualDirectory', { Identity: NOT_THERE, ErrorAction: 'Stop' });
  const shows = (Identity: string) => command('Get-ExchangeServer', { Identity });

  test('all run where an error is only a record', async () => {
    expect(await run([[fails], [shows('BSAEX01')], [shows('BSAEX02')]])).toEqual([
      expect.stringMatching(/^error/),
      'output BSAEX01',
      'output BSAEX02',
    ]);
  });

  test('complete without the third where the first ends with an error, as measured with real PowerShell', async () => {
    expect(await run([[ends], [shows('BSAEX01')], [shows('BSAEX02')]])).toEqual([
      expect.stringMatching(/^error/),
      'output BSAEX01',
    ]);
  });

  test('end where a later one ends with an error', async () => {
    expect(await run([[shows('BSAEX01')], [ends], [shows('BSAEX02')]])).toEqual([
      'output BSAEX01',
      expect.stringMatching(/^failed/),
    ]);
  });
});

describe('objects that are piped in', () => {
  const set = command('Set-OwaVirtualDirectory', { ExternalUrl: URL_1 });

  test('are taken one after another, and an error of one leaves the others alone', async () => {
    expect(await run([[set]], [NOT_THERE, OWA])).toEqual([
      expect.stringMatching(/^error ….*SetOwaVirtualDirectory$/),
    ]);
    expect(await externalUrl()).toBe(URL_1);
  });

  test('may be what the cmdlet before shows', async () => {
    await run([[command('Get-OwaVirtualDirectory', { Server: 'BSAEX02' }), set]]);
    expect(lab.journal().at(-1)?.parameters).toEqual({ ExternalUrl: URL_1, Identity: OWA });
    expect(await externalUrl()).toBe(URL_1);
  });

  test('that fit no parameter are records', async () => {
    expect(await run([[command('Get-OrganizationConfig')]], [5])).toEqual([
      'error InputObjectNotBound,Get-OrganizationConfig',
    ]);
  });

  test('go nowhere where a command of the pipeline is refused', async () => {
    expect(await run([[set, command('Get-Nothing')]], [OWA])).toEqual(['failed CommandNotFoundException']);
    expect(await externalUrl()).toBeNull();
  });
});
