import { setImmediate as nextTurn } from 'node:timers/promises';
import { EndedCommands, type SignalOutcome } from '../../../remoting/transports/wsman/ended-commands';

/** What is sent, and whether a connection may be opened for it. */
function commandsThatGo(...outcomes: readonly SignalOutcome[]) {
  const rest = [...outcomes];
  const sent: (readonly [commandId: string, mayConnect: boolean])[] = [];
  const commands = new EndedCommands((commandId, _signal, mayConnect) => {
    sent.push([commandId, mayConnect]);
    return Promise.resolve(rest.shift() ?? 'sent');
  });
  const end = async (commandId: string) => {
    await commands.add(commandId);
    const before = sent.splice(0);
    await nextTurn();
    await nextTurn();
    return { before, after: sent.splice(0) };
  };
  return { commands, end };
}

test('a signal goes over a connection of its own when the next command may have started', async () => {
  const { end } = commandsThatGo();
  expect(await end('a')).toEqual({ before: [], after: [['a', true]] });
});

test('signals go over that of the call, before another starts, once none came about for them', async () => {
  const { end } = commandsThatGo('unsent');
  expect(await end('a')).toEqual({ before: [], after: [['a', true]] });
  const shared = [
    ['a', false],
    ['b', false],
  ];
  expect(await end('b')).toEqual({ before: shared, after: [] });
  expect(await end('c')).toEqual({ before: [['c', false]], after: [] });
});

test('one is opened for them again where that of the call has gone as well', async () => {
  const { end } = commandsThatGo('unsent', 'unsent');
  await end('a');
  expect(await end('b')).toEqual({ before: [['a', false]], after: [] });
  const again = [
    ['a', true],
    ['b', true],
    ['c', true],
  ];
  expect(await end('c')).toEqual({ before: [], after: again });
});

test('none is ever opened for them once a sign-in was refused', async () => {
  const { end } = commandsThatGo('sign-in-refused', 'unsent', 'unsent');
  await end('a');
  expect(await end('b')).toEqual({ before: [['a', false]], after: [] });
  expect(await end('c')).toEqual({ before: [['a', false]], after: [] });
  const shared = ['a', 'b', 'c', 'd'].map((commandId) => [commandId, false]);
  expect(await end('d')).toEqual({ before: shared, after: [] });
});

test('those that wait are forgotten with the session, and the one on its way is given up after a while', async () => {
  let given: AbortSignal | undefined;
  const sent: string[] = [];
  const commands = new EndedCommands((commandId, signal) => {
    sent.push(commandId);
    given = signal;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('sent')));
  });
  await commands.add('a');
  await nextTurn();
  await commands.add('b');
  await commands.leave(20);
  await nextTurn();
  expect(given).toMatchObject({ aborted: true });
  expect(sent).toEqual(['a']);
});
