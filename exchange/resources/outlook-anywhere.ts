import type { Argument } from '../../powershell/invocation';
import type { Known, KnownValues, Problem } from '../../schema';
import { flag, text, textSet } from '../../schema';
import { ExchangeVersion } from '../versions';
import { defineResource } from './definition';
import { notAmong, sameName, sameNames } from './equality';
import { isHostName } from './host';
import { objectWith } from './object-with';
import { flagOf, textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';
import { parseIdentity } from './virtual-directory';

/** Values of the method parameters on Microsoft's page of Set-OutlookAnywhere, 2013 and later. */
const METHODS = ['Basic', 'Ntlm', 'Negotiate'];

function hostProblem(value: Known): Problem | undefined {
  const host = value as string;
  if (host === '' || isHostName(host)) return undefined;
  return {
    problem: `'${host}' is not a host name`,
    remedy: 'Outlook Anywhere takes a name such as mail.contoso.com, not a URL',
  };
}

function methodProblem(value: Known): Problem | undefined {
  return notAmong(METHODS, [value as string]);
}

/**
 * Each side is always passed completely, with host, RequireSsl and method: Set-OutlookAnywhere refuses a host without
 * the other two (Microsoft's page of the cmdlet, 2013 and later).
 */
const SIDES = [
  {
    internal_hostname: 'InternalHostname',
    internal_clients_require_ssl: 'InternalClientsRequireSsl',
    internal_client_authentication_method: 'InternalClientAuthenticationMethod',
  },
  {
    external_hostname: 'ExternalHostname',
    external_clients_require_ssl: 'ExternalClientsRequireSsl',
    external_client_authentication_method: 'ExternalClientAuthenticationMethod',
  },
  { ssl_offloading: 'SSLOffloading' },
  { iis_authentication_methods: 'IISAuthenticationMethods' },
] as const;

function same(name: string, left: Known, right: Known): boolean {
  if (left === null || right === null) return left === right;
  if (name === 'iis_authentication_methods') return sameNames(left, right);
  return typeof left === 'string' ? sameName(left, right) : left === right;
}

const identityOf = (server: string | null) => `${server ?? ''}\\Rpc (Default Web Site)`;

/** Outlook Anywhere of a server of Exchange 2013 or later, where it is always enabled. */
export const outlookAnywhere = defineResource({
  typeName: 'exchange_outlook_anywhere',
  kind: 'outlook-anywhere',
  lifecycle: 'adopted',
  lifespan: { since: ExchangeVersion.V2013 },
  description: 'Outlook Anywhere (RPC over HTTP) of a server, Exchange 2013 and later.',
  attributes: {
    server: serverAttribute('Server whose Outlook Anywhere it is.'),
    identity: text('computed', 'Its name in cmdlets, as SERVER\\Rpc (Default Web Site).'),
    internal_hostname: text(
      'optional-computed',
      'Host name for clients inside the firewall, for example mail.contoso.com. Empty text clears it. Left out: as it is on the server.',
      { equals: sameName, problem: hostProblem },
    ),
    internal_clients_require_ssl: flag(
      'optional-computed',
      'Whether clients inside must use TLS. Left out: as it is on the server.',
    ),
    internal_client_authentication_method: text(
      'optional-computed',
      'How clients inside sign in: Basic, Ntlm or Negotiate. Left out: as it is on the server.',
      { equals: sameName, problem: methodProblem },
    ),
    external_hostname: text(
      'optional-computed',
      'Host name for clients outside the firewall. Empty text clears it. Left out: as it is on the server.',
      { equals: sameName, problem: hostProblem },
    ),
    external_clients_require_ssl: flag(
      'optional-computed',
      'Whether clients outside must use TLS. Left out: as it is on the server.',
    ),
    external_client_authentication_method: text(
      'optional-computed',
      'How clients outside sign in: Basic, Ntlm or Negotiate. Left out: as it is on the server.',
      { equals: sameName, problem: methodProblem },
    ),
    ssl_offloading: flag(
      'optional-computed',
      'Whether something before the server ends TLS, so that the server takes unencrypted connections. Left out: as it is on the server; Setup leaves it on.',
    ),
    iis_authentication_methods: textSet(
      'optional-computed',
      'What IIS offers on the directory: Basic, Ntlm, Negotiate. Left out: as it is on the server.',
      {
        equals: sameNames,
        problem: (value) => notAmong(METHODS, value as readonly string[]),
      },
    ),
  },
  importId: ['server'],
  fromIdentity: (identity) => {
    const parsed = parseIdentity(identity);
    return parsed !== undefined && sameName(parsed.directory, 'Rpc') ? { server: parsed.server } : undefined;
  },
  validate: (config) =>
    (['internal', 'external'] as const).flatMap((side) => {
      const host = config[`${side}_hostname`];
      const missing = [`${side}_clients_require_ssl`, `${side}_client_authentication_method`].filter(
        (name) => name in config && config[name] === null,
      );
      if (typeof host !== 'string' || host === '' || missing.length === 0) return [];
      return [
        {
          severity: 'error' as const,
          summary: `${side}_hostname without ${missing.join(' and ')}`,
          detail: `Exchange takes a host name of Outlook Anywhere only together with the other two: declare ${missing.join(' and ')} as well.`,
          path: [{ attribute: `${side}_hostname` }],
        },
      ];
    }),
  computed: (planned) => ({ identity: identityOf(planned.server) }),
  steps: ({ prior, planned }) => {
    if (planned === null) return [];
    const values: KnownValues = planned;
    const before: KnownValues | null = prior;
    const parameters: { [name: string]: Argument } = {};
    for (const side of SIDES) {
      const declared = Object.entries(side).filter(([name]) => (values[name] ?? null) !== null);
      const changed = declared.some(
        ([name]) => before === null || !same(name, before[name] ?? null, values[name] ?? null),
      );
      if (!changed) continue;
      for (const [name, parameter] of declared) {
        const value = values[name] as Argument;
        parameters[parameter] = value === '' ? null : value;
      }
    }
    if (Object.keys(parameters).length === 0) return [];
    return [
      {
        kind: 'outlook-anywhere',
        server: planned.server,
        reason: 'Outlook is given the declared name, with TLS and the declared sign-in.',
        invocation: {
          cmdlet: 'Set-OutlookAnywhere',
          parameters: { Identity: planned.identity, ...parameters },
        },
      },
    ];
  },
  // Without -ADPropertiesOnly: IIS stores the TLS and authentication values that are compared here.
  observe: () => ({
    cmdlet: 'Get-OutlookAnywhere',
    parameters: {},
    properties: ['ServerName', 'Server', ...SIDES.flatMap((side) => Object.values(side))],
  }),
  view: (objects, state) => {
    const server = state.server ?? '';
    const found = objectWith(objects, { ServerName: server }) ?? objectWith(objects, { Server: server });
    if (found === undefined) return null;
    return {
      ...state,
      identity: identityOf(state.server),
      internal_hostname: textOf(found, 'InternalHostname') ?? '',
      internal_clients_require_ssl: flagOf(found, 'InternalClientsRequireSsl'),
      internal_client_authentication_method: textOf(found, 'InternalClientAuthenticationMethod'),
      external_hostname: textOf(found, 'ExternalHostname') ?? '',
      external_clients_require_ssl: flagOf(found, 'ExternalClientsRequireSsl'),
      external_client_authentication_method: textOf(found, 'ExternalClientAuthenticationMethod'),
      ssl_offloading: flagOf(found, 'SSLOffloading'),
      iis_authentication_methods: textsOf(found, 'IISAuthenticationMethods') ?? [],
    };
  },
  forgets: 'Outlook Anywhere stays as it is; it is only no longer managed.',
});
