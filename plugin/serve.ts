import { createServer } from 'node:net';
import type { ProviderDefinition } from './engine/definition';
import { createRunCertificate, type RunCertificate } from './wire/certificate';
import { onUncaughtError, reportUncaughtError, messageOf } from './uncaught-errors';
import { announce, listen, readLaunch } from './wire/handshake';
import { log } from './wire/log';

/** Terraform gives a provider a minute to start. Where it has not connected after that, it never will. */
const CONNECT_TIMEOUT_MS = 90_000;
/** Terraform kills a provider two seconds after asking it to end. */
const CLOSE_TIMEOUT_MS = 1_500;

/** A provider, or how to load it. */
export type Loadable<Target> =
  ProviderDefinition<Target> | (() => ProviderDefinition<Target> | Promise<ProviderDefinition<Target>>);

/**
 * Runs a provider: shakes hands with the Terraform that started this program, serves it, and ends the program once
 * Terraform has gone and the operations under way are done. A program that was not started by Terraform says so and
 * exits with 1.
 *
 * Where `definition` is a function, the provider is loaded only after the handshake, while Terraform connects.
 */
export async function serve<Target>(definition: Loadable<Target>): Promise<void> {
  const launch = readLaunch(process.env);
  if (typeof launch === 'string') {
    process.stderr.write(`${launch}\n`);
    process.exitCode = 1;
    return;
  }
  // Ctrl-C reaches every process of the group. Terraform decides what it means, and sends StopProvider.
  process.on('SIGINT', () => log('debug', 'SIGINT is left to Terraform'));

  const certificate = createRunCertificate(new Date());
  const sockets = createServer((socket) => {
    clearTimeout(unconnected);
    socket.on('error', (error) => log('debug', `connection: ${error.message}`));
    void serving.then((tls) => tls?.emit('connection', socket));
  });
  const listener = await listen(sockets, launch, process.platform);
  process.on('exit', () => listener.close());
  announce(listener.address, certificate.der);
  sockets.on('error', (error) => log('warn', `listening: ${error.message}`));
  surviveUncaughtErrors();

  const unconnected = setTimeout(() => process.exit(1), CONNECT_TIMEOUT_MS);
  const serving = startServing(definition, certificate, launch.clientCertificate).catch((error: unknown) => {
    log('error', `the provider cannot be loaded, install it anew: ${tracedBy(error)}`);
    process.exit(1);
  });
}

/**
 * By default, Node ends the process at an uncaught error in an event handler or a rejection that nobody handles, and
 * with it every operation under way. The operations are told of the error instead.
 */
function surviveUncaughtErrors(): void {
  process.on('uncaughtException', (error: unknown, origin) => {
    log('error', `${origin}: ${tracedBy(error)}`);
    reportUncaughtError(error);
  });
}

function tracedBy(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

/** Loads what the handshake does not need, after it. */
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
  onUncaughtError(() => engine.breakOff());
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    const late = setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS);
    await engine.close().catch((error: unknown) => log('warn', `closing the target: ${messageOf(error)}`));
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
