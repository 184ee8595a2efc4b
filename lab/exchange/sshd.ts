import { SimulatedOrganization } from './organization';
import { startSshServer } from './ssh-server';

/** The SSH server of the lab: `sshd <state folder> <server> [port]`. Ends with its standard input. */
async function main([folder, server, port]: readonly string[]): Promise<void> {
  if (folder === undefined || server === undefined)
    throw new Error('usage: sshd <state folder> <server> [port]');
  const organization = SimulatedOrganization.open(folder);
  const running = await startSshServer(organization, {
    server,
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  process.stdout.write(`${running.host} ${running.port} ${organization.ssh.hostPublicKey()}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void running.close());
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
