import { createServer } from 'node:net';
import type { ProviderDefinition } from './engine/definition';
import { createRunCertificate, type RunCertificate } from './wire/certificate';
import { hearMishaps, tellMishap, toldBy } from './mishaps';
import { announce, listen, readLaunch } from './wire/handshake';
import { log } from './wire/log';

/** Terraform gives a provider a minute to start; after more than that nobody will come. */
const LONELY_MS = 90_000;
/** Terraform kills a provider two seconds after it asked it to end. */
const FAREWELL_MS = 1_500;

/** A provider, or how to load it. */
export type Loadable<Target> =
  ProviderDefinition<Target> | (() => ProviderDefinition<Target> | Promise<ProviderDefinition<Target>>);

/**
 * Runs a provider: shakes hands with the Terraform that started this program, serves it, and ends the program when
 * Terraform has gone and the operations in flight are done. Started by anything else, it says so and exits with 1.
 *
 * Given a function, it loads the provider only after the handshake, while Terraform connects.
 */
export async function serve<Target>(definition: Loadable<Target>): Promise<void> {
  const launch = readLaunch(process.env);
  if (typeof launch === 'string') {
    process.stderr.write(`${launch}\n`);
    process.exitCode = 1;
    return;
  }
  // Ctrl-C reaches the whole group of processes; Terraform decides, and says so by StopProvider.
  process.on('SIGINT', () => log('debug', 'SIGINT is left to Terraform'));

  const certificate = createRunCertificate(new Date());
  const sockets = createServer((socket) => {
    clearTimeout(lonely);
    socket.on('error', (error) => log('debug', `connection: ${error.message}`));
    void serving.then((tls) => tls?.emit('connection', socket));
  });
  const listener = await listen(sockets, launch, process.platform);
  process.on('exit', () => listener.close());
  announce(listener.address, certificate.der);
  sockets.on('error', (error) => log('warn', `listening: ${error.message}`));
  surviveMishaps();

  const lonely = setTimeout(() => process.exit(1), LONELY_MS);
  const serving = startServing(definition, certificate, launch.clientCertificate).catch((error: unknown) => {
    log('error', `the provider cannot be loaded, install it anew: ${tracedBy(error)}`);
    process.exit(1);
  });
}

/**
 * The last resort: Node would end the process by an error in an event handler or a rejection that nobody takes, and with
 * it every operation in flight. Those hear of it instead.
 */
function surviveMishaps(): void {
  process.on('uncaughtException', (error: unknown, origin) => {
    log('error', `${origin}: ${tracedBy(error)}`);
    tellMishap(error);
  });
}

function tracedBy(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : toldBy(error);
}

/** What is not needed for the handshake is loaded here, after it. */
async function startServing<Target>(
  definition: Loadable<Target>,
  certificate: RunCertificate,
  clientCertificate: string,
) {
  const { Engine } = await import('./engine/engine');
  const { services, SILENT_STREAMS } = await import('./server/services');
  const { createGrpcServer } = await import('./wire/grpc');
  const { createPinnedTlsServer } = await import('./wire/pinned-tls');
  const engine = new Engine(typeof definition === 'function' ? await definition() : definition);
  hearMishaps(() => engine.breakOff());
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    const late = setTimeout(() => process.exit(0), FAREWELL_MS);
    await engine.close().catch((error: unknown) => log('warn', `closing the target: ${toldBy(error)}`));
    clearTimeout(late);
    process.exit(0);
  };
  const grpc = createGrpcServer({
    unary: services(engine, () => setImmediate(() => grpc.closeGently())),
    silentStreams: SILENT_STREAMS,
    onIdle: () => void end(),
  });
  return createPinnedTlsServer(certificate, clientCertificate, (socket) => grpc.accept(socket));
}
