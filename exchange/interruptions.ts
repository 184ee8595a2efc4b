import type { Invocation, Parameters } from '../powershell/invocation';

/** Which clients a call can interrupt while it runs or right after it, whatever its purpose. */
export interface Interruption {
  /** The clients, and what they notice; a sentence for people. */
  readonly clients: string;
  /** The page that documents it; `unverified` where it is known from experience only. */
  readonly source: string;
  /** Whether a server with declared maintenance is put into it around the call. */
  readonly isDrained: boolean;
}

interface Row extends Interruption {
  readonly cmdlets: RegExp;
  /** Restricts the entry to some calls of the cmdlets. Left out: all calls. */
  readonly when?: (parameters: Parameters) => boolean;
}

const MODULE = 'https://learn.microsoft.com/powershell/module/exchangepowershell';

const ROWS: readonly Row[] = [
  {
    cmdlets: /^Enable-ExchangeCertificate$/i,
    when: ({ Services: services }) => Array.isArray(services) && services.includes('IIS'),
    clients:
      'Whoever is connected to the server over HTTPS (Outlook, browsers, phones): connections break off and are made anew with the other certificate; behind a load balancer that does not end TLS, Outlook on the web may ask for a sign-in again.',
    source: 'unverified',
    isDrained: true,
  },
  {
    // Exchange 2013 requires the authentication methods in every call, also where only a URL changes. No server is
    // drained for that.
    cmdlets: /^Set-MapiVirtualDirectory$/i,
    when: ({ IISAuthenticationMethods: methods }) => methods !== undefined,
    clients:
      'Outlook that reaches the server by MAPI over HTTP, where the methods of sign-in change: it signs in anew, and what cannot sign in as declared stays out.',
    source: `${MODULE}/set-mapivirtualdirectory`,
    isDrained: false,
  },
  {
    cmdlets: /^Set-\w+VirtualDirectory$/i,
    when: (parameters) => Object.keys(parameters).some((name) => /Auth(entication|Enabled)/i.test(name)),
    clients:
      'Clients of this service on the server: they sign in anew, and those that cannot sign in as declared stay out. It may count only once IIS has been recycled, which nobody does from here.',
    source: `${MODULE}/set-owavirtualdirectory`,
    isDrained: true,
  },
  {
    cmdlets: /^(Set|Enable|Disable)-OutlookAnywhere$/i,
    clients:
      'Outlook that reaches the server over RPC and HTTP: it loses its connection when the server takes the settings over, up to a quarter of an hour later, and connects anew.',
    source: `${MODULE}/enable-outlookanywhere`,
    isDrained: true,
  },
  {
    cmdlets: /^Set-(Pop|Imap)Settings$/i,
    clients:
      'Programs that fetch mail by this protocol from the server: nobody by the call itself; all of them are cut off when its services are restarted for the settings to count.',
    source: `${MODULE}/set-popsettings`,
    isDrained: false,
  },
  {
    cmdlets: /^(Add|Remove)-DatabaseAvailabilityGroupServer$/i,
    clients:
      'Users of databases that are active on the server: for moments, where joining or leaving the cluster fails over what it holds.',
    source: 'unverified',
    isDrained: false,
  },
  {
    cmdlets: /^Dismount-Database$/i,
    clients: 'All users of the database: they have no mailbox until it is mounted again.',
    source: `${MODULE}/dismount-database`,
    isDrained: false,
  },
  {
    cmdlets: /^Move-ActiveMailboxDatabase$/i,
    clients:
      'Users of the databases that move: they have no mailbox for the seconds until the other copy is mounted.',
    source: `${MODULE}/move-activemailboxdatabase`,
    isDrained: false,
  },
  {
    cmdlets: /^Set-MailboxServer$/i,
    when: ({ DatabaseCopyActivationDisabledAndMoveNow: moves }) => moves === true,
    clients:
      'Users of the databases that are active on the server: they have no mailbox for the seconds until another copy is mounted.',
    source: `${MODULE}/set-mailboxserver`,
    isDrained: false,
  },
  {
    cmdlets: /^Set-ServerComponentState$/i,
    when: ({ Component: component, State: state }) =>
      component === 'ServerWideOffline' && state === 'Inactive',
    clients:
      'Whoever reaches the server itself: it answers nobody until it is back. A load balancer that asks for health sends them elsewhere; round robin in DNS does not, so that they fail until they try the next address. Where POP and IMAP run, their services stop with it and may have to be started by hand.',
    source: `${MODULE}/set-servercomponentstate`,
    isDrained: false,
  },
];

/** Undefined where no interruption is known. */
export function interruptionOf({
  cmdlet,
  parameters,
}: Pick<Invocation, 'cmdlet' | 'parameters'>): Interruption | undefined {
  return ROWS.find(({ cmdlets, when }) => cmdlets.test(cmdlet) && (when?.(parameters) ?? true));
}

/** The interruptions by several calls, each once, in the order of the calls. */
export function interruptionsOf(
  calls: readonly Pick<Invocation, 'cmdlet' | 'parameters'>[],
): readonly Interruption[] {
  return [...new Set(calls.flatMap((call) => interruptionOf(call) ?? []))];
}
