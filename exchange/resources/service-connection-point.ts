import type { PowerShellObject } from '../../powershell/outcome';
import { renderInvocation } from '../../powershell/script';
import type { Diagnostic } from '../../schema';
import { text, textSet } from '../../schema';
import { hostIn } from '../given-names';
import { defineResource } from './definition';
import type { Facts } from './facts';
import { sameNames, sameServer, sameUrl } from './equality';
import { urlProblem } from './host';
import { objectWith } from './object-with';
import { property, textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';

const example = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml';

const GIVEN = `Clients in the domain must not be told the server's own name, which Setup registers.`;

/** https://learn.microsoft.com/exchange/architecture/client-access/autodiscover */
const CLEARED =
  'This server hands out no Autodiscover URL: clients in the domain take that of another server, and where none hands one out, they ask DNS for the domain of the mail address as clients outside do.';

/** Exchange 2016 introduced Set-ClientAccessService; the older name still works there, with a warning. */
function noun(facts: Facts): string {
  return facts.has('Set-ClientAccessService') ? 'ClientAccessService' : 'ClientAccessServer';
}

/**
 * The Autodiscover service connection point of a server. Setup registers it with the server's own name, which clients
 * in the domain use until it is changed. It is therefore set before everything else.
 */
export const serviceConnectionPoint = defineResource({
  typeName: 'exchange_service_connection_point',
  kind: 'scp',
  lifecycle: 'adopted',
  description:
    'The Autodiscover service connection point of a server, which domain-joined clients look up in Active Directory.',
  attributes: {
    server: serverAttribute('Server whose service connection point it is.'),
    uri: text(
      'required',
      `Autodiscover URL that clients are given, for example ${example}. Empty text clears it: the server hands out none.`,
      {
        equals: sameUrl,
        problem: (value) =>
          value === ''
            ? undefined
            : (urlProblem(value as string, example) ??
              (/\/autodiscover\/autodiscover\.xml$/i.test(value as string)
                ? undefined
                : {
                    problem: `'${value as string}' lacks the Autodiscover path`,
                    remedy: `write it as ${example}`,
                  })),
      },
    ),
    site_scope: textSet(
      'optional-computed',
      'Active Directory sites for which the server answers. Left out: as it is on the server.',
      { equals: sameNames },
    ),
  },
  importId: ['server'],
  steps: ({ prior, planned }, facts) => {
    if (planned === null) return [];
    const uri = prior === null || !sameUrl(prior.uri, planned.uri);
    const scope =
      planned.site_scope !== null &&
      (prior === null || !sameNames(prior.site_scope ?? [], planned.site_scope));
    if (!uri && !scope) return [];
    return [
      {
        kind: 'scp',
        server: planned.server,
        reason: planned.uri === '' ? CLEARED : GIVEN,
        invocation: {
          cmdlet: `Set-${noun(facts)}`,
          parameters: {
            Identity: planned.server,
            ...(uri ? { AutoDiscoverServiceInternalUri: planned.uri === '' ? null : planned.uri } : {}),
            ...(scope ? { AutoDiscoverSiteScope: planned.site_scope } : {}),
          },
        },
      },
    ];
  },
  foresee: (objects, { planned }, facts) => ({
    values: {},
    diagnostics: [],
    remarks: handedOutElsewhere(objects, planned?.uri ?? null, facts),
  }),
  observe: (_state, facts) => ({
    cmdlet: `Get-${noun(facts)}`,
    parameters: {},
    properties: ['Name', 'AutoDiscoverServiceInternalUri', 'AutoDiscoverSiteScope'],
  }),
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.server ?? '' });
    if (found === undefined) return null;
    return {
      ...state,
      uri: textOf(found, 'AutoDiscoverServiceInternalUri') ?? '',
      site_scope:
        property(found, 'AutoDiscoverSiteScope') === null ? [] : textsOf(found, 'AutoDiscoverSiteScope'),
    };
  },
  forgets: 'The service connection point stays as it is; it is only no longer managed.',
});

/**
 * Remarks on service connection points of servers that are not declared: clients may use those of any server in the
 * organization.
 */
function handedOutElsewhere(
  objects: readonly PowerShellObject[],
  declared: string | null,
  facts: Facts,
): readonly Diagnostic[] {
  const { isDeclared, autodiscoverUrls = [] } = facts;
  if (isDeclared === undefined || declared === null) return [];
  // The text is the same for every server of the site, so that it is shown once. Servers whose URL is cleared have no
  // URL to copy.
  const urls = [...new Set([...autodiscoverUrls, declared])].filter((url) => url !== '');
  return objects.flatMap((object) => {
    const server = textOf(object, 'Name') ?? '';
    const uri = textOf(object, 'AutoDiscoverServiceInternalUri') ?? '';
    // Clients get nothing from a service connection point that is cleared.
    if (server === '' || uri === '' || isDeclared(server) || urls.some((url) => sameUrl(uri, url))) return [];
    const isOwn = sameServer(hostIn(uri) ?? '', server);
    const calls = (urls.length === 0 ? [null] : urls).map((url) =>
      renderInvocation({
        cmdlet: 'Set-ClientAccessServer',
        parameters: { Identity: server, AutoDiscoverServiceInternalUri: url },
      }),
    );
    return [
      {
        severity: 'warning' as const,
        summary: `${server} is not declared and hands out another Autodiscover URL`,
        detail: `Clients in the domain are told ${uri} by it today${isOwn ? ", the server's own name, which Setup registers" : ''}. Declare the server, or set its service connection point: ${calls.join(', or ')} (from Exchange 2016 on Set-ClientAccessService)`,
      },
    ];
  });
}
