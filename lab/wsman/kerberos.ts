import { createRequire } from 'node:module';
import type { NegotiateAcceptor } from './endpoint';

/** What is used of the package `kerberos`, which is optional. */
interface Kerberos {
  initializeServer(service: string): Promise<{
    readonly username: string;
    readonly response: string | null;
    readonly contextComplete: boolean;
    step(token: string): Promise<unknown>;
  }>;
}

/** Takes Kerberos tickets for a service, for example `HTTP@localhost`, by the keytab in `KRB5_KTNAME`. */
export function kerberosAcceptor(service: string): NegotiateAcceptor {
  const kerberos = createRequire(__filename)('kerberos') as Kerberos;
  return {
    async accept(token) {
      const server = await kerberos.initializeServer(service);
      await server.step(token);
      if (!server.contextComplete) throw new Error('the ticket was not enough');
      return { user: server.username, token: server.response ?? '' };
    },
  };
}
