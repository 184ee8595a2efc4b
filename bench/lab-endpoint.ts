import { resolve } from 'node:path';
import type { SimulatedOrganization } from '../lab/exchange/organization';
import { Conversation } from './conversation';
import type { LabAddress } from './remoting-lab';
import type { Workshop } from './workshop';

/** The only account of the lab's endpoints. */
export const ACCOUNT = { user: 'bench', password: 'bench' };

/**
 * Endpoints of the lab in a process of their own, so that processor time and memory are those of the client alone; elapsed
 * times include the lab's work. Like the endpoints of a server, they run before a client connects.
 */
export interface LabEndpoint {
  readonly address: LabAddress;
  /** Asks the process how many requests it has had. */
  readonly conversation: Conversation;
}

/** Starts the endpoints; the workshop ends them. */
export async function startLab(
  workshop: Workshop,
  { folder }: SimulatedOrganization,
  server: string,
  environment: { readonly [name: string]: string } = {},
): Promise<LabEndpoint> {
  const conversation = new Conversation({
    command: process.execPath,
    args: [workshop.endpointProgram, folder, server, ACCOUNT.user],
    // The process loads koffi from here.
    folder: resolve(__dirname, '..'),
    environment: workshop.environment({ BENCH_PASSWORD: ACCOUNT.password, ...environment }),
  });
  workshop.beforeClose(() => conversation.end());
  return { address: await conversation.answer<LabAddress>(), conversation };
}

/** Environment variables with which the provider connects to the endpoint: WSMan over HTTPS, with Basic. */
export function environmentFor(
  workshop: Workshop,
  { address: { url, caFile } }: LabEndpoint,
): { readonly [name: string]: string } {
  return workshop.environment({
    EXCHANGE_ENDPOINT: url,
    EXCHANGE_CA_FILE: caFile,
    EXCHANGE_AUTHENTICATION: 'basic',
    EXCHANGE_USER: ACCOUNT.user,
    EXCHANGE_PASSWORD: ACCOUNT.password,
  });
}
