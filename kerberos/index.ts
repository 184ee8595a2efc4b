import { linux } from './linux';
import { macos } from './macos';
import { windows } from './windows';
import { problem } from './problem';
import { NegotiatingAcceptor, NegotiatingInitiator } from './spnego';
import type { AcceptOptions, InitiateOptions, SecurityContext, System } from './security-context';

export { KerberosError, type KerberosErrorKind, type KerberosFacts } from './kerberos-error';
export type {
  AcceptOptions,
  InitiateOptions,
  Mechanism,
  Sealed,
  Secret,
  SecurityContext,
  SignIn,
  System,
  Waiting,
} from './security-context';

export { tlsServerEndPoint } from './tls-binding';

let here: System | undefined;

/** Kerberos of this operating system. It is loaded when it is first used. */
function system(): System {
  if (here !== undefined) return here;
  switch (process.platform) {
    case 'linux':
      return (here = linux());
    case 'darwin':
      return (here = macos());
    case 'win32':
      return (here = windows());
    default:
      throw problem('library-missing', {}, `Kerberos is not supported on ${process.platform}`);
  }
}

/**
 * The initiator: proves to a service who we are, and demands that the service proves itself.
 *
 * @throws KerberosError `library-missing`
 */
export function initiate(options: InitiateOptions): SecurityContext {
  const context = system().initiate(options);
  return options.mechanism === 'spnego' ? new NegotiatingInitiator(context) : context;
}

/**
 * The acceptor: a service with its key in a keytab.
 *
 * @throws KerberosError `library-missing`
 */
export function accept(options: AcceptOptions = {}): SecurityContext {
  const context = system().accept(options);
  return options.mechanism === 'spnego' ? new NegotiatingAcceptor(context) : context;
}
