import { orAbort } from './or-abort';
import { RemotingError, type Reached } from './remoting-error';
import { RemotingSession } from './remoting-session';
import { settingsFrom, type SessionOptions } from './session-options';
import type { Carrier, CarrierOptions, ProgramOutput, Transport } from './transport';

export type { RemotingSession, SessionOptions };

/** Characters of a program's output that an error message quotes. The error's facts hold more of it. */
const QUOTED_CHARACTERS = 500;

/**
 * Connects and opens a runspace pool. Rejects with a `RemotingError`, whose `kind` and `facts` hold what a remedy is
 * chosen by. A connection that was made by then is closed again.
 */
export async function openSession(
  transport: Transport,
  options: SessionOptions = {},
): Promise<RemotingSession> {
  const settings = settingsFrom(options);
  const giveUp = new AbortController();
  const openBy = performance.now() + settings.openTimeoutMs;
  const late = new RemotingError('timeout', `the session was not open after ${settings.openTimeoutMs} ms`, {
    bound: 'openTimeoutMs',
    limit: settings.openTimeoutMs,
  });
  const timer = setTimeout(() => giveUp.abort(late), settings.openTimeoutMs);
  const onAbort = (): void => giveUp.abort(new RemotingError('closed', 'opening the session was given up'));
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  let reached: Reached | undefined;
  let carrier: Carrier | undefined;
  const onReached = (stage: Reached): void => {
    reached = stage;
  };
  try {
    carrier = await connect(transport, { ...settings, openBy, onReached }, giveUp.signal);
    const session = new RemotingSession(carrier, settings);
    try {
      await orAbort(session.open(), giveUp.signal);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  } catch (error) {
    throw withCircumstances(error, reached, carrier?.programOutput?.() ?? {});
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Connects. A carrier that the transport delivers only after `signal` was aborted is closed again. */
async function connect(
  transport: Transport,
  settings: CarrierOptions,
  signal: AbortSignal,
): Promise<Carrier> {
  const connecting = transport.connect(settings, signal);
  try {
    return await orAbort(connecting, signal);
  } catch (error) {
    void connecting.then(
      (carrier) => carrier.close(),
      () => undefined,
    );
    throw error;
  }
}

/** Adds to an error how far the opening had come, and to a time-out also what the program wrote until then. */
function withCircumstances(error: unknown, reached: Reached | undefined, output: ProgramOutput): unknown {
  if (!(error instanceof RemotingError)) return error;
  const { kind, facts } = error;
  const told = kind === 'timeout' ? output : {};
  const quotes = Object.values(told).map((text) => `; the program wrote: ${text.slice(-QUOTED_CHARACTERS)}`);
  const circumstances = { ...told, ...(reached === undefined ? {} : { reached }) };
  return new RemotingError(
    kind,
    `${error.message}${quotes.join('')}`,
    { ...facts, ...circumstances },
    { cause: error },
  );
}
