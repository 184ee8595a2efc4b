import { serve } from '../../remoting/server/serve';
import { ExchangeHost } from './host';
import { Store } from './store';

/** A PowerShell remoting server on the standard streams: `stdio <state folder> <server>`. */
async function main([folder, server]: readonly string[]): Promise<void> {
  if (folder === undefined || server === undefined) throw new Error('usage: stdio <state folder> <server>');
  const host = new ExchangeHost(new Store(folder), server, { drop: () => process.exit(1) });
  await serve(host, process.stdin, process.stdout);
}

main(process.argv.slice(2)).then(
  () => process.stdin.destroy(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    process.stdin.destroy();
  },
);
