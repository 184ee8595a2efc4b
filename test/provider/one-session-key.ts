import type * as SessionKey from '../../remoting/session-key';

// A key takes as long as half a deploy: all deploys of a test file that imports this, before all else, share one.
jest.mock('../../remoting/session-key', () => {
  const actual = jest.requireActual<typeof SessionKey>('../../remoting/session-key');
  let exchange: Promise<SessionKey.KeyExchange> | undefined;
  return { ...actual, KeyExchange: { start: () => (exchange ??= actual.KeyExchange.start()) } };
});
