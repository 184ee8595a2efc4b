import { SecureText, type Invocation, type Parameters } from '../../powershell/invocation';
import type { ObjectsOutcome, Outcome } from '../../powershell/outcome';
import { openSession, type RemotingSession, type SessionOptions } from '../../remoting/session';
import type { CommandHost } from '../../remoting/server/command-host';
import { describeNeeding } from '../requirement';
import { loopback } from './peers/loopback';
import { QUESTION } from './peers/sample-host';
import { WAYS, type Way } from './peers/ways';

function objects(outcome: Outcome): ObjectsOutcome {
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  return outcome;
}

function describeSession(start: () => Promise<Way>): void {
  let way: Way;
  beforeAll(async () => {
    way = await start();
  });
  afterAll(() => way.stop());

  const withSession = async (
    use: (session: RemotingSession) => Promise<void>,
    options: SessionOptions = {},
  ): Promise<void> => {
    const session = await openSession(way.transport, options);
    try {
      await use(session);
    } finally {
      await session.close();
    }
  };

  test('tells the versions of the peer', () =>
    withSession(async (session) => {
      expect(session.protocolVersion).toBe('2.3');
      expect(session.powerShellVersion).toBe('5.1.14393.0');
    }));

  test('carries typed values there and back', () =>
    withSession(async (session) => {
      const parameters: Parameters = {
        Text: 'a\u2019b _x0041_ \ud800 \u0000\ufeff\u2028\ufffe\uffff',
        Number: 5,
        Large: 2 ** 40,
        Fraction: 1.5,
        Yes: true,
        Nothing: null,
        Empty: [],
        List: ['a', 'b'],
        Bytes: new Uint8Array([1, 2, 255]),
        Table: { table: { Add: 'x', Remove: ['y'] } },
      };
      const { objects: echoed } = objects(await session.invoke({ cmdlet: 'Get-Echo', parameters }));
      const values = new Map(echoed.map((object) => [object.text ?? '', object.properties['Value']]));
      expect(Object.fromEntries(values)).toEqual({
        ...parameters,
        Table: { entries: { Add: 'x', Remove: ['y'] } },
      });
    }));

  test('gives $null in the output as a value, and leaves it out where properties are asked for', () =>
    withSession(async (session) => {
      const nothing = { typeNames: ['System.Object'], properties: { Value: null } };
      expect(await session.invoke({ cmdlet: 'Get-Nothing', parameters: {} })).toEqual({
        kind: 'objects',
        objects: [
          nothing,
          nothing,
          { typeNames: ['System.String'], text: 'between', properties: { Value: 'between' } },
          { typeNames: ['Sample.Thing'], properties: { Name: null } },
          nothing,
        ],
        warnings: [],
        errors: [],
      });
      const named = await session.invoke({ cmdlet: 'Get-Nothing', parameters: {}, properties: ['Name'] });
      expect(objects(named).objects.map(({ properties }) => properties)).toEqual([{}, { Name: null }]);
      expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: {} })).toMatchObject({ kind: 'objects' });
    }));

  test('carries secure strings', () =>
    withSession(async (session) => {
      const secret = new SecureText('pässwörd \ud800', 'the password');
      const call = { cmdlet: 'Get-Echo', parameters: { Password: secret, In: [secret] } };
      const [first, second] = objects(await session.invoke(call)).objects;
      expect(first?.properties).toEqual({ Name: 'Password', Value: 'pässwörd \ud800', Secure: true });
      expect(second).toBeDefined();
    }));

  test('keeps warnings and non-terminating errors', () =>
    withSession(async (session) => {
      expect(await session.invoke({ cmdlet: 'Get-Trouble', parameters: {} })).toEqual({
        kind: 'objects',
        objects: [{ typeNames: ['System.String'], text: 'survived', properties: { Value: 'survived' } }],
        warnings: ['mind the gap'],
        errors: [
          { fullyQualifiedErrorId: 'NotThere,Get-Trouble', message: 'no', category: 'ObjectNotFound' },
        ],
      });
    }));

  test('gives a terminating error', () =>
    withSession(async (session) => {
      expect(await session.invoke({ cmdlet: 'Get-Failure', parameters: {} })).toEqual({
        kind: 'failed',
        error: {
          fullyQualifiedErrorId: 'Broken,Get-Failure',
          message: 'broken',
          category: 'InvalidArgument',
        },
        warnings: ['before'],
        errors: [],
      });
    }));

  test('gives an error where the host itself fails, and goes on', () =>
    withSession(async (session) => {
      expect(await session.invoke({ cmdlet: 'Get-Crash', parameters: {} })).toMatchObject({
        kind: 'failed',
        error: { fullyQualifiedErrorId: 'HostFailed', message: 'the host crashed' },
      });
      expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: {} })).toMatchObject({ kind: 'objects' });
    }));

  test.each([
    ['no', 2],
    ['yes', 0],
  ] as const)('answers %s to the question that is expected', (answer, number) =>
    withSession(async (session) => {
      const question = { text: 'overwrite the thing', names: 'none', answer };
      const asking = { cmdlet: 'Request-Choice', parameters: {} };
      expect(await session.invoke({ ...asking, question })).toMatchObject({
        kind: 'objects',
        objects: [{ text: 'before' }, { properties: { Value: number } }],
        warnings: ['asked'],
      });
      // The host was there for that call alone.
      expect(await session.invoke(asking)).toMatchObject({
        kind: 'failed',
        error: {
          fullyQualifiedErrorId: 'HostFunctionNotImplemented,Sample.RequestChoice',
          category: 'NotImplemented',
        },
      });
    }),
  );

  test('lets a command that asks something else fail at once, and goes on', () =>
    withSession(async (session) => {
      const question = { text: 'another', names: 'B2', answer: 'yes' } as const;
      expect(await session.invoke({ cmdlet: 'Request-Choice', parameters: {}, question })).toMatchObject({
        kind: 'failed',
        error: { fullyQualifiedErrorId: 'UnexpectedQuestion' },
        unexpectedQuestion: `PromptForChoice: Confirm ${QUESTION}`,
      });
      expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: {} })).toMatchObject({ kind: 'objects' });
    }));

  test('selects the properties that are asked for, whatever their letter case', () =>
    withSession(async (session) => {
      const call = { cmdlet: 'Get-Echo', parameters: { A: 1 }, properties: ['value', 'Missing'] };
      expect(objects(await session.invoke(call)).objects).toEqual([
        { typeNames: ['Sample.Echo', 'System.Object'], text: 'A', properties: { value: 1 } },
      ]);
    }));

  test('sends and takes megabytes, in many fragments', () =>
    withSession(async (session) => {
      const big = await session.invoke({ cmdlet: 'Get-Big', parameters: { Bytes: 3_000_000 } });
      expect(objects(big).objects[0]?.properties['Value']).toHaveLength(3_000_000);
      const echoed = await session.invoke({
        cmdlet: 'Get-Echo',
        parameters: { A: new Uint8Array(1_000_000) },
      });
      expect(objects(echoed).objects[0]?.properties['Value']).toHaveLength(1_000_000);
    }));

  test.each([
    ['a message', { maxMessageBytes: 200_000 }],
    ['the answer', { maxCallBytes: 200_000 }],
  ])('ends a call where %s is larger than its bound, and no other', (what, bounds) =>
    withSession(
      async (session) => {
        const [[name, limit] = ['', 0]] = Object.entries(bounds);
        const other = session.invoke({ cmdlet: 'Wait-Short', parameters: { Milliseconds: 200, Tag: 'x' } });
        const big = { cmdlet: 'Get-Big', parameters: { Bytes: 3_000_000 } };
        for (const outcome of [await session.invoke(big), await session.invoke(big)]) {
          expect(outcome).toEqual({
            kind: 'unknown',
            interruption: 'too-large',
            message: `${what} is larger than ${name} (${limit})`,
            bound: { name, limit },
          });
        }
        expect(objects(await other).objects).toMatchObject([{ text: 'x' }]);
        const fits = await session.invoke({ cmdlet: 'Get-Big', parameters: { Bytes: 100_000 } });
        expect(objects(fits).objects[0]?.properties['Value']).toHaveLength(100_000);
        expect(session.failure).toBeUndefined();
      },
      { runspaces: 2, bounds },
    ),
  );

  test('takes many objects', () =>
    withSession(async (session) => {
      const many = await session.invoke({ cmdlet: 'Get-Many', parameters: { Count: 2000 } });
      expect(objects(many).objects).toHaveLength(2000);
    }));

  test('runs as many calls at once as it has runspaces, the others after them in order', () =>
    withSession(
      async (session) => {
        const stop = new AbortController();
        const ended: string[] = [];
        const run = async (cmdlet: string, Tag: string, signal?: AbortSignal): Promise<void> => {
          await session.invoke({ cmdlet, parameters: { Tag } }, signal === undefined ? {} : { signal });
          ended.push(Tag);
        };
        const endless = run('Wait-Long', 'endless', stop.signal);
        await Promise.all(['first', 'second', 'third'].map((tag) => run('Get-Echo', tag)));
        stop.abort();
        await endless;
        expect(ended).toEqual(['first', 'second', 'third', 'endless']);
      },
      { runspaces: 2 },
    ));

  test('tells how many more calls the peer would take', () =>
    withSession(
      async (session) => {
        expect(await session.availableRunspaces()).toBe(2);
        const running = session.invoke({ cmdlet: 'Wait-Short', parameters: { Milliseconds: 300, Tag: 'x' } });
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(await session.availableRunspaces()).toBe(1);
        await running;
      },
      { runspaces: 2 },
    ));

  test('stops a running call on the server and goes on', () =>
    withSession(async (session) => {
      const stop = new AbortController();
      const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} }, { signal: stop.signal });
      while ((await session.availableRunspaces()) > 0);
      stop.abort();
      const stopped = await running;
      expect(stopped).toMatchObject({ kind: 'unknown', interruption: 'stopped' });
      expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: {} })).toMatchObject({ kind: 'objects' });
      expect(await session.availableRunspaces()).toBe(1);
    }));

  test('stops a call that takes too long', () =>
    withSession(async (session) => {
      const late = await session.invoke({ cmdlet: 'Wait-Long', parameters: {} }, { timeoutMs: 500 });
      expect(late).toMatchObject({ kind: 'unknown', interruption: 'timeout' });
      expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: {} })).toMatchObject({ kind: 'objects' });
    }));

  test('does not send a call that was stopped before its turn', () =>
    withSession(async (session) => {
      const first = session.invoke({ cmdlet: 'Wait-Short', parameters: { Milliseconds: 100, Tag: 'x' } });
      const queued = await session.invoke({ cmdlet: 'Get-Echo', parameters: {} }, { timeoutMs: 20 });
      expect(queued).toMatchObject({ kind: 'failed', notSent: 'timeout' });
      const aborted = await session.invoke(
        { cmdlet: 'Get-Echo', parameters: {} },
        { signal: AbortSignal.abort() },
      );
      expect(aborted).toMatchObject({ kind: 'failed', notSent: 'stopped' });
      expect(await first).toMatchObject({ kind: 'objects' });
    }));

  test.each([
    '/bin/ls',
    'Get-Date; Remove-Item',
    'ls',
    '& calc',
    'Get-',
    '.\\x.ps1',
    'Get-A B',
    'Get-\u2013A',
  ])('refuses %j, which is no cmdlet', (cmdlet) =>
    withSession(async (session) => {
      await expect(session.invoke({ cmdlet, parameters: {} })).rejects.toMatchObject({ kind: 'usage' });
    }),
  );

  test('may be closed twice and in the middle of a call', async () => {
    const session = await openSession(way.transport);
    const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([session.close(), session.close()]);
    expect(await running).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: {} })).toMatchObject({ notSent: 'closed' });
    await expect(session.availableRunspaces()).rejects.toMatchObject({ kind: 'closed' });
  });
}

for (const [name, start, missing] of WAYS) {
  describeNeeding(missing, `a session ${name}`, () => describeSession(start));
}

describe('a session whose host is looked at', () => {
  const selectingHost = (refusal: string | undefined) => {
    const seen: string[] = [];
    const host: CommandHost = {
      powerShellVersion: '5.1.14393.0',
      async *run({ statements }) {
        seen.push(statements.map((commands) => commands.map(({ name }) => name).join('|')).join(';'));
        const selects = statements.some(([, selection]) => selection?.name === 'Select-Object');
        yield selects && refusal !== undefined
          ? { kind: 'failed', error: { fullyQualifiedErrorId: refusal, message: 'no' } }
          : { kind: 'output', value: { typeNames: [], properties: { Name: 'x', Other: 1 } } };
      },
    };
    return { seen, host };
  };

  test.each(['ParameterArgumentValidationError,Select-Object', 'CommandNotFoundException'])(
    'asks once for the whole answer where the peer refuses to select (%s), and from then on at once',
    async (refusal) => {
      const { seen, host } = selectingHost(refusal);
      const session = await openSession(loopback(host));
      const call = { cmdlet: 'Get-Thing', parameters: {}, properties: ['Name'] };
      for (const outcome of [await session.invoke(call), await session.invoke(call)]) {
        expect(objects(outcome).objects).toEqual([{ typeNames: [], properties: { Name: 'x' } }]);
      }
      await session.close();
      expect(seen).toEqual(['Get-Thing|Select-Object', 'Get-Thing', 'Get-Thing']);
    },
  );

  test('names each property once, case aside', async () => {
    const named: unknown[] = [];
    const host: CommandHost = {
      powerShellVersion: '5.1.14393.0',
      async *run({ statements }) {
        named.push(...statements.flat().flatMap(({ args }) => args.map(({ value }) => value)));
        yield { kind: 'output', value: { typeNames: [], properties: { Name: 'x' } } };
      },
    };
    const session = await openSession(loopback(host));
    await session.invoke({ cmdlet: 'Get-Thing', parameters: {}, properties: ['Name', 'Other', 'NAME'] });
    await session.close();
    expect(named).toEqual([['NAME', 'Other']]);
  });

  test('never asks twice for what changes something', async () => {
    const { seen, host } = selectingHost('CommandNotFoundException');
    const session = await openSession(loopback(host));
    await session.invoke({ cmdlet: 'Set-Thing', parameters: {}, properties: ['Name'] });
    await session.close();
    expect(seen).toEqual(['Set-Thing']);
  });

  test('refuses a call that answers a question in a trip with others', async () => {
    const { seen, host } = selectingHost(undefined);
    const session = await openSession(loopback(host));
    const question = { text: 'a', names: 'a', answer: 'no' } as const;
    const calls: readonly [Invocation, Invocation] = [
      { cmdlet: 'Get-One', parameters: {} },
      { cmdlet: 'Get-Two', parameters: {}, question },
    ];
    await expect(session.invokeInTurn(calls)).rejects.toMatchObject({ kind: 'usage' });
    await session.close();
    expect(seen).toEqual([]);
  });

  /** A host of calls that have one property each; its Select-Object takes what `takes` says. */
  const commandHost = (takes: (names: readonly string[]) => boolean) => {
    const seen: string[] = [];
    const host: CommandHost = {
      powerShellVersion: '5.1.14393.0',
      async *run({ statements }) {
        seen.push(statements.map((commands) => commands.map(({ name }) => name).join('|')).join(';'));
        for (const [index, [command, selection]] of statements.entries()) {
          const names = selection?.args[0]?.value as readonly string[] | undefined;
          if (names !== undefined && !takes(names)) {
            const error = {
              fullyQualifiedErrorId: 'ParameterArgumentValidationError,Select-Object',
              message: 'no',
            };
            if (index > 0 || statements.length === 1) {
              yield { kind: 'failed', error };
              return;
            }
            yield { kind: 'error', error };
          } else {
            const all = { Name: command?.name ?? '', Other: 1, Parameters: { entries: {} } };
            const shown = Object.entries(all).filter(([name]) => names?.includes(name) ?? true);
            yield { kind: 'output', value: { typeNames: [], properties: Object.fromEntries(shown) } };
            yield { kind: 'output', value: null };
          }
        }
      },
    };
    return { seen, host };
  };

  const ofCommand = { cmdlet: 'Get-Command', parameters: {}, properties: ['name', 'Parameters'] };
  const ofThing = { cmdlet: 'Get-Thing', parameters: {}, properties: ['Name', 'Other'] };

  test.each<[string, (names: readonly string[]) => boolean, string[]]>([
    [
      'takes any properties',
      () => true,
      [
        'Get-Command|Select-Object',
        'Get-Thing|Select-Object',
        'Get-Thing|Select-Object',
        'Get-Command|Select-Object',
      ],
    ],
    [
      'takes those of commands alone',
      (names) => !names.includes('Other'),
      [
        'Get-Command|Select-Object',
        'Get-Thing|Select-Object',
        'Get-Thing',
        'Get-Thing',
        'Get-Command|Select-Object',
      ],
    ],
    [
      'takes none',
      () => false,
      ['Get-Command|Select-Object', 'Get-Command', 'Get-Thing', 'Get-Thing', 'Get-Command'],
    ],
  ])('asks for no more than it needs where the peer %s', async (_, takes, expected) => {
    const { seen, host } = commandHost((names) =>
      takes(names.map((name) => (name === 'name' ? 'Name' : name))),
    );
    const session = await openSession(loopback(host));
    for (const call of [ofCommand, ofThing, ofThing, ofCommand]) {
      const shown = objects(await session.invoke(call)).objects.map(({ properties }) => properties);
      expect(shown).toEqual(call === ofThing ? [{ Name: 'Get-Thing', Other: 1 }] : [expect.anything()]);
      if (call === ofCommand) expect(shown).toMatchObject([{ Parameters: { entries: {} } }]);
    }
    await session.close();
    expect(seen).toEqual(expected);
  });

  describe('takes several calls in one trip', () => {
    const calls = (...cmdlets: string[]): [Invocation, ...Invocation[]] =>
      cmdlets.map((cmdlet) => ({ cmdlet, parameters: {} })) as [Invocation, ...Invocation[]];
    const trip = async (host: CommandHost, each: [Invocation, ...Invocation[]]) => {
      const session = await openSession(loopback(host));
      try {
        return [await session.invokeInTurn(each), await session.invokeInTurn(each)];
      } finally {
        await session.close();
      }
    };

    test('in their order, without the $null that tells nothing of whose it is', async () => {
      const { seen, host } = commandHost(() => true);
      const [outcome] = await trip(host, calls('Get-One', 'Get-Two'));
      expect(outcome).toMatchObject({
        kind: 'trip',
        ranAll: true,
        objects: [{ properties: { Name: 'Get-One' } }, { properties: { Name: 'Get-Two' } }],
      });
      expect(seen[0]).toBe('Get-One;Get-Two');
    });

    test('each with its own properties', async () => {
      const { seen, host } = commandHost(() => true);
      const [outcome] = await trip(host, [
        { ...ofThing, properties: ['Name'] },
        { ...ofThing, properties: ['Other'] },
        { cmdlet: 'Get-All', parameters: {} },
      ]);
      expect(outcome).toMatchObject({ objects: [{ properties: { Name: 'Get-Thing' } }, {}, {}] });
      expect(
        outcome?.kind === 'trip' && outcome.objects.map(({ properties }) => Object.keys(properties)),
      ).toEqual([['Name'], ['Other'], ['Name', 'Other', 'Parameters']]);
      expect(seen[0]).toBe('Get-Thing|Select-Object;Get-Thing|Select-Object;Get-All');
    });

    test.each<[string, [Invocation, ...Invocation[]], string]>([
      ['of the first call alone', [ofThing, ...calls('Get-Two')], 'Get-Thing|Select-Object;Get-Two'],
      ['of every call', [ofThing, ofThing], 'Get-Thing|Select-Object;Get-Thing|Select-Object'],
      ['of a later call', [...calls('Get-One'), ofThing], 'Get-One;Get-Thing|Select-Object'],
    ])('and for all where the peer refuses to select %s, from then on at once', async (_, each, asked) => {
      const { seen, host } = commandHost(() => false);
      const bare = each.map(({ cmdlet }) => cmdlet).join(';');
      for (const outcome of await trip(host, each)) {
        expect(outcome).toMatchObject({ kind: 'trip', ranAll: true, objects: [{}, {}] });
      }
      expect(seen).toEqual([asked, bare, bare]);
    });

    test('and does not say that all ran where one failed and the server says Completed', async () => {
      const refusing: CommandHost = {
        powerShellVersion: '5.1.14393.0',
        // As real PowerShell does it: the error of the first, the second, and no word of the third.
        async *run() {
          yield { kind: 'error', error: { fullyQualifiedErrorId: 'Broken,Get-One', message: 'no' } };
          yield { kind: 'output', value: { typeNames: [], properties: { Name: 'Get-Two' } } };
        },
      };
      const [outcome] = await trip(refusing, calls('Get-One', 'Get-Two', 'Get-Three'));
      expect(outcome).toMatchObject({ kind: 'trip', ranAll: false, objects: [{}], errors: [{}] });
    });

    test('and refuses one that may change something', async () => {
      const { seen, host } = commandHost(() => true);
      const session = await openSession(loopback(host));
      const each = calls('Get-One', 'Set-Two');
      await expect(session.invokeInTurn(each)).rejects.toMatchObject({ kind: 'usage' });
      await session.close();
      expect(seen).toEqual([]);
    });
  });

  test.each(['', ' '])('refuses a parameter without a name (%j) at once, whoever sends it', async (name) => {
    const { seen, host } = commandHost(() => true);
    const session = await openSession(loopback(host));
    const call = { cmdlet: 'Get-Thing', parameters: { Identity: 'x', [name]: 1 } };
    await expect(session.invoke(call)).rejects.toMatchObject({ kind: 'usage' });
    await expect(session.invokeInTurn([call])).rejects.toMatchObject({ kind: 'usage' });
    await session.close();
    expect(seen).toEqual([]);
  });
});
