import { UPDATE_SETTINGS, type UpdateSetting } from '../dns/update-variables';
import { SIDES } from '../exchange/given-names';
import { type Block, integer, type Known, type Problem, text } from '../schema';

const otherwise = (setting: UpdateSetting, sentence: string, last = '') =>
  `${sentence} Left out: ${UPDATE_SETTINGS[setting]}${last}.`;

function viewProblem(value: Known): Problem | undefined {
  return SIDES.some((side) => side === value)
    ? undefined
    : { problem: `'${value as string}' is not a view of DNS`, remedy: `name one of ${SIDES.join(', ')}` };
}

const ATTRIBUTES = {
  zone: text('required', 'Zone that holds records of the site.'),
  view: text(
    'optional',
    "'external' for a zone of the external view; another server may have a zone with the same name for the internal view. Left out: the internal view, or the only one.",
    { problem: viewProblem },
  ),
  server: text('optional', otherwise('server', 'Name or address of the server that takes its updates.')),
  port: integer('optional', otherwise('port', 'Its port.', ', else 53')),
  transport: text('optional', otherwise('transport', 'udp, tcp, or one of them with 4 or 6.', ', else udp')),
  timeout: text('optional', otherwise('timeout', 'Seconds to wait for an answer.', ', else 2')),
  key_name: text('optional', otherwise('key_name', 'Name of the TSIG key, with the dot at its end.')),
  key_algorithm: text('optional', otherwise('key_algorithm', 'Algorithm of the key, as hmac-sha256.')),
  key_secret: text('optional', otherwise('key_secret', 'Secret of the key, Base64; never kept.'), {
    sensitive: true,
  }),
  realm: text(
    'optional',
    otherwise('realm', 'Kerberos realm, as CONTOSO.LOCAL, if Kerberos signs the updates (GSS-TSIG).'),
  ),
  username: text(
    'optional',
    otherwise('username', 'User of the realm.', ', else the account that runs Terraform, with its ticket'),
  ),
  password: text('optional', otherwise('password', 'Password of the user; never kept.'), { sensitive: true }),
  keytab: text('optional', otherwise('keytab', 'File with the key of the user, in place of a password.')),
};

/** The settings with which a zone is updated, the same as those of its records in hashicorp/dns. */
export const DNS_UPDATE_BLOCK: Block = {
  nesting: 'list',
  schema: {
    description:
      'A zone that holds records of the site. Before anything runs, the provider asks the DNS server of the zone whether it takes updates, and which records the names to be published have now. hashicorp/dns sends the records themselves.',
    attributes: ATTRIBUTES,
  },
};

/** A block of the configuration whose values are all known. */
export type DnsUpdate = { readonly [name in keyof typeof ATTRIBUTES]: string | number | null } & {
  readonly zone: string;
};
