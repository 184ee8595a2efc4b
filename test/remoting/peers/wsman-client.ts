import { RemotingError } from '../../../remoting/remoting-error';
import { openSession } from '../../../remoting/session';
import { wsmanTransport } from '../../../remoting/transports/wsman/transport';

/** Our client with Kerberos, in a process of its own, whose environment says where tickets are: `<url> <CA file>`. */
async function main([url = '', caFile = '']: readonly string[]): Promise<unknown> {
  try {
    const session = await openSession(
      wsmanTransport({ url, authentication: { kind: 'negotiate' }, trust: { caFile } }),
      { runspaces: 2 },
    );
    const call = { cmdlet: 'Get-ExchangeServer', parameters: {} };
    const outcomes = [
      await session.invoke(call),
      ...(await Promise.all([session.invoke(call), session.invoke(call)])),
    ];
    await session.close();
    return outcomes.map((outcome) =>
      outcome.kind === 'objects' ? outcome.objects.map(({ text }) => text) : outcome,
    );
  } catch (error) {
    if (!(error instanceof RemotingError)) throw error;
    return { kind: error.kind, message: error.message };
  }
}

main(process.argv.slice(2)).then(
  (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
  (error: unknown) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);
