import type { Argument, Invocation } from '../../powershell/invocation';
import type { Diagnostic, Known, KnownValues, Problem } from '../../schema';
import { flag, text, textSet } from '../../schema';
import { ExchangeVersion } from '../versions';
import { defineResource } from './definition';
import { notAmong, sameName, sameNames } from './equality';
import { isHostName } from './host';
import { objectWith } from './object-with';
import { flagOf, textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';
import type { Step } from './step';
import { parseIdentity } from './virtual-directory';

/** Values of the method parameters on Microsoft's pages of Enable- and Set-OutlookAnywhere, 2007 and 2010. */
const METHODS = ['Basic', 'Ntlm'];

/** Attributes that are required while Outlook Anywhere is enabled: Enable-OutlookAnywhere has no defaults for them. */
const NEEDED = ['external_hostname', 'client_authentication_method', 'ssl_offloading'] as const;

/** The parameter of each attribute, in the order of a call. */
const PARAMETERS: { readonly [attribute: string]: string } = {
  external_hostname: 'ExternalHostname',
  ssl_offloading: 'SSLOffloading',
  client_authentication_method: 'ClientAuthenticationMethod',
  iis_authentication_methods: 'IISAuthenticationMethods',
};

function hostProblem(value: Known): Problem | undefined {
  const host = value as string;
  if (isHostName(host)) return undefined;
  return {
    problem: host === '' ? 'Outlook Anywhere without a host name' : `'${host}' is not a host name`,
    remedy: 'Outlook Anywhere takes a name such as mail.contoso.com, not a URL',
  };
}

function same(left: Known, right: Known): boolean {
  if (left === null || right === null) return left === right;
  if (Array.isArray(left)) return sameNames(left, right);
  return typeof left === 'string' ? sameName(left, right) : left === right;
}

const identityOf = (server: string | null) => `${server ?? ''}\\Rpc (Default Web Site)`;

/**
 * Outlook Anywhere of a server of Exchange 2007 or 2010. Setup leaves it disabled; it can be enabled, changed and
 * disabled, and has only an external host name. From 2013 on it is always enabled and has other parameters.
 */
export const outlookAnywhere2010 = defineResource({
  typeName: 'exchange_outlook_anywhere_2010',
  kind: 'outlook-anywhere',
  lifecycle: 'adopted',
  lifespan: { since: ExchangeVersion.V2007, last: ExchangeVersion.V2010 },
  description:
    'Outlook Anywhere (RPC over HTTP) of a server, Exchange 2007 and 2010, where it is on only once it is enabled.',
  attributes: {
    server: serverAttribute('Server whose Outlook Anywhere it is.'),
    identity: text('computed', 'Its name in cmdlets, as SERVER\\Rpc (Default Web Site).'),
    enabled: flag('required', 'Whether it is on. Where it is on, its other attributes are wanted.'),
    external_hostname: text(
      'optional-computed',
      'Host name for clients, for example mail.contoso.com. Null where it is off.',
      { equals: sameName, problem: hostProblem },
    ),
    ssl_offloading: flag(
      'optional-computed',
      'Whether something before the server ends TLS, so that the server takes unencrypted connections. Null where it is off.',
    ),
    client_authentication_method: text(
      'optional-computed',
      'How clients sign in: Basic or Ntlm. Enabling makes IIS offer this one, too. Null where it is off.',
      { equals: sameName, problem: (value) => notAmong(METHODS, [value as string]) },
    ),
    iis_authentication_methods: textSet(
      'optional',
      'What IIS offers on the directory: Basic, Ntlm. Left out: as it is on the server.',
      { equals: sameNames, problem: (value) => notAmong(METHODS, value as readonly string[]) },
    ),
  },
  importId: ['server'],
  readWhereDeclared: ['iis_authentication_methods'],
  fromIdentity: (identity) => {
    const parsed = parseIdentity(identity);
    return parsed !== undefined && sameName(parsed.directory, 'Rpc') ? { server: parsed.server } : undefined;
  },
  validate: (config) =>
    config['enabled'] === true
      ? missingAttributes(config)
      : config['enabled'] === false
        ? needless(config)
        : [],
  computed: (planned) => ({
    identity: identityOf(planned.server),
    ...(planned.enabled === false ? Object.fromEntries(NEEDED.map((name) => [name, null])) : {}),
  }),
  steps: ({ prior, planned }, { version }) => {
    if (planned === null) return [];
    const wasEnabled = prior?.enabled ?? null;
    if (planned.enabled !== true) {
      return wasEnabled === false
        ? []
        : [
            step(
              planned.server,
              {
                cmdlet: 'Disable-OutlookAnywhere',
                parameters: { Server: planned.server, Confirm: false },
              },
              'The declaration has Outlook Anywhere off on this server.',
            ),
          ];
    }
    const values: KnownValues = planned;
    if (wasEnabled !== true) {
      return [
        step(
          planned.server,
          enabling(planned.server, values, version),
          'Outlook outside is given the declared name.',
        ),
      ];
    }
    const before: KnownValues = prior ?? {};
    const changed = Object.entries(PARAMETERS).filter(
      ([name]) => (values[name] ?? null) !== null && !same(before[name] ?? null, values[name] ?? null),
    );
    if (changed.length === 0) return [];
    const parameters = changed.map(([name, parameter]): [string, Argument] => [
      parameter,
      values[name] as Argument,
    ]);
    return [
      step(
        planned.server,
        {
          cmdlet: 'Set-OutlookAnywhere',
          parameters: { Identity: planned.identity, ...Object.fromEntries(parameters) },
        },
        'Outlook outside is given the declared name, with the declared sign-in.',
      ),
    ];
  },
  // Without -ADPropertiesOnly, which 2007 lacks: IIS stores offloading and authentication.
  observe: () => ({
    cmdlet: 'Get-OutlookAnywhere',
    parameters: {},
    properties: ['ServerName', 'Server', ...Object.values(PARAMETERS)],
  }),
  view: (objects, state) => {
    const server = state.server ?? '';
    const found = objectWith(objects, { ServerName: server }) ?? objectWith(objects, { Server: server });
    const unset = { ...state, identity: identityOf(state.server), iis_authentication_methods: null };
    if (found === undefined) {
      return {
        ...unset,
        enabled: false,
        external_hostname: null,
        ssl_offloading: null,
        client_authentication_method: null,
      };
    }
    return {
      ...unset,
      enabled: true,
      external_hostname: textOf(found, 'ExternalHostname') ?? '',
      ssl_offloading: flagOf(found, 'SSLOffloading'),
      client_authentication_method: textOf(found, 'ClientAuthenticationMethod'),
      iis_authentication_methods:
        state.iis_authentication_methods === null ? null : textsOf(found, 'IISAuthenticationMethods'),
    };
  },
  forgets: 'Outlook Anywhere stays as it is; it is only no longer managed.',
});

function step(server: string | null, invocation: Invocation, reason: string): Step {
  return { kind: 'outlook-anywhere', server, reason, invocation };
}

/**
 * The same method for clients and for IIS is one parameter; different methods are two parameters
 * (https://learn.microsoft.com/powershell/module/exchangepowershell/enable-outlookanywhere).
 *
 * From SP1 on, Exchange 2007 accepts only the method of the clients, or the same for both
 * (https://blogs.technet.microsoft.com/exchange/2007/11/08/outlook-anywhere-changes-in-exchange-server-2007-sp1/), and
 * enables Basic and Ntlm in IIS when it is enabled (unverified), which includes the method of the clients. For 2010
 * both are passed.
 */
function enabling(
  server: string | null,
  values: KnownValues,
  version: ExchangeVersion | undefined,
): Invocation {
  const [method, offered] = [values['client_authentication_method'], values['iis_authentication_methods']];
  const single =
    version === ExchangeVersion.V2007 ? 'ClientAuthenticationMethod' : 'DefaultAuthenticationMethod';
  return {
    cmdlet: 'Enable-OutlookAnywhere',
    parameters: {
      Server: server,
      ExternalHostname: values['external_hostname'] as Argument,
      SSLOffloading: values['ssl_offloading'] as Argument,
      ...((offered ?? null) === null
        ? { [single]: method as Argument }
        : {
            ClientAuthenticationMethod: method as Argument,
            IISAuthenticationMethods: offered as Argument,
          }),
    },
  };
}

/** @param config the configuration without attributes that are not known yet */
function missingAttributes(config: KnownValues): readonly Diagnostic[] {
  const missing = NEEDED.filter((name) => name in config && config[name] === null);
  if (missing.length === 0) return [];
  return [
    {
      severity: 'error',
      summary: `Outlook Anywhere is enabled without ${missing.join(' and ')}`,
      detail: `Enable-OutlookAnywhere needs these parameters: declare ${missing.join(' and ')} as well.`,
      path: [{ attribute: 'enabled' }],
    },
  ];
}

function needless(config: KnownValues): readonly Diagnostic[] {
  const said = Object.keys(PARAMETERS).filter((name) => (config[name] ?? null) !== null);
  return said.map((name) => ({
    severity: 'error' as const,
    summary: `${name} is declared, but Outlook Anywhere is off`,
    detail: 'Take it out, or enable Outlook Anywhere.',
    path: [{ attribute: name }],
  }));
}
