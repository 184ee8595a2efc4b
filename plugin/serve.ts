import type { ProviderDefinition } from './engine/definition';
import { Engine } from './engine/engine';
import { services, SILENT_STREAMS } from './server/services';
import { createRunCertificate } from './wire/certificate';
import { createGrpcServer } from './wire/grpc';
import { announce, listen, readLaunch } from './wire/handshake';
import { log } from './wire/log';

/** Terraform gives a provider a minute to be connected to; after that nobody will come. */
const LONELY_MS = 90_000;
/** Terraform kills a provider two seconds after it asked it to end. */
const FAREWELL_MS = 1_500;

/**
 * Runs a provider: shakes hands with the Terraform that started this program, serves it, and ends the program when
 * Terraform has gone and the operations in flight are done. Started by anything else, it says so and exits with 1.
 */
export async function serve<Target>(definition: ProviderDefinition<Target>): Promise<void> {
  const launch = readLaunch(process.env);
  if (typeof launch === 'string') {
    process.stderr.write(`${launch}\n`);
    process.exitCode = 1;
    return;
  }
  // Ctrl-C reaches the whole group of processes; Terraform decides, and says so by StopProvider.
  process.on('SIGINT', () => log('debug', 'SIGINT is left to Terraform'));
  const engine = new Engine(definition);
  const certificate = createRunCertificate(new Date());

  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    void farewell();
  };
  const farewell = async () => {
    listener.close();
    const late = setTimeout(() => process.exit(0), FAREWELL_MS);
    await engine.close().catch((error: unknown) => log('warn', `closing: ${String(error)}`));
    clearTimeout(late);
    process.exit(0);
  };
  const lonely = setTimeout(end, LONELY_MS);
  const server = createGrpcServer({
    certificate: certificate.pem,
    key: certificate.keyPem,
    clientCertificate: launch.clientCertificate,
    unary: services(engine, () => setImmediate(end)),
    silentStreams: SILENT_STREAMS,
    onIdle: end,
  });
  const listener = await listen(launch, process.platform, (socket) => {
    server.emit('connection', socket);
  });
  server.once('session', () => clearTimeout(lonely));
  announce(listener.address, certificate.der);
}
