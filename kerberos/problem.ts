import { KerberosError, type KerberosErrorKind, type KerberosFacts } from './kerberos-error';

/** The error of a kind: message and remedy, with the facts in words. `detail` is the library's own text. */
export function problem(kind: KerberosErrorKind, facts: KerberosFacts, detail = ''): KerberosError {
  const [message, remedy] = words(kind, facts);
  return new KerberosError(kind, detail === '' ? message : `${message} (${detail})`, remedy, facts);
}

function words(kind: KerberosErrorKind, facts: KerberosFacts): readonly [message: string, remedy: string] {
  const who = facts.principal ?? 'the account that runs this';
  const service = facts.service ?? 'the service';
  const realm = facts.realm === undefined ? 'the realm' : `the realm ${facts.realm}`;
  const centers = centersOf(facts);
  const cache = facts.cache === undefined ? '' : ` in ${facts.cache}`;
  switch (kind) {
    case 'library-missing':
      return ['the Kerberos library of the system cannot be loaded', libraryRemedy()];
    case 'configuration-invalid':
      return [
        `the Kerberos library cannot read its configuration, ${facts.configuration ?? 'krb5.conf'}${process.env['KRB5_CONFIG'] ? ' (KRB5_CONFIG)' : ''}`,
        'A line or value in this file is not valid: a setting of this kind takes only true, false, a number or a time, and a comment must be on a line of its own. Or the file cannot be read: the account that runs this must be able to read it and the files that it includes.',
      ];
    case 'no-credentials':
      if (facts.keytabFault !== undefined) return [facts.keytabFault.message, facts.keytabFault.remedy];
      if (facts.keytab !== undefined && facts.cache !== undefined) {
        return [
          `the keytab ${facts.keytab} has a key of ${who}, but there is no ticket${cache}`,
          'The ticket could perhaps not be stored: check that the account that runs this may write to this cache. KRB5CCNAME=MEMORY: keeps tickets in the process instead.',
        ];
      }
      return [
        facts.keytab === undefined
          ? `there is no Kerberos ticket for ${who}${cache}`
          : `${facts.keytab} has no key for ${facts.principal ?? facts.service ?? 'anyone'}, or cannot be read`,
        facts.keytab === undefined
          ? 'Sign in with kinit, name a keytab in KRB5_CLIENT_KTNAME, or give user and password. klist shows the tickets that exist.'
          : `klist -k ${facts.keytab} lists its keys. Check also that the account that runs this may read the file.`,
      ];
    case 'credentials-expired':
      if (facts.keytabFault !== undefined) return [facts.keytabFault.message, facts.keytabFault.remedy];
      if (facts.keytab !== undefined) {
        return [
          `the Kerberos ticket of ${who}${cache} has expired, and no new one was obtained with the keytab ${facts.keytab}`,
          `Run KRB5CCNAME=MEMORY: kinit -k -t ${facts.keytab} ${who} to see why. One cause: the password was changed after the keytab was made.`,
        ];
      }
      return [
        `the Kerberos ticket of ${who}${cache} has expired`,
        'Get a new ticket with kinit, or name a keytab in KRB5_CLIENT_KTNAME: tickets are then renewed automatically.',
      ];
    case 'password-refused':
      return [
        `the key distribution center of ${realm} did not accept the ${facts.keytab === undefined ? 'password' : `key in ${facts.keytab}`} of ${who}`,
        facts.keytab === undefined
          ? 'Check the password before you try again: repeated wrong passwords can lock the account.'
          : 'Make the keytab anew. Either the password was changed after the keytab was made, or its encryption type or salt differs from that of the account.',
      ];
    case 'account-unknown':
      return [
        `${realm} has no account ${who}`,
        'Check the spelling of the principal: its realm is the name of the Active Directory domain in capitals.',
      ];
    case 'account-refused':
      return [
        `${realm} does not let ${who} sign in now`,
        'The account is disabled, locked or expired, or its password must be changed: look at the account in Active Directory.',
      ];
    case 'service-unknown':
      return [
        `${realm} knows no service ${service}`,
        'Use the name that the account of the server has (setspn -L lists it), not an alias or an address. With a load balancer, the name must be registered for the account that its servers share.',
      ];
    case 'clock-skew':
      return [
        `the clock of this machine differs too much from that of ${facts.kdcs === undefined ? 'the other end' : centers}`,
        'Set the clock of this machine by the domain controllers (NTP): Kerberos allows a difference of five minutes.',
      ];
    case 'kdc-unreachable':
      return [`no key distribution center of ${realm} answered (${centers})`, reachRemedy(facts)];
    case 'timeout':
      return [
        `Kerberos gave no token for ${service} within ${facts.limit ?? '?'} ms; key distribution centers of ${realm}: ${centers}`,
        reachRemedy(facts),
      ];
    case 'realm-unknown':
      return [
        `this machine does not know the key distribution centers of ${realm}`,
        `Name them in krb5.conf ([realms], kdc = host), or let this machine ask the DNS of the domain, which has the records _kerberos._udp.${facts.realm ?? 'REALM'}.`,
      ];
    case 'encryption-unsupported':
      if (facts.keytabFault !== undefined) return [facts.keytabFault.message, facts.keytabFault.remedy];
      return [
        `there is no encryption type that both ${who} and ${service} may use`,
        'The provider needs Kerberos with AES. Allow AES 128 or 256 for both accounts (msDS-SupportedEncryptionTypes). An account whose password is older than that setting needs a new password to get AES keys.',
      ];
    case 'bindings-mismatch':
      return [
        'the Kerberos token was made for another TLS connection',
        'A proxy or load balancer between this machine and the server ends TLS and opens a new TLS connection: connect without it, or give it the certificate of the server.',
      ];
    case 'refused':
      return [`Kerberos did not let ${who} in to ${service}`, 'The log of the server has the reason.'];
    case 'token-invalid':
      return [
        'the answer of the server is not a Kerberos token that belongs to this sign-in',
        'Check that the address is that of the server, and that no proxy answers in its place.',
      ];
    case 'message-invalid':
      return [
        'a message was altered, repeated or lost on its way, or came unencrypted',
        'This connection cannot be trusted any more. Look for a proxy or load balancer between this machine and the server, and try again.',
      ];
    case 'too-large':
      return [
        `more than ${facts.limit ?? '?'} bytes in one message`,
        `Send less at once; ${facts.bound ?? 'the bound'} is fixed.`,
      ];
    case 'usage':
      return ['Kerberos cannot do what it was asked for', 'Correct that and try again.'];
    case 'failed':
      return [
        `Kerberos failed for ${who} at ${service}`,
        'Run this again with KRB5_TRACE=/dev/stderr to see what the Kerberos library does.',
      ];
  }
}

function centersOf({ kdcs, realm }: KerberosFacts): string {
  if (kdcs !== undefined && kdcs.length > 0) return kdcs.join(', ');
  return `those that DNS names in _kerberos._udp.${realm ?? 'REALM'}`;
}

function reachRemedy(facts: KerberosFacts): string {
  return `Check that ${centersOf(facts)} can be reached from here, by UDP and TCP, on port 88 unless another one is named, and that krb5.conf names the right ones.`;
}

function libraryRemedy(): string {
  switch (process.platform) {
    case 'linux':
      return 'Install it: libgssapi-krb5-2 on Debian and Ubuntu, krb5-libs on Red Hat, krb5 on Alpine.';
    default:
      return 'It is a part of Windows and of macOS. Other systems are not supported.';
  }
}

/** The realm of a principal. */
export function realmOf(principal: string | undefined): string | undefined {
  const at = principal?.lastIndexOf('@') ?? -1;
  return principal === undefined || at < 0 ? undefined : principal.slice(at + 1);
}

/** Adds the realm of the principal, where the configuration is not read. */
export function withRealm(facts: KerberosFacts): KerberosFacts {
  const realm = facts.realm ?? realmOf(facts.principal);
  return realm === undefined ? facts : { ...facts, realm };
}
