import type { Known, Problem } from '../../schema';
import { text } from '../../schema';
import { defineResource } from './definition';
import { notAmong, sameName } from './equality';
import { isHostName } from './host';
import { objectWith } from './object-with';
import { textOf } from './property';

/** The providers that Setup creates: for internal Outlook, for Outlook Anywhere, and for browsers. */
const PROVIDERS = ['EXCH', 'EXPR', 'WEB'];

/** The value with which Outlook compares no name. */
const NONE = 'none';

/** The problem with a certificate principal name; `undefined` where it is valid. */
export function principalProblem(principal: string): Problem | undefined {
  if (principal === '' || sameName(principal, NONE)) return undefined;
  const host = principalHost(principal);
  return host !== undefined && isHostName(host.replace(/^\*\./, ''))
    ? undefined
    : {
        problem: `'${principal}' is not the principal name of a certificate`,
        remedy: `write it as 'msstd:mail.contoso.com', or '${NONE}' where Outlook is to compare no name`,
      };
}

/** The host name in a principal name; undefined where none is compared. */
export function principalHost(principal: string): string | undefined {
  return /^msstd:(.+)$/i.exec(principal)?.[1];
}

/**
 * An Outlook provider: settings of the organization that Autodiscover hands to Outlook. Setup creates one for each kind
 * of client. Only EXPR uses the principal name
 * (https://techcommunity.microsoft.com/blog/exchange/when-if-and-how-do-you-modify-outlook-providers/603428).
 */
export const outlookProvider = defineResource({
  typeName: 'exchange_outlook_provider',
  kind: 'outlook-provider',
  lifecycle: 'adopted',
  description:
    'An Outlook provider of the organization: what Autodiscover tells one kind of client beside the URLs. Setup makes them.',
  attributes: {
    name: text('required', `Its name: ${PROVIDERS.join(', ')}. Outlook Anywhere takes EXPR.`, {
      identity: true,
      equals: sameName,
      problem: (value: Known) => notAmong(PROVIDERS, [value as string]),
    }),
    cert_principal_name: text(
      'optional-computed',
      `Name that Outlook must find on the certificate of Outlook Anywhere, as msstd:mail.contoso.com; '${NONE}': it compares none. Empty text clears it: then it is the external host name of Outlook Anywhere on the server that Outlook asked. Left out: as it is.`,
      { equals: sameName, problem: (value) => principalProblem(value as string) },
    ),
  },
  importId: ['name'],
  steps: ({ prior, planned }) => {
    const principal = planned?.cert_principal_name ?? null;
    if (planned === null || principal === null) return [];
    if (prior !== null && sameName(prior.cert_principal_name ?? '', principal)) return [];
    return [
      {
        kind: 'outlook-provider',
        server: null,
        reason:
          'Outlook outside compares this name with the certificate, by whichever name it has reached a server.',
        invocation: {
          cmdlet: 'Set-OutlookProvider',
          parameters: { Identity: planned.name, CertPrincipalName: principal === '' ? null : principal },
        },
      },
    ];
  },
  observe: () => ({
    cmdlet: 'Get-OutlookProvider',
    parameters: {},
    properties: ['Name', 'CertPrincipalName'],
  }),
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.name ?? '' });
    return found === undefined
      ? null
      : { ...state, cert_principal_name: textOf(found, 'CertPrincipalName') ?? '' };
  },
  forgets: 'The Outlook provider stays as it is; it is only no longer managed.',
});
