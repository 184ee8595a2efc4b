import { accept } from '../../kerberos';
import type { NegotiateAcceptor } from './endpoint';

/** Takes Kerberos tickets for a service, for example `HTTP@localhost`, by the keytab in `KRB5_KTNAME`. */
export function kerberosAcceptor(service: string): NegotiateAcceptor {
  return {
    async accept(token) {
      const context = accept({ mechanism: 'spnego', service });
      try {
        const answer = await context.token(Buffer.from(token, 'base64'));
        if (!context.complete) throw new Error('the ticket was not enough');
        return { user: context.peer, token: answer?.toString('base64') ?? '' };
      } finally {
        context.close();
      }
    },
  };
}
