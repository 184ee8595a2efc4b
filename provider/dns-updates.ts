import type { DnsClient, DnsClientOptions } from '../dns/client';
import { rcodeName, RCODES } from '../dns/codes';
import { DnsError } from '../dns/dns-error';
import { type Environment, SettingsError, updateClientOptions } from '../dns/update-settings';
import { KerberosRefused } from '../dns/kerberos-sign-in';
import { UPDATE_SETTINGS, type UpdateSetting } from '../dns/update-variables';
import type { Diagnostic, Path } from '../schema';
import type { DnsUpdate } from './dns-update-block';

/** The remedy where it is not known what is wrong with a DNS server. */
export const FIND_FIRST =
  'A deploy publishes the DNS records last. Find the cause on the DNS server before you deploy';

/** Why the server of a zone takes no updates, or cannot be asked. */
export interface Refusal {
  /** Whether the answer leaves open if updates are taken. */
  readonly unclear?: true;
  /** Whether no answer came that can be trusted. */
  readonly noAnswer?: true;
  readonly reason: string;
  readonly remedy: string;
}

export function refusalProblem(
  zone: string,
  { unclear, reason, remedy }: Refusal,
  severity: 'error' | 'warning',
  at: Path,
): Diagnostic {
  const summary = unclear
    ? `Whether DNS takes updates of the zone ${zone} is not known`
    : `DNS does not take updates of the zone ${zone}`;
  const stops = !unclear && severity === 'error';
  return {
    severity: stops ? 'error' : 'warning',
    summary,
    detail: `${reason}.\n${remedy}.${stops ? '\nNothing was changed.' : ''}`,
    path: at,
  };
}

/**
 * How to reach the server of a zone, or why that is not known.
 *
 * @param place where the settings of the zone are declared, as diagnostics name it
 */
export function updateOptionsFor(
  { zone: _, view: __, ...declared }: DnsUpdate,
  environment: Environment,
  place: string,
): DnsClientOptions | Refusal {
  try {
    const settings = Object.entries(declared).map(
      ([name, value]) => [name, value === null ? undefined : String(value)] as const,
    );
    return (
      updateClientOptions(Object.fromEntries(settings), environment) ?? {
        reason:
          'Neither the declaration nor the environment names the DNS server that takes the updates of the zone',
        remedy: `Set server ${place}, or ${UPDATE_SETTINGS.server}`,
      }
    );
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return {
      reason: `The settings for its updates are wrong: ${error.message}`,
      remedy: `Correct them ${place}. Settings that are left out there come from the environment variables ${Object.values(UPDATE_SETTINGS).join(', ')}`,
    };
  }
}

/**
 * Asks the server of a zone whether it would take updates, by sending one that changes nothing: a server checks the
 * zone, the signature and the rights of an update before it looks at its changes (RFC 2136 sections 3.1 to 3.3, RFC
 * 8945 section 5.2), and an update without changes leaves the zone as it is.
 *
 * hashicorp/dns asks nothing before its first record set, which is the last step of a deploy: a wrong key would be
 * found only after the servers were changed.
 *
 * @param zone absolute
 */
export async function updateRefusal(
  zone: string,
  client: DnsClient,
  { server, port, key, kerberos }: DnsClientOptions,
  place: string,
): Promise<Refusal | undefined> {
  const isUnsigned = key === undefined && kerberos === undefined;
  const signed =
    key !== undefined
      ? `signed with the key ${withoutDot(key.name)}`
      : kerberos === undefined
        ? 'unsigned'
        : `signed by Kerberos as ${principalOf(kerberos)}`;
  const where = `${server} port ${port}`;
  try {
    const { rcode } = await client.update(zone, []);
    if (rcode === RCODES.NOERROR) return undefined;
    const reason = `${where} answers ${rcodeName(rcode)} to an update ${signed}`;
    switch (rcode) {
      case RCODES.REFUSED:
        return {
          reason,
          remedy: kerberos
            ? 'Allow this principal to update the zone: on Windows DNS in the access control list of the zone, in BIND with update-policy'
            : isUnsigned
              ? `Sign the updates: set keyName and keyAlgorithm ${place} and the secret in TF_VAR_dns_key_secret, or ${UPDATE_SETTINGS.key_name}, ${UPDATE_SETTINGS.key_algorithm} and ${UPDATE_SETTINGS.key_secret}`
              : 'Allow this key to update the zone (in BIND with update-policy or allow-update), or use a key that is allowed to',
        };
      case RCODES.NOTAUTH:
      case RCODES.NOTZONE:
        return {
          reason,
          remedy: `This server does not hold the zone. Check name and server ${place}, or ${UPDATE_SETTINGS.server}: updates must go to the primary server of the zone`,
        };
      case RCODES.NOTIMP:
        return {
          reason,
          remedy: `This server takes no dynamic updates. Turn them on there, or name the primary server of the zone ${place} or in ${UPDATE_SETTINGS.server}`,
        };
      default:
        return {
          unclear: true,
          reason,
          remedy: FIND_FIRST,
        };
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    if (error instanceof KerberosRefused) return { reason: error.message, remedy: withoutDot(error.remedy) };
    return {
      noAnswer: true,
      reason: `A test update to ${where}, ${signed}, failed: ${error.message}`,
      remedy: `Check server and ${kerberos ? 'kerberos' : 'key'} ${place}. Settings that are left out there come from the environment variables ${list(kerberos ? BY_KERBEROS : BY_KEY)}`,
    };
  }
}

const BY_KEY: readonly UpdateSetting[] = ['server', 'port', 'key_name', 'key_algorithm', 'key_secret'];
const BY_KERBEROS: readonly UpdateSetting[] = ['server', 'port', 'realm', 'username', 'password', 'keytab'];

function list(settings: readonly UpdateSetting[]): string {
  const variables = settings.map((setting) => UPDATE_SETTINGS[setting]);
  return `${variables.slice(0, -1).join(', ')} and ${variables.at(-1) ?? ''}`;
}

function principalOf({ realm, signIn }: NonNullable<DnsClientOptions['kerberos']>): string {
  const own = signIn.kind === 'account' ? undefined : signIn.principal;
  return own ?? `whoever runs Terraform, in ${realm}`;
}

const withoutDot = (sentence: string) => sentence.replace(/\.$/, '');
