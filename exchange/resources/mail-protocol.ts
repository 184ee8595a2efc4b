import type { Argument } from '../../powershell/invocation';
import type { Diagnostic, Known, KnownValues, Problem } from '../../schema';
import { text, textSet } from '../../schema';
import { MAIL_PROTOCOLS, type MailProtocol } from '../mail-protocols';
import { existsIn } from '../versions';
import { defineResource } from './definition';
import type { Facts } from './facts';
import { sameName, sameNames } from './equality';
import { isHostName, isPort } from './host';
import { textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';

/** The parameter behind each attribute, in the order in which a call gives them. */
const PARAMETERS = {
  certificate_name: 'X509CertificateName',
  external_connection_settings: 'ExternalConnectionSettings',
  internal_connection_settings: 'InternalConnectionSettings',
} as const;
type Setting = keyof typeof PARAMETERS;
const SETTINGS = Object.keys(PARAMETERS) as readonly Setting[];

/**
 * Checks the form host:port, optionally followed by SSL or TLS:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-popsettings
 */
function settingsProblem(row: MailProtocol): (value: Known) => Problem | undefined {
  const example = `mail.contoso.com:${row.ports.tls}:SSL`;
  return (value) => {
    const wrong = (value as readonly string[]).find((setting) => {
      const [, host = '', port = ''] = /^([^:]+):(\d{1,5})(?::(?:SSL|TLS)?)?$/i.exec(setting) ?? [];
      return !isHostName(host) || !isPort(port);
    });
    return wrong === undefined
      ? undefined
      : {
          problem: `'${wrong}' is not a host, a port and a kind of encryption`,
          remedy: `write it as ${example}`,
        };
  };
}

function changedSettings(prior: KnownValues | null, planned: KnownValues | null): readonly Setting[] {
  return SETTINGS.filter((name) => {
    const wanted = planned?.[name] ?? null;
    const seen = prior?.[name] ?? null;
    if (wanted === null) return false;
    if (seen === null) return true;
    return name === 'certificate_name' ? !sameName(seen, wanted) : !sameNames(seen, wanted);
  });
}

/**
 * The POP or IMAP settings of a server, which Setup creates. The service selects its certificate by a name, so that it
 * can use a wildcard certificate only if this name is set. Changes take effect at the next start of its Windows
 * services. No Exchange cmdlet restarts them: people do, and the plan says so.
 */
function mailProtocol(row: MailProtocol) {
  const restartOf = ({ version }: Facts) => {
    const services = row.windowsServices.filter(
      ({ lifespan }) => lifespan === undefined || version === undefined || existsIn(lifespan, version),
    );
    return `Restart-Service ${services.map(({ name }) => name).join(', ')}`;
  };
  const connections = (side: string) =>
    textSet(
      'optional-computed',
      `Host, port and encryption that programs ${side} the firewall are told, for example mail.contoso.com:${row.ports.tls}:SSL and mail.contoso.com:${row.ports.startTls}:TLS. Left out: as it is on the server. Exchange 2007 keeps none.`,
      { equals: sameNames, problem: settingsProblem(row) },
    );
  return defineResource({
    typeName: `exchange_${row.protocol}_settings`,
    kind: 'mail-protocol',
    lifecycle: 'adopted',
    description: `The settings of ${row.title} on a server: the certificate by its name, and what programs are told. They count once ${row.windowsServices.map(({ name }) => name).join(' and, from Exchange 2013 on, ')} have been restarted there, which nobody does from here.`,
    attributes: {
      server: serverAttribute(`Server whose ${row.title} it is.`),
      certificate_name: text(
        'optional-computed',
        'Host name that the certificate has, by itself or by a wildcard, for example mail.contoso.com. Left out: as it is on the server.',
        {
          equals: sameName,
          problem: (value) =>
            isHostName(value as string)
              ? undefined
              : {
                  problem: `'${value as string}' is not a host name`,
                  remedy: 'write it as mail.contoso.com',
                },
        },
      ),
      external_connection_settings: connections('outside'),
      internal_connection_settings: connections('inside'),
    },
    importId: ['server'],
    steps: ({ prior, planned }, facts) => {
      const changed = changedSettings(prior, planned);
      if (planned === null || changed.length === 0) return [];
      const values: KnownValues = planned;
      return [
        {
          kind: 'mail-protocol',
          server: planned.server,
          reason: `${row.title} answers by its declared name, with the certificate that has it, once its services are restarted: ${restartOf(facts)}.`,
          invocation: {
            cmdlet: `Set-${row.noun}`,
            parameters: {
              Server: planned.server,
              ...Object.fromEntries(changed.map((name) => [PARAMETERS[name], values[name] as Argument])),
            },
          },
        },
      ];
    },
    foresee: (_objects, { prior, planned }, facts) => ({
      values: {},
      diagnostics:
        planned === null || changedSettings(prior, planned).length === 0
          ? []
          : [restartNeeded(row.title, planned.server ?? '', restartOf(facts))],
    }),
    observe: (state) => ({
      cmdlet: `Get-${row.noun}`,
      parameters: { Server: state.server },
      properties: ['Server', ...Object.values(PARAMETERS)],
    }),
    view: ([found], state) =>
      found === undefined
        ? null
        : {
            ...state,
            certificate_name: textOf(found, PARAMETERS.certificate_name),
            external_connection_settings: textsOf(found, PARAMETERS.external_connection_settings),
            internal_connection_settings: textsOf(found, PARAMETERS.internal_connection_settings),
          },
    forgets: 'The settings stay as they are; they are only no longer managed.',
  });
}

function restartNeeded(title: string, server: string, restart: string): Diagnostic {
  return {
    severity: 'warning',
    summary: `${title} of ${server} goes on with its old settings until its services are restarted`,
    detail: `Nothing here restarts them. After the deploy, on ${server}, where ${title} runs: ${restart}. Programs that are connected connect anew.`,
    path: [{ attribute: 'certificate_name' }],
  };
}

export const mailProtocols = MAIL_PROTOCOLS.map((row) => ({ row, definition: mailProtocol(row) }));
