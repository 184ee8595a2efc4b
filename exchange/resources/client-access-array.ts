import { text } from '../../schema';
import { ExchangeVersion } from '../versions';
import { defineResource } from './definition';
import { sameName } from './equality';
import { isHostName } from './host';
import { textOf } from './property';
import type { Step } from './step';

/**
 * The name by which internal Outlook clients reach the client access servers of an Active Directory site, Exchange 2010
 * only. Exchange writes it into each database that is created in the site from then on.
 */
export const clientAccessArray = defineResource({
  typeName: 'exchange_client_access_array',
  kind: 'client-access-array',
  lifecycle: 'owned',
  lifespan: { since: ExchangeVersion.V2010, last: ExchangeVersion.V2010 },
  description:
    'The client access array of an Active Directory site, Exchange 2010 only: the name under which Outlook inside reaches the client access servers of the site, and which Exchange writes into each database that is made there. Databases that are there already keep the name that they have.',
  attributes: {
    site: text('required', 'Active Directory site, which has one array at most.', {
      identity: true,
      equals: sameName,
      problem: (value) =>
        (value as string).trim() === ''
          ? { problem: 'an array without an Active Directory site', remedy: 'name the site' }
          : undefined,
    }),
    fqdn: text(
      'required',
      'Host name of the array, which resolves inside only, for example outlook.contoso.local.',
      {
        equals: sameName,
        problem: (value) =>
          isHostName(value as string)
            ? undefined
            : {
                problem: `'${value as string}' is not a host name`,
                remedy: 'an array takes a name such as outlook.contoso.local, not a URL',
              },
      },
    ),
  },
  importId: ['site'],
  declaredExisting: ({ fqdn }) => `clientAccessArray: { fqdn: '${fqdn ?? ''}', existing: true }`,
  steps: ({ prior, planned }) => {
    if (planned === null) {
      return prior === null
        ? []
        : [
            step(
              'Remove-ClientAccessArray',
              { Identity: prior.fqdn, Confirm: false },
              'The declaration no longer names the array.',
            ),
          ];
    }
    if (prior === null) {
      return [
        step(
          'New-ClientAccessArray',
          { Fqdn: planned.fqdn, Site: planned.site },
          'Databases that are made in the site are given the name of the array in place of that of a server.',
        ),
      ];
    }
    return sameName(prior.fqdn, planned.fqdn)
      ? []
      : [
          step(
            'Set-ClientAccessArray',
            { Identity: prior.fqdn, Fqdn: planned.fqdn },
            'The array must have the declared name. Databases keep the one that they were given.',
          ),
        ];
  },
  // Without `-Site`, the cmdlet may show only the arrays of the local site (Microsoft's page of Get-ClientAccessArray).
  observe: ({ site }) => ({
    cmdlet: 'Get-ClientAccessArray',
    parameters: { Site: site },
    properties: ['Fqdn'],
  }),
  view: ([found], state) => (found === undefined ? null : { ...state, fqdn: textOf(found, 'Fqdn') }),
});

function step(
  cmdlet: string,
  parameters: { readonly [name: string]: string | boolean | null },
  reason: string,
): Step {
  return { kind: 'client-access-array', server: null, reason, invocation: { cmdlet, parameters } };
}
