import { SecureText, type Parameters } from '../../powershell/invocation';
import type { ObjectsOutcome, Outcome } from '../../powershell/outcome';
import { openSession, type RemotingSession, type SessionOptions } from '../../remoting/session';
import { loopback } from './peers/loopback';
import { sampleHost } from './peers/sample-host';

function objects(outcome: Outcome): ObjectsOutcome {
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  return outcome;
}

async function withSession(
  use: (session: RemotingSession) => Promise<void>,
  options: SessionOptions = {},
): Promise<void> {
  const session = await openSession(loopback(sampleHost), options);
  try {
    await use(session);
  } finally {
    await session.close();
  }
}

describe('a session', () => {
  test('tells the versions of the peer', () =>
    withSession(async (session) => {
      expect(session.protocolVersion).toBe('2.3');
      expect(session.powerShellVersion).toBe('5.1.14393.0');
    }));

  test('carries typed values there and back', () =>
    withSession(async (session) => {
      const parameters: Parameters = {
        Text: 'a\u2019b _x0041_ \ud800 \u0000\ufeff\u2028',
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
      const values = Object.fromEntries(echoed.map((object) => [object.text, object.properties['Value']]));
      expect(values).toEqual({ ...parameters, Table: { entries: { Add: 'x', Remove: ['y'] } } });
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
});
