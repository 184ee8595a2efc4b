import type { Argument } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { renderInvocation } from '../../powershell/script';
import type { Attribute, Diagnostic, Known, KnownValues, Problem, StateOf } from '../../schema';
import { flag, text, textSet } from '../../schema';
import type { VirtualDirectoryService } from '../services';
import { FORMS, isOverridden } from '../forms-authentication';
import { hostIn } from '../given-names';
import { lifespanText } from '../versions';
import { defineResource } from './definition';
import type { ResourceDefinition } from './definition';
import type { Facts } from './facts';
import { notAmong, sameName, sameNames, sameServer, sameUrl } from './equality';
import { urlProblem } from './host';
import { objectWith } from './object-with';
import { flagOf, textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';
import type { Step } from './step';

const DEFAULT_WEB_SITE = 'Default Web Site';

function urlAttribute(row: VirtualDirectoryService, side: string): Attribute<'string', 'optional-computed'> {
  const example = `https://mail.contoso.com${row.path}`;
  return text(
    'optional-computed',
    `URL for clients ${side}, for example ${example}. Empty text clears it. Left out: as it is on the server.`,
    {
      equals: sameUrl,
      problem: (value) =>
        urlProblem(value as string, example) ??
        (value === '' || (value as string).toLowerCase().replace(/\/+$/, '').endsWith(row.path.toLowerCase())
          ? undefined
          : {
              problem: `'${value as string}' does not end in ${row.path}`,
              remedy: `write it as ${example}`,
            }),
    },
  );
}

const AUTHENTICATION_WORDS: { readonly [attribute: string]: string } = {
  forms_authentication: 'forms-based',
  basic_authentication: 'Basic',
  windows_authentication: 'integrated Windows',
  oauth_authentication: 'OAuth',
};

/** The parameter of each attribute of a kind, in the order of a call. */
function parametersOf(row: VirtualDirectoryService): { readonly [attribute: string]: string } {
  return {
    ...(row.hasUrls ? { internal_url: 'InternalUrl', external_url: 'ExternalUrl' } : {}),
    ...(row.failback === undefined ? {} : { failback_url: 'FailbackUrl' }),
    ...(row.authenticationMethods ? { iis_authentication_methods: 'IISAuthenticationMethods' } : {}),
    ...row.authentication,
  };
}

type Base = {
  readonly server: Attribute<'string', 'required'>;
  readonly web_site: Attribute<'string', 'optional-computed'>;
  readonly identity: Attribute<'string', 'computed'>;
};
type Urls = {
  readonly internal_url: Attribute<'string', 'optional-computed'>;
  readonly external_url: Attribute<'string', 'optional-computed'>;
  readonly failback_url?: Attribute<'string', 'optional-computed'>;
};
/** Attributes of virtual directories of all kinds. The schema of a kind contains only those that it has. */
export type VirtualDirectoryAttributes = Base & Partial<Urls> & { readonly [name: string]: Attribute };

function attributesOf(row: VirtualDirectoryService): VirtualDirectoryAttributes {
  const iis =
    'Read from IIS, which makes a plan slower where it is declared. Left out: as it is on the server.';
  return {
    server: serverAttribute('Server that holds the directory.'),
    web_site: text('optional-computed', `Web site that holds it. Left out: '${DEFAULT_WEB_SITE}'.`, {
      identity: true,
      equals: sameName,
      defaultValue: DEFAULT_WEB_SITE,
    }),
    identity: text('computed', `Its name in cmdlets, as SERVER\\${row.directory} (${DEFAULT_WEB_SITE}).`),
    ...(row.hasUrls
      ? {
          internal_url: urlAttribute(row, 'inside the firewall'),
          external_url: urlAttribute(row, 'outside the firewall'),
        }
      : {}),
    ...(row.failback === undefined
      ? {}
      : {
          failback_url: urlAttribute(
            row,
            'while the datacentre is failed back, under a name that is not that of external_url',
          ),
        }),
    ...(row.authenticationMethods
      ? {
          iis_authentication_methods: textSet(
            'optional',
            `Authentication that IIS offers: Basic, Negotiate, NTLM, OAuth. ${iis}`,
            { equals: sameNames, problem: methodsProblem },
          ),
        }
      : {}),
    ...Object.fromEntries(
      Object.keys(row.authentication).map((name) => [
        name,
        flag('optional', `Whether ${AUTHENTICATION_WORDS[name] ?? name} authentication is on. ${iis}`),
      ]),
    ),
  };
}

/** Values of `IISAuthenticationMethods`, from Microsoft's page of Set-MapiVirtualDirectory. */
const METHODS = ['Basic', 'Negotiate', 'NTLM', 'OAuth'];

function methodsProblem(value: Known): Problem | undefined {
  return notAmong(METHODS, value as readonly string[]);
}

function same(attribute: string, left: Known, right: Known): boolean {
  if (attribute.endsWith('_url')) return sameUrl(left ?? '', right ?? '');
  if (attribute === 'iis_authentication_methods') return sameNames(left ?? [], right ?? []);
  return left === right;
}

/**
 * A virtual directory of a client access service. Setup creates it: apply adopts it, destroy only forgets it.
 *
 * Changing OWA or ECP from forms to Basic takes two calls: forms must be off before Basic is turned on.
 */
export function virtualDirectory(
  row: VirtualDirectoryService,
): ResourceDefinition<VirtualDirectoryAttributes> {
  const parameters = parametersOf(row);
  const iisAttributes = Object.keys(parameters).filter((name) => !name.endsWith('_url'));
  return defineResource<VirtualDirectoryAttributes>({
    typeName: `exchange_${row.service}_virtual_directory`,
    kind: 'virtual-directory',
    lifecycle: 'adopted',
    lifespan: row.lifespan,
    description: `The virtual directory of ${row.title} on a server, ${lifespanText(row.lifespan)}. Setup makes it; apply sets it, destroy leaves it as it is.`,
    attributes: attributesOf(row),
    importId: ['server', 'web_site'],
    readWhereDeclared: iisAttributes,
    fromIdentity: (identity) => {
      const parsed = parseIdentity(identity);
      return parsed !== undefined && sameName(parsed.directory, row.directory)
        ? { server: parsed.server, web_site: parsed.webSite }
        : undefined;
    },
    validate: (config) => [...ownFailback(config), ...overriddenByForms(config)],
    computed: (planned) => ({
      identity: `${planned.server ?? ''}\\${row.directory} (${planned.web_site ?? DEFAULT_WEB_SITE})`,
    }),
    steps: ({ prior, planned }, facts) => {
      if (planned === null) return [];
      const values = planned as KnownValues;
      const before = prior as KnownValues | null;
      const changed = Object.keys(parameters).filter(
        (name) =>
          (values[name] ?? null) !== null &&
          (before === null || !same(name, before[name] ?? null, values[name] ?? null)),
      );
      if (changed.length === 0) return [];
      const formsGoOff = changed.includes('forms_authentication') && values['forms_authentication'] === false;
      const first = formsGoOff && values['basic_authentication'] === true ? ['forms_authentication'] : [];
      const rest = changed.filter((name) => !first.includes(name));
      const withMethods =
        row.authenticationMethods && rest.length > 0 && !rest.includes('iis_authentication_methods')
          ? values['iis_authentication_methods'] === null
            ? rest
            : [...rest, 'iis_authentication_methods']
          : rest;
      return [first, withMethods]
        .filter((names) => names.length > 0)
        .map((names) => setStep(row, planned, names, parameters, facts));
    },
    ...(row.withoutUrl === undefined && !(FORMS in row.authentication)
      ? {}
      : {
          foresee: (objects, { prior, planned }, facts) => ({
            values: {},
            diagnostics: FORMS in row.authentication ? overriddenByCurrentForms(row, objects, planned) : [],
            remarks:
              row.withoutUrl === undefined
                ? []
                : [
                    ...withoutUrl(row.title, row.withoutUrl, prior, planned),
                    ...ownNameElsewhere(row, objects, planned, facts),
                  ],
          }),
        }),
    observe: (state, facts) => ({
      cmdlet: `Get-${row.noun}`,
      parameters:
        facts.has(`Get-${row.noun}`, 'ADPropertiesOnly') &&
        iisAttributes.every((name) => ((state as KnownValues)[name] ?? null) === null)
          ? { ADPropertiesOnly: true }
          : {},
      properties: ['Server', 'Name', ...Object.values(parameters)],
    }),
    view: (objects, state) => {
      const name = `${row.directory} (${state.web_site ?? DEFAULT_WEB_SITE})`;
      const found = objectWith(objects, { Server: state.server ?? '', Name: name });
      if (found === undefined) return null;
      const values = state as KnownValues;
      const seen: { [name: string]: Known } = { web_site: values['web_site'] ?? DEFAULT_WEB_SITE };
      for (const [attribute, parameter] of Object.entries(parameters)) {
        if (attribute.endsWith('_url')) seen[attribute] = textOf(found, parameter) ?? '';
        else if ((values[attribute] ?? null) === null) seen[attribute] = null;
        else if (attribute === 'iis_authentication_methods')
          seen[attribute] = textsOf(found, parameter) ?? [];
        else seen[attribute] = flagOf(found, parameter);
      }
      return {
        ...state,
        ...seen,
        identity: `${values['server'] as string}\\${name}`,
      };
    },
    forgets: 'The virtual directory stays as it is; it is only no longer managed.',
  });
}

/**
 * FailbackUrl must have another host than ExternalUrl.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-owavirtualdirectory
 */
function ownFailback({ failback_url: failback, external_url: external }: KnownValues): readonly Diagnostic[] {
  const own = hostIn(failback ?? null);
  return own === undefined || own !== hostIn(external ?? null)
    ? []
    : [
        {
          severity: 'error',
          summary: `failback_url has the host of external_url, '${own}'`,
          detail:
            'Browsers would be sent to the other datacentre, to which that name still resolves while this one is failed back. Give it a name of its own.',
          path: [{ attribute: 'failback_url' }],
        },
      ];
}

/**
 * Forms authentication overrides such a switch: Exchange would reset it, and every plan would show the change again.
 */
function overriddenByForms(config: KnownValues): readonly Diagnostic[] {
  if (config[FORMS] !== true) return [];
  return overridden(config).map((name) => ({
    severity: 'error',
    summary: `Exchange turns ${wordOf(name)} authentication ${config[name] === true ? 'off' : 'on'} where forms are on`,
    detail: `It does so whatever ${name} says. Take ${name} out, or set ${FORMS} to false.`,
    path: [{ attribute: name }],
  }));
}

/** The same, where forms authentication is not declared but on at the server, as it is after Setup. */
function overriddenByCurrentForms(
  row: VirtualDirectoryService,
  objects: readonly PowerShellObject[],
  planned: KnownValues | null,
): readonly Diagnostic[] {
  if (planned === null || (planned[FORMS] ?? null) !== null) return [];
  const found = objectWith(objects, {
    Server: planned['server'] as string,
    Name: `${row.directory} (${(planned['web_site'] ?? DEFAULT_WEB_SITE) as string})`,
  });
  if (found === undefined || flagOf(found, row.authentication[FORMS] ?? '') !== true) return [];
  return overridden(planned)
    .filter((name) => flagOf(found, row.authentication[name] ?? '') !== planned[name])
    .map((name) => ({
      severity: 'error',
      summary: `Forms are on for ${row.title} of ${planned['server'] as string}, which turn ${wordOf(name)} authentication ${planned[name] === true ? 'off' : 'on'}`,
      detail: `Exchange does so whatever ${name} says. Say that forms are off, ${FORMS} (of a site: authentication.${row.service}.forms: false, and the same for the other one of owa and ecp), or take ${name} out.`,
      path: [{ attribute: name }],
    }));
}

function overridden(values: KnownValues): readonly string[] {
  return Object.keys(values).filter((name) => {
    const value = values[name];
    return typeof value === 'boolean' && isOverridden(name, value);
  });
}

const wordOf = (attribute: string) => AUTHENTICATION_WORDS[attribute] ?? attribute;

/**
 * Remarks on missing URLs, without which clients lack something until a deploy. A missing external URL is not reported
 * on a server whose internal URL still has its own name: it is new, and Setup leaves the external URL empty.
 */
function withoutUrl(
  title: string,
  consequence: string,
  prior: KnownValues | null,
  planned: KnownValues | null,
): readonly Diagnostic[] {
  if (prior === null || planned === null) return [];
  const server = planned['server'] as string;
  const isNew = sameServer(hostIn(prior['internal_url'] ?? null) ?? '', server);
  const isMissing = (name: string) => prior[name] === '' && (planned[name] ?? '') !== '';
  const sides = [
    ...(isMissing('internal_url') ? ['inside'] : []),
    ...(isMissing('external_url') && !isNew ? ['outside'] : []),
  ];
  return sides.map((side) => ({
    severity: 'warning',
    summary: `${server} gives clients ${side} the firewall no URL of ${title}`,
    detail: `${consequence} for whoever reaches this server from ${side}, until a deploy sets it.`,
    path: [{ attribute: side === 'inside' ? 'internal_url' : 'external_url' }],
  }));
}

/**
 * Remarks on servers that are not declared, such as one that Setup has just installed: their clients get the server's
 * own name, which is on no certificate.
 */
function ownNameElsewhere(
  row: VirtualDirectoryService,
  objects: readonly PowerShellObject[],
  planned: KnownValues | null,
  { isDeclared }: Facts,
): readonly Diagnostic[] {
  if (isDeclared === undefined || (planned?.['internal_url'] ?? '') === '') return [];
  return objects.flatMap((object): readonly Diagnostic[] => {
    const server = textOf(object, 'Server') ?? '';
    // A quick exit for the usual case: every directory of a site checks the directories of all servers.
    if (server === '' || isDeclared(server)) return [];
    const name = textOf(object, 'Name') ?? '';
    const own = textOf(object, 'InternalUrl') ?? '';
    if (!sameServer(hostIn(own) ?? '', server)) return [];
    const call = renderInvocation({
      cmdlet: `Set-${row.noun}`,
      // The text is the same for every server of the site, so that it is shown once.
      parameters: { Identity: `${server}\\${name}`, InternalUrl: `https://<name>${row.path}` },
    });
    return [
      {
        severity: 'warning',
        summary: `${server} is not declared and gives clients inside its own name for ${row.title}`,
        detail: `They are told ${own} by it today, which Setup registers. Declare the server, or set its URL: ${call}`,
      },
    ];
  });
}

/** Parses an identity such as `EX1\owa (Default Web Site)`. */
export function parseIdentity(
  identity: string,
): { readonly server: string; readonly directory: string; readonly webSite: string } | undefined {
  const [, server, directory, webSite] = /^([^\\/]+)\\(.+) \((.+)\)$/.exec(identity) ?? [];
  return server === undefined || directory === undefined || webSite === undefined
    ? undefined
    : { server, directory, webSite };
}

function setStep(
  row: VirtualDirectoryService,
  planned: StateOf<VirtualDirectoryAttributes>,
  names: readonly string[],
  parameters: { readonly [attribute: string]: string },
  facts: Facts,
): Step {
  const values = planned as KnownValues;
  const given = names.map((name): [string, Argument] => {
    const value = values[name] as Argument;
    return [parameters[name] as string, value === '' ? null : value];
  });
  return {
    kind: 'virtual-directory',
    server: planned.server,
    reason: reasonOf(row, names),
    invocation: {
      cmdlet: `Set-${row.noun}`,
      parameters: {
        Identity: planned.identity,
        ...Object.fromEntries(given),
        ...(row.takesForce && facts.has(`Set-${row.noun}`, 'Force') ? { Force: true } : {}),
      },
    },
  };
}

function reasonOf({ title }: VirtualDirectoryService, changed: readonly string[]): string {
  const urls = changed.filter((name) => name.endsWith('_url'));
  if (urls.length === 0) return `Clients of ${title} sign in as declared.`;
  if (urls.every((name) => name === 'failback_url')) {
    return `Clients of ${title} are sent to the declared name while the datacentre is failed back.`;
  }
  return `Clients of ${title} are given the declared names in place of the server's own.`;
}
