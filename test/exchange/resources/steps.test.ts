import { createHash } from 'node:crypto';
import {
  certificate,
  clientAccessArray,
  connectivityCheck,
  dagMember,
  databaseAvailabilityGroup,
  erase,
  healthGate,
  probeText,
  replicationGate,
  mailProtocols,
  outlookAnywhere,
  outlookAnywhere2010,
  outlookProvider,
  serviceConnectionPoint,
  virtualDirectories,
} from '../../../exchange/resources';
import type { AnyResource, Facts, Step } from '../../../exchange/resources';
import type { Answers } from '../../../exchange/resources/step';
import { makeSelfSigned } from '../../../pki';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { catalogOf, ExchangeVersion } from '../../../exchange/versions';
import { Credential, SecureText } from '../../../powershell/invocation';
import { renderInvocation } from '../../../powershell/script';
import { withEveryAttribute, type KnownValues } from '../../../schema';
import { factsOf, OTHER_THUMBPRINT, SAMPLES, THUMBPRINT } from './samples';

const in2013 = factsOf(ExchangeVersion.V2013);
const lines = (steps: readonly Step[]) => steps.map((step) => renderInvocation(step.invocation));

/** Runs a definition's steps on whole states given by name: the compiler knows each definition's own. */
function between<P>(
  definition: { steps: (change: never, facts: Facts) => readonly Step[] },
  prior: P,
  planned: P,
  facts = in2013,
) {
  return lines(definition.steps({ prior, planned } as never, facts));
}

const directory = (service: string) => {
  const found = virtualDirectories.find(({ row }) => row.service === service);
  if (found === undefined) throw new Error(service);
  return found.definition;
};

describe('the service connection point', () => {
  const declared = { ...SAMPLES['exchange_service_connection_point'], site_scope: null };

  test('is set by Set-ClientAccessServer up to 2013', () => {
    expect(between(serviceConnectionPoint, null, declared)).toEqual([
      "Set-ClientAccessServer -Identity 'EX2' -AutoDiscoverServiceInternalUri 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml'",
    ]);
  });

  test('is set by Set-ClientAccessService from 2016 on', () => {
    expect(between(serviceConnectionPoint, null, declared, factsOf(ExchangeVersion.V2016))[0]).toMatch(
      /^Set-ClientAccessService /,
    );
  });

  test('letter case and a trailing slash are no difference', () => {
    const spelled = { ...declared, uri: 'https://AUTODISCOVER.contoso.com/autodiscover/autodiscover.xml' };
    expect(between(serviceConnectionPoint, declared, spelled)).toEqual([]);
  });

  test('is cleared by an empty URL, and set again', () => {
    const cleared = { ...declared, uri: '' };
    expect(between(serviceConnectionPoint, declared, cleared)).toEqual([
      "Set-ClientAccessServer -Identity 'EX2' -AutoDiscoverServiceInternalUri $null",
    ]);
    expect(between(serviceConnectionPoint, cleared, cleared)).toEqual([]);
    expect(between(serviceConnectionPoint, cleared, declared)).toHaveLength(1);
    expect(serviceConnectionPoint.schema.attributes.uri.problem?.('')).toBeUndefined();
  });

  test('without its path it is refused, with the right form', () => {
    const problem = serviceConnectionPoint.schema.attributes.uri.problem?.(
      'https://autodiscover.contoso.com',
    );
    expect(problem?.problem).toContain('lacks the Autodiscover path');
    expect(problem?.remedy).toContain('https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml');
  });
});

describe('POP and IMAP', () => {
  const definitionOf = (protocol: string) => {
    const found = mailProtocols.find(({ row }) => row.protocol === protocol);
    if (found === undefined) throw new Error(protocol);
    return found.definition;
  };
  const pop = SAMPLES['exchange_pop_settings']!;
  const before = { ...pop, certificate_name: 'EX2', external_connection_settings: [] };
  const warnings = (prior: object | null, planned: object | null, facts = in2013) =>
    definitionOf('pop').foresee?.([], { prior, planned } as never, facts, new Map()).diagnostics;

  test('are set by name and by what programs are told, as far as it differs', () => {
    expect(between(definitionOf('pop'), before, pop)).toEqual([
      "Set-PopSettings -Server 'EX2' -X509CertificateName 'pop.contoso.com' -ExternalConnectionSettings 'pop.contoso.com:995:SSL', 'pop.contoso.com:110:TLS'",
    ]);
    expect(between(definitionOf('imap'), null, SAMPLES['exchange_imap_settings'])[0]).toContain(
      "-InternalConnectionSettings @('imap.contoso.com:993:SSL')",
    );
    const otherwise = {
      ...pop,
      certificate_name: 'POP.contoso.com',
      external_connection_settings: ['pop.contoso.com:110:tls', 'pop.contoso.com:995:SSL'],
    };
    expect(between(definitionOf('pop'), otherwise, pop)).toEqual([]);
    expect(between(definitionOf('pop'), pop, null)).toEqual([]);
  });

  test('keep what is not declared', () => {
    const only: KnownValues = {
      ...pop,
      external_connection_settings: null,
      internal_connection_settings: null,
    };
    expect(between(definitionOf('pop'), { ...pop, certificate_name: 'EX2' }, only)).toEqual([
      "Set-PopSettings -Server 'EX2' -X509CertificateName 'pop.contoso.com'",
    ]);
  });

  test('are not restarted: the plan of a change says what to restart, and no other does', () => {
    expect(warnings(before, pop)).toMatchObject([
      {
        severity: 'warning',
        summary: 'POP3 of EX2 goes on with its old settings until its services are restarted',
        detail: expect.stringContaining('Restart-Service MSExchangePOP3, MSExchangePOP3BE') as string,
      },
    ]);
    expect(warnings(pop, pop)).toEqual([]);
    expect(warnings(pop, null)).toEqual([]);
  });

  test('have one service to restart in 2010, which has no back end', () => {
    const in2010 = factsOf(ExchangeVersion.V2010);
    expect(warnings(before, pop, in2010)?.[0]?.detail).toContain('runs: Restart-Service MSExchangePOP3. ');
    const [step] = definitionOf('pop').steps({ prior: before, planned: pop } as never, in2010);
    expect(step?.reason).toMatch(/: Restart-Service MSExchangePOP3\.$/);
  });

  test.each([
    ['pop.contoso.com:995:SSL', undefined],
    ['pop.contoso.com:110', undefined],
    ['pop.contoso.com', "'pop.contoso.com' is not a host, a port and a kind of encryption"],
    [
      'pop.contoso.com:70000:SSL',
      "'pop.contoso.com:70000:SSL' is not a host, a port and a kind of encryption",
    ],
    [
      'pop.contoso.com:995:STARTTLS',
      "'pop.contoso.com:995:STARTTLS' is not a host, a port and a kind of encryption",
    ],
  ])('take as connection settings: %s', (setting, problem) => {
    const { attributes } = definitionOf('pop').schema;
    const found = attributes.external_connection_settings.problem?.(['mail.contoso.com:995:SSL', setting]);
    expect(found?.problem).toBe(problem);
  });

  test('are told from what the server shows, and what it does not show is unknown', () => {
    const shown = { properties: { X509CertificateName: 'EX2', ExternalConnectionSettings: ['a.b:995:SSL'] } };
    expect(definitionOf('pop').view?.([shown as never], pop as never, in2013)).toMatchObject({
      certificate_name: 'EX2',
      external_connection_settings: ['a.b:995:SSL'],
      internal_connection_settings: null,
    });
  });
});

describe('a virtual directory', () => {
  const owa = SAMPLES['exchange_owa_virtual_directory']!;

  test('only what changes is sent', () => {
    expect(
      between(directory('owa'), owa, { ...owa, external_url: 'https://webmail.contoso.com/owa' }),
    ).toEqual([
      "Set-OwaVirtualDirectory -Identity 'EX2\\owa (Default Web Site)' -ExternalUrl 'https://webmail.contoso.com/owa'",
    ]);
  });

  test('empty text clears a URL', () => {
    expect(between(directory('owa'), owa, { ...owa, external_url: '' })).toEqual([
      "Set-OwaVirtualDirectory -Identity 'EX2\\owa (Default Web Site)' -ExternalUrl $null",
    ]);
  });

  test('OWA has a URL for a failback, which is set and cleared by itself', () => {
    const fresh = { ...owa, failback_url: '' };
    const [set] = directory('owa').steps({ prior: fresh, planned: owa } as never, in2013);
    expect(lines(set === undefined ? [] : [set])).toEqual([
      "Set-OwaVirtualDirectory -Identity 'EX2\\owa (Default Web Site)' -FailbackUrl 'https://mailfb.contoso.com/owa'",
    ]);
    expect(set?.reason).toContain('while the datacentre is failed back');
    expect(between(directory('owa'), owa, fresh)).toEqual([
      "Set-OwaVirtualDirectory -Identity 'EX2\\owa (Default Web Site)' -FailbackUrl $null",
    ]);
    expect(
      between(directory('owa'), owa, { ...owa, failback_url: 'https://MAILFB.contoso.com/OWA/' }),
    ).toEqual([]);
  });

  test.each([
    ['https://MAIL.contoso.com/owa', ["failback_url has the host of external_url, 'mail.contoso.com'"]],
    ['https://mailfb.contoso.com/owa', []],
    ['', []],
    [null, []],
  ])('the URL for a failback is not the external one: %s', (failback, summaries) => {
    const found = directory('owa').validate?.({ ...owa, failback_url: failback }) ?? [];
    expect(found.map(({ summary }) => summary)).toEqual(summaries);
  });

  test('of another service has none', () => {
    expect(Object.keys(directory('ecp').schema.attributes)).not.toContain('failback_url');
  });

  test('from forms to Basic takes two calls, forms off first', () => {
    const before = { ...owa, basic_authentication: false };
    const after = { ...owa, forms_authentication: false, basic_authentication: true };
    expect(between(directory('owa'), before, after)).toEqual([
      "Set-OwaVirtualDirectory -Identity 'EX2\\owa (Default Web Site)' -FormsAuthentication:$false",
      "Set-OwaVirtualDirectory -Identity 'EX2\\owa (Default Web Site)' -BasicAuthentication:$true",
    ]);
  });

  const off = { forms_authentication: null, basic_authentication: null, windows_authentication: null };

  test.each([
    [{ forms_authentication: true, basic_authentication: false }, ['Exchange turns Basic authentication on']],
    [
      { forms_authentication: true, windows_authentication: true },
      ['Exchange turns integrated Windows authentication off'],
    ],
    [{ forms_authentication: true, basic_authentication: true, windows_authentication: false }, []],
    [{ forms_authentication: false, basic_authentication: false, windows_authentication: true }, []],
    [{ windows_authentication: true }, []],
  ])('what forms override is refused: %j', (switches, said) => {
    for (const service of ['owa', 'ecp']) {
      const found = directory(service).validate?.({ ...owa, ...off, ...switches }) ?? [];
      expect(found.map(({ summary }) => summary.split(' where')[0])).toEqual(said);
    }
  });

  test.each([
    [{ windows_authentication: true }, true, ['windows_authentication']],
    [{ basic_authentication: false }, true, ['basic_authentication']],
    [{ windows_authentication: true }, false, []],
    [{ windows_authentication: true, forms_authentication: false }, true, []],
    [{ windows_authentication: false, basic_authentication: true }, true, []],
  ])('forms that are on at the server, and not declared, stop %j: %s', (switches, forms, at) => {
    const found = {
      typeNames: [],
      properties: {
        Server: 'EX2',
        Name: 'owa (Default Web Site)',
        FormsAuthentication: forms,
        BasicAuthentication: true,
        WindowsAuthentication: false,
      },
    };
    const planned = { ...owa, ...off, ...switches };
    const { diagnostics = [] } =
      directory('owa').foresee?.([found], { prior: null, planned } as never, in2013, new Map()) ?? {};
    expect(diagnostics.map(({ path }) => path)).toEqual(at.map((attribute) => [{ attribute }]));
  });

  test.each([
    ['its own name', 'https://ex9.contoso.local/EWS/Exchange.asmx', 'EX9', 1],
    ['its own name in short', 'https://EX9/EWS/Exchange.asmx', 'EX9', 1],
    ['no name', null, 'EX9', 0],
    ['a name of the site', 'https://mail.contoso.com/EWS/Exchange.asmx', 'EX9', 0],
    ['its own name, and is declared', 'https://ex2.contoso.local/EWS/Exchange.asmx', 'EX2', 0],
  ])(
    'that a server gives clients inside %s is said of one that is not declared',
    (_what, url, Server, count) => {
      const ews = SAMPLES['exchange_ews_virtual_directory']!;
      const found = {
        typeNames: [],
        properties: { Server, Name: 'EWS (Default Web Site)', InternalUrl: url },
      };
      const facts = { ...in2013, isDeclared: (server: string) => server === 'EX2' };
      const change = { prior: ews, planned: ews } as never;
      const said = (of: typeof in2013) =>
        directory('ews').foresee?.([found], change, of, new Map()).remarks ?? [];
      expect(said(facts)).toHaveLength(count);
      for (const { severity, summary, detail } of said(facts)) {
        expect(severity).toBe('warning');
        expect(summary).toBe(
          'EX9 is not declared and gives clients inside its own name for Exchange Web Services',
        );
        expect(detail).toContain(
          "Set-WebServicesVirtualDirectory -Identity 'EX9\\EWS (Default Web Site)' -InternalUrl 'https://<name>/EWS/Exchange.asmx'",
        );
      }
      expect(said(in2013)).toEqual([]);
    },
  );

  test('MAPI sends its authentication methods with every change', () => {
    const mapi = SAMPLES['exchange_mapi_virtual_directory']!;
    expect(
      between(directory('mapi'), mapi, { ...mapi, internal_url: 'https://other.contoso.com/mapi' }),
    ).toEqual([
      "Set-MapiVirtualDirectory -Identity 'EX2\\mapi (Default Web Site)' -InternalUrl 'https://other.contoso.com/mapi' -IISAuthenticationMethods 'Ntlm', 'OAuth', 'Negotiate'",
    ]);
  });

  test('EWS goes on where a host does not resolve yet, since DNS comes last', () => {
    const ews = SAMPLES['exchange_ews_virtual_directory']!;
    expect(between(directory('ews'), null, ews)[0]).toMatch(/ -Force:\$true$/);
  });

  test.each([
    ['/owa', 'is not a URL with a host'],
    ['https:///owa', 'has no valid host name'],
    ['https://mail.contoso.com/ owa', 'has a space in it'],
    ['https://mail.contoso.com/ecp', 'does not end in /owa'],
    ['mail.contoso.com/owa', 'is not a URL with a host'],
    ['https://mail’s.contoso.com/owa', 'has no valid host name'],
  ])('the URL %s is refused: %s', (url, problem) => {
    const found = directory('owa').schema.attributes.internal_url?.problem?.(url);
    expect(found?.problem).toContain(problem);
    expect(found?.remedy).toContain('https://mail.contoso.com/owa');
  });

  test('is read from Active Directory alone unless IIS values are declared', () => {
    const onlyUrls = {
      ...owa,
      forms_authentication: null,
      basic_authentication: null,
      windows_authentication: null,
      oauth_authentication: null,
    };
    expect(directory('owa').observe?.(onlyUrls as never, in2013).parameters).toEqual({
      ADPropertiesOnly: true,
    });
    expect(directory('owa').observe?.(owa as never, in2013).parameters).toEqual({});
  });
});

describe('what a plan says of what there is', () => {
  const remarksOf = (
    definition: AnyResource,
    objects: readonly PowerShellObject[],
    change: object,
    facts = in2013,
  ) =>
    (definition.foresee?.(objects, change as never, facts, new Map()).remarks ?? []).map(
      ({ severity, summary, detail }) => [severity, summary, detail].join('\n'),
    );

  describe('of Exchange Web Services', () => {
    const ews = erase(directory('ews'));
    const declared = SAMPLES['exchange_ews_virtual_directory']!;
    const found = (internal_url: string, external_url: string) =>
      remarksOf(ews, [], { prior: { ...declared, internal_url, external_url }, planned: declared });

    test('a URL that is missing is named with what fails', () => {
      expect(found('', 'https://mailv.contoso.com/ews/exchange.asmx')).toEqual([
        expect.stringMatching(
          /^warning\nEX2 gives clients inside .* no URL of Exchange Web Services\n.*out-of-office.*availability/,
        ),
      ]);
      expect(found('https://mailv.contoso.com/ews/exchange.asmx', '')).toEqual([
        expect.stringContaining('EX2 gives clients outside'),
      ]);
    });

    test('a new server, which Setup leaves without one outside, is no wonder; nor is one that is cleared on purpose', () => {
      expect(found('https://ex2.contoso.local/EWS/Exchange.asmx', '')).toEqual([]);
      const cleared = { ...declared, external_url: '' };
      expect(remarksOf(ews, [], { prior: cleared, planned: cleared })).toEqual([]);
      expect(remarksOf(erase(directory('owa')), [], { prior: cleared, planned: declared })).toEqual([]);
    });
  });

  describe('of services that a certificate keeps', () => {
    const planned = { ...SAMPLES['exchange_certificate']!, services: ['IIS'] };
    const prior = { ...planned, services: ['IIS', 'SMTP'] };

    test.each([
      [
        ExchangeVersion.V2007,
        `-Thumbprint '${OTHER_THUMBPRINT}' -Services @('SMTP') in the management shell on EX2`,
      ],
      [ExchangeVersion.V2010, `-Server 'EX2' -Thumbprint '${OTHER_THUMBPRINT}' -Services @('SMTP'). `],
    ])('of %s, the cmdlet gives them to another one on that server', (version, call) => {
      const change = { prior, planned } as never;
      const foreseen = erase(certificate).foresee?.([], change, factsOf(version), new Map());
      expect(foreseen?.diagnostics).toMatchObject([
        { detail: expect.stringContaining(`Enable-ExchangeCertificate ${call}`) as unknown },
      ]);
    });
  });

  describe('of servers that nobody declares', () => {
    const planned = SAMPLES['exchange_service_connection_point']!;
    const point = (Name: string, AutoDiscoverServiceInternalUri: string | null) => ({
      typeNames: [],
      properties: { Name, AutoDiscoverServiceInternalUri },
    });
    const OTHER = 'https://autodiscover.contoso.org/Autodiscover/Autodiscover.xml';
    const said = (...objects: readonly PowerShellObject[]) =>
      remarksOf(
        erase(serviceConnectionPoint),
        objects,
        { prior: planned, planned },
        {
          ...in2013,
          isDeclared: (name) => name.toLowerCase() === 'ex2',
          autodiscoverUrls: [OTHER],
        },
      );

    test('another URL is named, its own or not, with the cmdlet that sets it', () => {
      expect(
        said(
          point('EX3', 'https://ex3.contoso.local/Autodiscover/Autodiscover.xml'),
          point('EX4', 'https://mailv.contoso.com/Autodiscover/Autodiscover.xml'),
        ),
      ).toEqual([
        expect.stringMatching(/^warning\nEX3 is not declared.*\n.*the server's own name.* -Identity 'EX3' /),
        expect.stringMatching(
          /^warning\nEX4 is not declared.*\n.*https:\/\/mailv\.contoso\.com.* by it today\. /,
        ),
      ]);
    });

    test('the same is said by every server of the site, whichever URL is its own, with each of them', () => {
      const stranger = point('EX3', 'https://ex3.contoso.local/Autodiscover/Autodiscover.xml');
      const own = planned['uri'] as string;
      const by = (uri: string) =>
        remarksOf(
          erase(serviceConnectionPoint),
          [stranger],
          { prior: planned, planned: { ...planned, uri } },
          { ...in2013, isDeclared: () => false, autodiscoverUrls: [own, OTHER] },
        );
      expect(by(own)).toHaveLength(1);
      expect(by(own)[0]).toContain(`-AutoDiscoverServiceInternalUri '${OTHER}'`);
      expect(by(OTHER)).toEqual(by(own));
    });

    test('the same is said by servers of every version', () => {
      const stranger = point('EX3', 'https://ex3.contoso.local/Autodiscover/Autodiscover.xml');
      const by = (version: ExchangeVersion) =>
        remarksOf(
          erase(serviceConnectionPoint),
          [stranger],
          { prior: planned, planned },
          { ...factsOf(version), isDeclared: () => false },
        );
      expect(by(ExchangeVersion.V2007)).toEqual(by(ExchangeVersion.SE));
      expect(by(ExchangeVersion.SE)).toHaveLength(1);
    });

    test('where the site hands out nothing, that one is to hand out nothing either', () => {
      const stranger = point('EX3', 'https://ex3.contoso.local/Autodiscover/Autodiscover.xml');
      const by = (uri: string, autodiscoverUrls?: readonly string[]) =>
        remarksOf(
          erase(serviceConnectionPoint),
          [stranger],
          { prior: planned, planned: { ...planned, uri } },
          {
            ...in2013,
            isDeclared: () => false,
            ...(autodiscoverUrls === undefined ? {} : { autodiscoverUrls }),
          },
        );
      expect(by('')).toEqual([expect.stringContaining('-AutoDiscoverServiceInternalUri $null')]);
      // Where another server hands one out, both say the same.
      expect(by('', [OTHER])).toEqual(by(OTHER, [OTHER]));
    });

    test('the declared URL in other letter case, a cleared point, and declared servers are not', () => {
      expect(
        said(
          point('EX3', 'https://AUTODISCOVER.contoso.com/autodiscover/autodiscover.xml'),
          point('EX4', null),
          point('EX5', OTHER.toUpperCase()),
          point('EX2', 'https://ex2.contoso.local/Autodiscover/Autodiscover.xml'),
        ),
      ).toEqual([]);
      const [object] = [point('EX3', 'https://ex3.contoso.local/Autodiscover/Autodiscover.xml')];
      expect(remarksOf(erase(serviceConnectionPoint), [object], { prior: planned, planned })).toEqual([]);
    });
  });
});

describe('Outlook Anywhere', () => {
  const declared = SAMPLES['exchange_outlook_anywhere']!;

  test('a changed host goes with RequireSsl and the method of its side', () => {
    expect(between(outlookAnywhere, declared, { ...declared, external_hostname: 'oa.contoso.com' })).toEqual([
      "Set-OutlookAnywhere -Identity 'EX2\\Rpc (Default Web Site)' -ExternalHostname 'oa.contoso.com' -ExternalClientsRequireSsl:$true -ExternalClientAuthenticationMethod 'Negotiate'",
    ]);
  });

  test('a host without method and RequireSsl is refused', () => {
    const [problem] =
      outlookAnywhere.validate?.({ ...declared, external_client_authentication_method: null }) ?? [];
    expect(problem?.detail).toContain('external_client_authentication_method');
  });
});

describe('Outlook Anywhere before Exchange 2013', () => {
  const in2010 = factsOf(ExchangeVersion.V2010);
  const declared: KnownValues = {
    ...SAMPLES['exchange_outlook_anywhere_2010'],
    iis_authentication_methods: null,
  };
  const off: KnownValues = {
    ...declared,
    enabled: false,
    external_hostname: null,
    ssl_offloading: null,
    client_authentication_method: null,
  };
  const changed = (prior: KnownValues | null, planned: KnownValues) =>
    between(outlookAnywhere2010, prior, planned, in2010);
  const IDENTITY = "-Identity 'EX2\\Rpc (Default Web Site)'";
  const ENABLE =
    "Enable-OutlookAnywhere -Server 'EX2' -ExternalHostname 'mail.contoso.com' -SSLOffloading:$false";

  test('is enabled with one method for clients and IIS, where IIS is not told apart', () => {
    expect(changed(off, declared)).toEqual([`${ENABLE} -DefaultAuthenticationMethod 'Basic'`]);
    expect(changed(null, declared)).toEqual(changed(off, declared));
    expect(changed(off, { ...declared, iis_authentication_methods: ['Basic', 'Ntlm'] })).toEqual([
      `${ENABLE} -ClientAuthenticationMethod 'Basic' -IISAuthenticationMethods 'Basic', 'Ntlm'`,
    ]);
  });

  test('that is on is set, with what differs only, and letter case is no difference', () => {
    expect(changed({ ...declared, external_hostname: 'mailv.contoso.com' }, declared)).toEqual([
      `Set-OutlookAnywhere ${IDENTITY} -ExternalHostname 'mail.contoso.com'`,
    ]);
    expect(changed({ ...declared, client_authentication_method: 'Ntlm' }, declared)).toEqual([
      `Set-OutlookAnywhere ${IDENTITY} -ClientAuthenticationMethod 'Basic'`,
    ]);
    expect(changed({ ...declared, external_hostname: 'MAIL.contoso.com' }, declared)).toEqual([]);
  });

  test('is disabled, without a question, and only where it is on', () => {
    expect(changed(declared, off)).toEqual(["Disable-OutlookAnywhere -Server 'EX2' -Confirm:$false"]);
    expect(changed(off, off)).toEqual([]);
  });

  test('that is off shows as off, and nothing is said of it beside', () => {
    const state = withEveryAttribute(outlookAnywhere2010.schema, declared) as never;
    expect(outlookAnywhere2010.view?.([], state, in2010)).toMatchObject({
      enabled: false,
      external_hostname: null,
    });
    expect(outlookAnywhere2010.computed?.({ ...declared, enabled: false } as never, in2010)).toEqual({
      identity: 'EX2\\Rpc (Default Web Site)',
      external_hostname: null,
      ssl_offloading: null,
      client_authentication_method: null,
    });
  });

  test.each([
    ['on without a host name', { ...declared, external_hostname: null }, 'external_hostname'],
    ['off with a host name', { ...off, external_hostname: 'mail.contoso.com' }, 'off'],
  ])('%s is refused', (_title, config, word) => {
    expect(outlookAnywhere2010.validate?.(config).map(({ summary }) => summary)).toEqual([
      expect.stringContaining(word),
    ]);
  });
});

describe('the certificate of a server', () => {
  const declared = SAMPLES['exchange_certificate']!;
  const kept: typeof declared = { ...declared, replace_default_smtp_certificate: null };
  const old = { thumbprint: OTHER_THUMBPRINT, imported: [OTHER_THUMBPRINT] };
  const SETUPS = 'C'.repeat(40);

  const IMPORT =
    "Import-ExchangeCertificate -Server 'EX2' -FileData <content of mail.pfx> -Password <the PFX password> -PrivateKeyExportable:$true";
  const NOTE = "# If it asks 'Overwrite the existing default SMTP certificate?', the answer is";
  const enable = (thumbprint: string, services: string, answer: 'Yes' | 'No') =>
    `Enable-ExchangeCertificate -Server 'EX2' -Thumbprint '${thumbprint}' -Services ${services}${services.includes('IIS') ? ' -DoNotRequireSsl:$true' : ''} ${NOTE} ${answer}.`;
  const ALL = "'IIS', 'SMTP'";
  const CHECKS = ["Test-ServiceHealth -Server 'EX2'", "Get-HealthReport -Identity 'EX2'"];
  const remove = (thumbprint: string) =>
    `Remove-ExchangeCertificate -Server 'EX2' -Thumbprint '${thumbprint}' -Confirm:$false`;

  test('is imported, with content and password by reference, and then given its services', () => {
    expect(between(certificate, null, declared)).toEqual([IMPORT, enable(THUMBPRINT, ALL, 'Yes')]);
  });

  test('of another PFX is imported and given the services; the old one goes last, after the checks', () => {
    expect(between(certificate, { ...declared, ...old }, declared)).toEqual([
      IMPORT,
      enable(THUMBPRINT, ALL, 'Yes'),
      ...CHECKS,
      remove(OTHER_THUMBPRINT),
    ]);
  });

  test('of a renewal that stopped half-way only needs what is left', () => {
    const imported = [OTHER_THUMBPRINT, THUMBPRINT];
    expect(between(certificate, { ...declared, ...old, imported }, declared)).toEqual([
      enable(THUMBPRINT, ALL, 'Yes'),
      ...CHECKS,
      remove(OTHER_THUMBPRINT),
    ]);
    expect(between(certificate, { ...declared, imported }, declared)).toEqual([
      ...CHECKS,
      remove(OTHER_THUMBPRINT),
    ]);
    // Back to the old PFX: the new certificate goes, which was never in use.
    expect(between(certificate, { ...declared, imported }, { ...declared, ...old })).toEqual([
      enable(OTHER_THUMBPRINT, ALL, 'Yes'),
      ...CHECKS,
      remove(THUMBPRINT),
    ]);
  });

  test('that was on the server before is never removed', () => {
    const found = { ...declared, thumbprint: OTHER_THUMBPRINT, imported: [] };
    expect(between(certificate, found, declared)).toEqual([IMPORT, enable(THUMBPRINT, ALL, 'Yes')]);
    expect(between(certificate, { ...declared, imported: [] }, null)).toEqual([
      enable(OTHER_THUMBPRINT, ALL, 'Yes'),
    ]);
  });

  test('is removed after the services went back to the certificate that Setup made', () => {
    const fallback = { fallback_thumbprint: SETUPS };
    expect(between(certificate, { ...declared, ...fallback }, null)).toEqual([
      enable(SETUPS, ALL, 'Yes'),
      remove(THUMBPRINT),
    ]);
    // The default certificate has SMTP, and this is not it.
    expect(between(certificate, { ...kept, ...fallback }, null)[0]).toBe(
      `Enable-ExchangeCertificate -Server 'EX2' -Thumbprint '${SETUPS}' -Services @('IIS') -DoNotRequireSsl:$true`,
    );
    expect(between(certificate, { ...kept, ...fallback, services: ['SMTP'] }, null)).toEqual([
      remove(THUMBPRINT),
    ]);
  });

  test('is not removed while something holds it, and its removal says what', () => {
    const RawData = Buffer.from('a certificate');
    const thumbprint = createHash('sha1').update(RawData).digest('hex').toUpperCase();
    const state = { ...declared, thumbprint, imported: [thumbprint], fallback_thumbprint: '' };
    const [removal] = certificate.steps({ prior: state, planned: null } as never, in2013);
    expect(renderInvocation(removal!.invocation)).toBe(remove(thumbprint));
    expect(removal?.condition).toBe('only if nothing uses it by then');
    const shown = (Services: string) => [{ typeNames: [], properties: { Services, RawData } }];
    const omission = removal?.guard?.omission(shown('IIS'), new Map());
    expect(omission).toMatchObject({ summary: `The certificate ${thumbprint} stays on EX2`, mayPass: true });
    expect(omission?.detail).toContain('IIS of EX2 uses it');
    // Nothing was answered.
    expect(removal?.guard?.omission(shown('SMTP'), new Map())).toMatchObject({ mayPass: false });
    expect(removal?.guard?.omission([], new Map())).toBeUndefined();
  });

  describe('that a renewal replaces, and that the plan sees in use,', () => {
    const [notBefore, notAfter] = [new Date('2025-01-01'), new Date('2030-01-01')];
    const { certificate: replaced } = makeSelfSigned({ commonName: 'mail.contoso.com', notBefore, notAfter });
    const RawData = Buffer.from(replaced.der);
    const { thumbprint } = replaced;
    const prior = { ...declared, thumbprint, imported: [thumbprint] };
    const shown = (Services: string) => [{ typeNames: [], properties: { Services, RawData } }];
    /** What a server answers on which nothing names the certificate. */
    const nothing = new Map(
      Object.entries({
        'Get-TransportService': [{ Name: 'EX2', InternalTransportCertificateThumbprint: SETUPS }],
        'Get-ReceiveConnector': [],
        'Get-SendConnector': [],
        'Get-AuthConfig': [
          {
            CurrentCertificateThumbprint: SETUPS,
            PreviousCertificateThumbprint: null,
            NextCertificateThumbprint: null,
          },
        ],
        'Get-PopSettings': [{ X509CertificateName: 'EX2' }],
        'Get-ImapSettings': [{ X509CertificateName: 'EX2' }],
      }).map(([cmdlet, rows]) => [cmdlet, rows.map((properties) => ({ typeNames: [], properties }))]),
    );
    const foreseen = (planned: typeof declared | null, services: string, answers: Answers = nothing) =>
      certificate.foresee!(shown(services), { prior, planned } as never, in2013, answers);

    test('stays in the state until it is free, and the plan says what uses it', () => {
      const { values, diagnostics } = foreseen(declared, 'Federation');
      expect(values).toEqual({ imported: [THUMBPRINT, thumbprint], left_on_server: [] });
      expect(diagnostics).toEqual([
        {
          severity: 'warning',
          summary: `The certificate ${thumbprint} stays on EX2`,
          detail: expect.stringContaining('Federation uses it') as string,
        },
      ]);
    });

    test('leaves the state and stays on the server where it is destroyed, or nobody can tell who uses it', () => {
      expect(foreseen(null, 'Federation').values).toMatchObject({ left_on_server: [thumbprint] });
      expect(foreseen(declared, 'SMTP', new Map())).toMatchObject({
        values: { imported: [THUMBPRINT], left_on_server: [thumbprint] },
        diagnostics: [{ summary: expect.stringContaining(thumbprint) as string }],
      });
    });

    test('is removed, without a word, where nothing uses it', () => {
      const free = { imported: [THUMBPRINT], left_on_server: [] };
      expect(foreseen(declared, 'SMTP')).toEqual({ values: free, diagnostics: [] });
    });
  });

  test('that the plan leaves on the server is not removed', () => {
    const left = { left_on_server: [OTHER_THUMBPRINT] };
    expect(between(certificate, { ...declared, ...old }, { ...declared, ...left })).toEqual([
      IMPORT,
      enable(THUMBPRINT, ALL, 'Yes'),
    ]);
    const gone = { ...declared, left_on_server: [THUMBPRINT], fallback_thumbprint: SETUPS };
    expect(between(certificate, gone, null)).toEqual([enable(SETUPS, ALL, 'Yes')]);
  });

  test('is given only the services that are missing', () => {
    expect(between(certificate, { ...declared, services: ['SMTP'] }, declared)).toEqual([
      `Enable-ExchangeCertificate -Server 'EX2' -Thumbprint '${THUMBPRINT}' -Services @('IIS') -DoNotRequireSsl:$true`,
    ]);
  });

  test('answers No where it is not to be the default for SMTP, and nothing without SMTP', () => {
    expect(between(certificate, null, kept)[1]).toBe(enable(THUMBPRINT, ALL, 'No'));
    const never = { ...kept, replace_default_smtp_certificate: false };
    expect(between(certificate, null, never)[1]).toBe(enable(THUMBPRINT, ALL, 'No'));
    expect(between(certificate, null, { ...declared, services: ['IIS', 'POP'] })[1]).toBe(
      `Enable-ExchangeCertificate -Server 'EX2' -Thumbprint '${THUMBPRINT}' -Services 'IIS', 'POP' -DoNotRequireSsl:$true`,
    );
  });

  test('the question is known by the certificate, in whatever language, and Force is not sent', () => {
    const [, step] = certificate.steps({ prior: null, planned: kept } as never, in2013);
    expect(step?.invocation.question).toEqual({
      text: 'Overwrite the existing default SMTP certificate?',
      names: THUMBPRINT,
      answer: 'no',
    });
    expect(Object.keys(step?.invocation.parameters ?? {})).toEqual([
      'Server',
      'Thumbprint',
      'Services',
      'DoNotRequireSsl',
    ]);
  });

  test('what already has SMTP becomes the default later', () => {
    expect(between(certificate, kept, declared)).toEqual([enable(THUMBPRINT, "@('SMTP')", 'Yes')]);
  });

  test('where it is no longer to be the default, the certificate that Setup made is', () => {
    const back = enable(OTHER_THUMBPRINT, "@('SMTP')", 'Yes');
    expect(between(certificate, declared, kept)).toEqual([back]);
    expect(between(certificate, declared, { ...declared, services: ['IIS'] })).toEqual([back]);
    expect(between(certificate, { ...declared, fallback_thumbprint: '' }, kept)).toEqual([]);
  });

  test('what is found does not tell whether it is the default one, so that the declaration is carried out', () => {
    const RawData = Buffer.from('a certificate');
    const thumbprint = createHash('sha1').update(RawData).digest('hex').toUpperCase();
    const objects = [{ typeNames: [], properties: { Services: 'IIS, SMTP', RawData } }];
    const [replacing, keeping] = [declared, kept].map((state) => ({ ...state, thumbprint, imported: [] }));
    const found = certificate.found?.(objects, replacing as never, in2013);
    expect(found).toMatchObject({
      services: ['IIS', 'SMTP'],
      replace_default_smtp_certificate: null,
      imported: [],
    });
    expect(between(certificate, found as never, replacing!)).toEqual([
      enable(thumbprint, "@('SMTP')", 'Yes'),
    ]);
    expect(between(certificate, found as never, keeping!)).toEqual([]);
  });

  test('is not there where none of its certificates is', () => {
    expect(certificate.view?.([], { ...declared, cmdlets: [] } as never, in2013)).toBeNull();
  });
});

describe('an Outlook provider', () => {
  const declared = SAMPLES['exchange_outlook_provider']!;
  const { steps, view } = erase(outlookProvider);
  const of = (prior: KnownValues | null, planned: KnownValues) =>
    lines(steps({ prior, planned } as never, in2013));
  const cleared = { ...declared, cert_principal_name: '' };

  test('is set where it differs, and cleared', () => {
    expect(of(cleared, declared)).toEqual([
      "Set-OutlookProvider -Identity 'EXPR' -CertPrincipalName 'msstd:mail.contoso.com'",
    ]);
    expect(of(declared, cleared)).toEqual(["Set-OutlookProvider -Identity 'EXPR' -CertPrincipalName $null"]);
    expect(of(declared, { ...declared, cert_principal_name: 'MSSTD:Mail.contoso.com' })).toEqual([]);
    expect(of(declared, { ...declared, cert_principal_name: null })).toEqual([]);
  });

  test('is that of its name, and what is not set is empty', () => {
    const seen = (name: string, CertPrincipalName: string | null) =>
      ({ typeNames: [], properties: { Name: name, CertPrincipalName } }) as unknown as PowerShellObject;
    const objects = [seen('EXCH', 'msstd:other.contoso.com'), seen('EXPR', null)];
    const asked = withEveryAttribute(outlookProvider.schema, declared) as never;
    expect(view?.(objects, asked, in2013)).toMatchObject({ name: 'EXPR', cert_principal_name: '' });
    expect(view?.([], asked, in2013)).toBeNull();
  });
});

describe('a client access array', () => {
  const declared = SAMPLES['exchange_client_access_array'];
  const in2010 = factsOf(ExchangeVersion.V2010);
  const { steps, observe, view } = erase(clientAccessArray);

  test('is made for its site, set under its name of before, and removed', () => {
    const of = (prior: KnownValues | null, planned: KnownValues | null) =>
      lines(steps({ prior, planned } as never, in2010));
    const other = { ...declared, fqdn: 'casarray.contoso.local' };
    expect(of(null, declared!)).toEqual([
      "New-ClientAccessArray -Fqdn 'outlook.contoso.local' -Site 'Redmond'",
    ]);
    expect(of(declared!, other)).toEqual([
      "Set-ClientAccessArray -Identity 'outlook.contoso.local' -Fqdn 'casarray.contoso.local'",
    ]);
    expect(of(declared!, { ...declared, fqdn: 'OUTLOOK.contoso.local' })).toEqual([]);
    expect(of(declared!, null)).toEqual([
      "Remove-ClientAccessArray -Identity 'outlook.contoso.local' -Confirm:$false",
    ]);
  });

  test('is looked for in its own site, and is what is there', () => {
    const asked = withEveryAttribute(clientAccessArray.schema, declared!) as never;
    expect(observe?.(asked, in2010)).toMatchObject({
      cmdlet: 'Get-ClientAccessArray',
      parameters: { Site: 'Redmond' },
    });
    const found = {
      typeNames: [],
      properties: { Name: 'cas', Fqdn: 'cas.contoso.local' },
    } as unknown as PowerShellObject;
    expect(view?.([found], asked, in2010)).toMatchObject({ site: 'Redmond', fqdn: 'cas.contoso.local' });
    expect(view?.([], asked, in2010)).toBeNull();
  });
});

describe('a DAG', () => {
  const declared = SAMPLES['exchange_database_availability_group']!;

  test('is made with witness and addresses; the alternate witness needs a second call', () => {
    expect(between(databaseAvailabilityGroup, null, declared)).toEqual([
      "New-DatabaseAvailabilityGroup -Name 'DAG01' -WitnessServer 'FS01.contoso.local' -WitnessDirectory 'C:\\DAGFileShareWitnesses\\DAG01' -DatabaseAvailabilityGroupIpAddresses @('255.255.255.255')",
      "Set-DatabaseAvailabilityGroup -Identity 'DAG01' -AlternateWitnessServer 'FS02.contoso.local' -AlternateWitnessDirectory 'C:\\DAGFileShareWitnesses\\DAG01'",
    ]);
  });

  test('a witness by its short name is the same witness', () => {
    expect(between(databaseAvailabilityGroup, { ...declared, witness_server: 'fs01' }, declared)).toEqual([]);
  });

  test('a folder in another letter case or with a backslash at its end is the same folder', () => {
    const folder = `${(declared.witness_directory as string).toLowerCase()}\\`;
    expect(between(databaseAvailabilityGroup, { ...declared, witness_directory: folder }, declared)).toEqual(
      [],
    );
  });

  test('an alternate witness that is no longer declared is cleared', () => {
    const without = { ...declared, alternate_witness_server: null, alternate_witness_directory: null };
    expect(between(databaseAvailabilityGroup, declared, without)).toEqual([
      "Set-DatabaseAvailabilityGroup -Identity 'DAG01' -AlternateWitnessServer $null -AlternateWitnessDirectory $null",
    ]);
  });

  test('a name of 16 characters is refused', () => {
    expect(databaseAvailabilityGroup.schema.attributes.name.problem?.('ABCDEFGHIJKLMNOP')?.problem).toContain(
      'at most 15',
    );
    expect(databaseAvailabilityGroup.schema.attributes.name.problem?.('ABCDEFGHIJKLMNO')).toBeUndefined();
  });

  test.each([
    ['DAG_01', 'FS_01.contoso.local'],
    ['D_', 'fs01_'],
    ['1DAG-01', 'fs-01.con_toso.local'],
  ])('an underscore is taken, as Windows does: %s, %s', (name, witness) => {
    const { attributes } = databaseAvailabilityGroup.schema;
    expect(attributes.name.problem?.(name)).toBeUndefined();
    expect(attributes.witness_server.problem?.(witness)).toBeUndefined();
  });

  test.each(['', '_DAG', '-DAG', 'DAG-', 'DAG.01', 'DAG 01', 'DAG\\01', 'DAG*', '12345'])(
    'no computer is called %j, nor is a DAG',
    (name) => {
      const { attributes } = databaseAvailabilityGroup.schema;
      expect(attributes.name.problem?.(name)?.problem).toContain('is not a name for a DAG');
    },
  );

  test.each(['', '_fs01', 'fs01.', '\\\\fs01', 'fs 01', 'fs01-'])('%j is no witness server', (name) => {
    const { attributes } = databaseAvailabilityGroup.schema;
    expect(attributes.witness_server.problem?.(name)?.problem).toContain('is not the name of a server');
  });

  test.each([
    [[], ['0.0.0.0']],
    [['0.0.0.0'], ['0.0.0.0']],
    [['255.255.255.255'], ['255.255.255.255']],
  ])('addresses that are shown as %j are %j', (shown, seen) => {
    const properties = { Name: 'DAG01', DatabaseAvailabilityGroupIpAddresses: shown };
    const view = databaseAvailabilityGroup.view?.(
      [{ typeNames: [], properties }],
      { ...declared, cmdlets: null } as never,
      in2013,
    );
    expect(view?.ip_addresses).toEqual(seen);
  });

  test.each(['10.0.0.010', '10.0.0.256', '10.0.0', '2001:db8::1', ''])('has no address %j', (address) => {
    const { problem } = databaseAvailabilityGroup.schema.attributes.ip_addresses;
    expect(problem?.(['10.0.0.1', address])?.problem).toBe(`'${address}' is not an IPv4 address`);
    expect(problem?.(['10.0.0.1', '0.0.0.0', '255.255.255.255'])).toBeUndefined();
  });

  test('whose witness folder another one has is stopped by the plan', () => {
    const planned = { ...declared, cmdlets: null } as never;
    const group = (Name: string, WitnessServer: string, WitnessDirectory: string) => ({
      typeNames: [],
      properties: { Name, WitnessServer, WitnessDirectory },
    });
    const folder = declared.witness_directory as string;
    const obstacle = (...groups: ReturnType<typeof group>[]) =>
      databaseAvailabilityGroup.obstacle?.(groups, planned);
    expect(obstacle(group('DAG09', 'fs01', folder.toLowerCase()))).toEqual({
      summary: 'The witness folder of DAG01 is that of DAG09 already',
      detail: expect.stringContaining('Declare another folder for DAG01') as string,
    });
    expect(
      obstacle(
        group('DAG01', 'fs01', folder),
        group('DAG09', 'fs03', folder),
        group('DAG08', 'fs01', `${folder}9`),
      ),
    ).toBeUndefined();
    const imported = { ...declared, witness_server: null, witness_directory: null } as never;
    expect(databaseAvailabilityGroup.obstacle?.([group('DAG09', '', '')], imported)).toBeUndefined();
  });

  test('whose alternate witness, or whose witness where that is the other one, another one has is stopped, too', () => {
    const own = { server: 'FS07', directory: 'C:\\Alternate' };
    const planned = {
      ...declared,
      alternate_witness_server: own.server,
      alternate_witness_directory: own.directory,
    };
    const other = (server: string, directory: string, row: 'Witness' | 'AlternateWitness') => ({
      typeNames: [],
      properties: { Name: 'DAG09', [`${row}Server`]: server, [`${row}Directory`]: directory },
    });
    const stopped = (one: ReturnType<typeof other>, of: object = planned) =>
      databaseAvailabilityGroup.obstacle?.([one], of as never)?.detail.split(' can be')[0];
    const folder = declared.witness_directory as string;
    expect(stopped(other('fs07', 'c:\\alternate\\', 'Witness'))).toBe(`'C:\\Alternate' on FS07`);
    expect(stopped(other('fs07', 'c:\\alternate', 'AlternateWitness'))).toBe(`'C:\\Alternate' on FS07`);
    expect(stopped(other('fs01', folder, 'AlternateWitness'))).toBe(
      `'${folder}' on ${declared.witness_server as string}`,
    );
    expect(stopped(other('fs07', 'c:\\other', 'AlternateWitness'))).toBeUndefined();
    const moved = databaseAvailabilityGroup.foresee?.(
      [other('fs07', 'c:\\alternate', 'Witness')],
      { prior: declared, planned } as never,
      in2013,
      new Map(),
    );
    expect(moved?.diagnostics.map(({ severity }) => severity)).toEqual(['error']);
  });

  test('that moves its witness to the folder of another one is stopped by the plan', () => {
    const taken = 'C:\\DAGFileShareWitnesses\\DAG09';
    const groups = [
      {
        typeNames: [],
        properties: { Name: 'DAG09', WitnessServer: 'fs01', WitnessDirectory: taken.toLowerCase() },
      },
    ];
    const said = (prior: object | null, planned: object | null) =>
      databaseAvailabilityGroup.foresee?.(groups, { prior, planned } as never, in2013, new Map()).diagnostics;
    expect(said(declared, { ...declared, witness_directory: taken })).toEqual([
      {
        severity: 'error',
        summary: 'The witness folder of DAG01 is that of DAG09 already',
        detail: expect.stringContaining('Declare another folder for DAG01') as string,
      },
    ]);
    expect(said(declared, { ...declared, witness_directory: `${taken}9` })).toEqual([]);
    // Of one that is to be made its obstacle says it, and what stays is not judged.
    expect(said(null, { ...declared, witness_directory: taken })).toEqual([]);
    const both = { ...declared, witness_directory: taken };
    expect(
      said(both, { ...both, alternate_witness_server: null, alternate_witness_directory: null }),
    ).toEqual([]);
    expect(said(declared, null)).toEqual([]);
  });

  test('a member is added and removed', () => {
    const member = SAMPLES['exchange_database_availability_group_member']!;
    expect(between(dagMember, null, member)).toEqual([
      "Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX2'",
    ]);
    expect(between(dagMember, member, null)).toEqual([
      "Remove-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX2' -Confirm:$false",
    ]);
  });

  test('a member that moves to another DAG leaves before it joins', () => {
    const member = SAMPLES['exchange_database_availability_group_member']!;
    expect(between(dagMember, member, { ...member, dag: 'DAG02' })).toEqual([
      "Remove-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'EX2' -Confirm:$false",
      "Add-DatabaseAvailabilityGroupServer -Identity 'DAG02' -MailboxServer 'EX2'",
    ]);
    expect(between(dagMember, member, { ...member, dag: 'dag01' })).toEqual([]);
  });

  test.each([
    'EX2',
    'ex2.contoso.com',
    'CN=EX2,CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),DC=contoso,DC=com',
    'contoso.com/Configuration/Services/Microsoft Exchange/First Organization/Servers/EX2',
  ])('a member is seen where the DAG shows it as %s, and no other one is', (shown) => {
    const group = {
      typeNames: [],
      properties: { Name: 'DAG01', Servers: [{ typeNames: [], text: shown, properties: {} }] },
    };
    const state = { dag: 'DAG01', server: 'ex2' } as never;
    expect(dagMember.view?.([group], state, in2013)).toBe(state);
    const obstacle = dagMember.obstacle?.([group], { dag: 'DAG02', server: 'EX2' });
    expect(obstacle?.summary).toContain('DAG01');
    expect(obstacle?.detail).toContain(
      'declare it as a member of that one, and name it in its existingMembers',
    );
    expect(obstacle?.detail).not.toMatch(/leave it out/i);
    expect(dagMember.view?.([group], { dag: 'DAG01', server: 'EX' }, in2013)).toBeNull();
  });
});

describe('the replication gate', () => {
  const declared = SAMPLES['exchange_replication_gate']!;
  const [step] = replicationGate.steps({ prior: null, planned: declared } as never, in2013);
  const object = (Check: string, Result: string, Error: string | null = null) => ({
    typeNames: [],
    properties: { Server: 'EX2', Check, Result: { typeNames: [], text: Result, properties: {} }, Error },
  });

  test('runs once, and again when a trigger or what it checks changes', () => {
    const RUN = ["Test-ReplicationHealth -Identity 'EX2'"];
    expect(between(replicationGate, null, declared)).toEqual(RUN);
    expect(between(replicationGate, declared, declared)).toEqual([]);
    expect(between(replicationGate, declared, { ...declared, timeout_seconds: 1 })).toEqual([]);
    expect(between(replicationGate, declared, null)).toEqual([]);
    expect(between(replicationGate, declared, { ...declared, triggers: { dag: 'DAG02' } })).toEqual(RUN);
    expect(between(replicationGate, declared, { ...declared, checks: ['ClusterService'] })).toEqual(RUN);
  });

  test('passes by its own checks, whatever the others say', () => {
    const passed = [object('ClusterService', 'Passed'), object('QuorumGroup', 'Passed')];
    expect(
      step?.until?.problem([...passed, object('DatabaseRedundancy', '*FAILED*', 'one copy')]),
    ).toBeUndefined();
  });

  test('names what failed with what Exchange says, in one line, and what is not reported', () => {
    const failed = object('QuorumGroup', '*FAILED*', 'The cluster group\r\n is\u001b[2J offline.');
    expect(step?.until?.problem([failed])).toBe(
      'on EX2 ClusterService is not reported, QuorumGroup is *FAILED* (The cluster group is\\u{1B}[2J offline.)',
    );
    expect(step?.until?.problem([])).toContain('ClusterService is not reported');
  });

  test('a check that there is not is refused', () => {
    expect(replicationGate.schema.attributes.checks.problem?.(['Cluster'])?.problem).toBe(
      "'Cluster' is not known",
    );
  });
});

describe('the tests after the records', () => {
  const declared = SAMPLES['exchange_connectivity_check']!;
  const steps = connectivityCheck.steps({ prior: null, planned: declared } as never, in2013);
  const of = (cmdlet: string) => steps.find(({ invocation }) => invocation.cmdlet === cmdlet)?.until;
  const object = (properties: { readonly [name: string]: PowerShellValue }) => ({
    typeNames: [],
    properties,
  });
  const result = (Result: string, Scenario = 'Ping', Error = '') =>
    object({ Result: { typeNames: [], text: Result, number: 0, properties: {} }, Scenario, Error });
  const message = (Type: string, Message: string) =>
    object({ Id: 1013, Type: { typeNames: [], text: Type, properties: {} }, Message });

  const POP =
    "Test-PopConnectivity -ClientAccessServer 'EX2' -ConnectionType 'Ssl' -PortClientAccessServer 995";
  const IMAP =
    "Test-ImapConnectivity -ClientAccessServer 'EX2' -ConnectionType 'Ssl' -PortClientAccessServer 993";

  test.each([
    [
      ExchangeVersion.V2007,
      "Test-OutlookWebServices -Identity 'probe@contoso.com' -ClientAccessServer 'EX2'",
    ],
    [
      ExchangeVersion.V2010,
      "Test-OutlookWebServices -Identity 'probe@contoso.com' -ClientAccessServer 'EX2'",
    ],
    [ExchangeVersion.SE, "Test-OutlookWebServices -Identity 'probe@contoso.com' -AutoDiscoverServer 'EX2'"],
  ])('are cmdlets that %s has, and never trust any certificate', (version, outlook) => {
    const run = connectivityCheck.steps({ prior: null, planned: declared } as never, factsOf(version));
    expect(run.map(({ invocation }) => renderInvocation(invocation))).toEqual([
      "Test-ActiveSyncConnectivity -ClientAccessServer 'EX2'",
      outlook,
      POP,
      IMAP,
    ]);
    for (const { invocation } of run) expect(catalogOf(version).supports(invocation)).toBeUndefined();
  });

  test('run once, and again when a trigger, a test or the mailbox changes', () => {
    const alone: KnownValues = { ...declared, tests: ['activesync'], mailbox: null };
    const RUN = ["Test-ActiveSyncConnectivity -ClientAccessServer 'EX2'"];
    expect(between(connectivityCheck, null, alone)).toEqual(RUN);
    expect(
      between(connectivityCheck, alone, { ...alone, tests: ['ActiveSync'], timeout_seconds: 1 }),
    ).toEqual([]);
    expect(between(connectivityCheck, alone, null)).toEqual([]);
    expect(between(connectivityCheck, alone, { ...alone, triggers: { 'dns-mail': '192.0.2.9' } })).toEqual(
      RUN,
    );
    expect(between(connectivityCheck, { ...alone, tests: ['ActiveSync', 'POP'] }, alone)).toEqual(RUN);
    expect(between(connectivityCheck, { ...alone, mailbox: 'other@contoso.com' }, alone)).toEqual(RUN);
  });

  test('succeed where each object says so, and only then', () => {
    const problem = of('Test-ActiveSyncConnectivity')?.problem;
    expect(problem?.([result('Success'), result('success')])).toBeUndefined();
    expect(problem?.([])).toBe('Test-ActiveSyncConnectivity returned no result for EX2');
    expect(problem?.([result('Success'), result('Skipped')])).toBe('of EX2 Ping is Skipped');
    expect(problem?.([result('*FAILURE*', 'Options', '401\r\n\u001b[2J Unauthorized')])).toBe(
      'of EX2 Options is *FAILURE* (401 \\u{1B}[2J Unauthorized)',
    );
    expect(problem?.([object({ Scenario: 'Ping' })])).toBe(
      'of EX2 an answer without a result, which says nothing',
    );
    expect(problem?.(Array.from({ length: 7 }, () => result('Failure')))).toMatch(
      /^of EX2 (Ping is Failure; ){5}and 2 more$/,
    );
  });

  test('by messages of 2010 succeed where some success is told of, and nothing else but information', () => {
    const problem = of('Test-OutlookWebServices')?.problem;
    expect(problem?.([message('Information', 'Begun.'), message('Success', 'Done.')])).toBeUndefined();
    expect(problem?.([message('Information', 'Begun.')])).toBe(
      'Test-OutlookWebServices reports no success on EX2',
    );
    expect(problem?.([message('Success', 'Done.'), message('Error', 'No URL.')])).toBe(
      'of EX2 message 1013 is Error (No URL.)',
    );
    expect(problem?.([message('Success', 'Done.'), message('Warning', 'Odd.')])).toContain('is Warning');
  });

  test('tell of the test mailbox where they fail, or else of the account', () => {
    const alone = { ...declared, account: null };
    const [first] = connectivityCheck.steps({ prior: null, planned: alone } as never, in2013);
    expect(first?.until?.told).toEqual({
      summary: 'Clients do not reach EX2 as they should',
      remedy: expect.stringContaining('New-TestCasConnectivityUser.ps1') as unknown,
    });
    expect(of('Test-PopConnectivity')?.told?.remedy).toContain('the password of CONTOSO\\probe');
  });

  test('are repeated, unless somebody signs in whose account that could lock', () => {
    const alone = { ...declared, account: null };
    const [first] = connectivityCheck.steps({ prior: null, planned: alone } as never, in2013);
    expect(first?.until?.seconds).toBe(60);
    expect(of('Test-ActiveSyncConnectivity')?.seconds).toBe(0);
  });

  test('sign in by every cmdlet that takes a credential, which is shown without its password', () => {
    const mailbox = new Credential('CONTOSO\\probe', new SecureText('canary', 'the mailbox password'));
    const signing = (version: ExchangeVersion) =>
      connectivityCheck
        .steps({ prior: null, planned: declared } as never, { ...factsOf(version), mailbox })
        .map(({ invocation }) => renderInvocation(invocation));
    const WITH = ' -MailboxCredential <CONTOSO\\probe, the mailbox password>';
    expect(signing(ExchangeVersion.V2010).map((line) => line.endsWith(WITH))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(signing(ExchangeVersion.V2019).every((line) => line.endsWith(WITH))).toBe(true);
  });

  test('ask Autodiscover behind the certificate for the declared URLs', () => {
    const [probe] = connectivityCheck.probes?.({ prior: null, planned: declared } as never, in2013) ?? [];
    expect(probe).toMatchObject({
      kind: 'autodiscover',
      host: 'EX2.contoso.local',
      name: 'autodiscover.contoso.com',
      thumbprint: THUMBPRINT,
      urls: { 'ews internal': ['https://mail.contoso.com/EWS/Exchange.asmx'] },
    });
    expect(connectivityCheck.probes?.({ prior: declared, planned: declared } as never, in2013)).toEqual([]);
    const { autodiscover_urls: urls } = connectivityCheck.schema.attributes;
    expect(urls.problem?.({ 'ews outside': 'https://x' })?.remedy).toContain("'ews internal'");
    const lacking = connectivityCheck.validate?.({ ...declared, account: null });
    expect(lacking?.map(({ summary }) => summary)).toEqual([
      'Autodiscover is asked about a mailbox as its owner',
    ]);
    expect(connectivityCheck.validate?.(declared)).toEqual([]);
  });

  test.each([
    'probe',
    'a@b@c',
    'CONTOSO\\',
    '\\probe',
    'CONTOSO\\a@b',
    // RFC 7617: with Basic authentication a colon would end the user name, so that the rest would count as the password.
    'a:b@contoso.com',
    'CONTOSO\\a:b',
  ])('%j is not the name of an account', (account) => {
    const { account: attribute } = connectivityCheck.schema.attributes;
    expect(attribute.problem?.(account)?.problem).toContain('is not the name of an account');
    expect(attribute.problem?.('contoso.local\\probe')).toBeUndefined();
  });

  test.each(['probe', '@contoso.com', 'Probe <probe@contoso.com>', 'a b@contoso.com', 'probe@'])(
    '%j is no address of a mailbox',
    (address) => {
      const { mailbox } = connectivityCheck.schema.attributes;
      expect(mailbox.problem?.(address)?.remedy).toContain("'probe@contoso.com'");
      expect(mailbox.problem?.('first.last+x@mail.contoso.com')).toBeUndefined();
    },
  );
});

describe('the health gate', () => {
  const declared = SAMPLES['exchange_health_gate']!;
  const [services, report] = healthGate.steps({ prior: null, planned: declared } as never, in2013);
  const object = (properties: { readonly [name: string]: string | boolean }) => ({
    typeNames: [],
    properties,
  });

  test('a changed trigger runs it again', () => {
    expect(
      between(healthGate, declared, { ...declared, triggers: { certificate: OTHER_THUMBPRINT } }),
    ).toEqual(["Test-ServiceHealth -Server 'EX2'", "Get-HealthReport -Identity 'EX2'"]);
  });

  describe('from the runner', () => {
    const declared: KnownValues = { ...SAMPLES['exchange_health_gate'], connector_certificates: null };
    const looks = (prior: object | null, planned: object | null) =>
      healthGate.probes?.({ prior, planned } as never, in2013).map(probeText);
    const at = 'tls://EX2.contoso.local:443/ex2.contoso.local';
    const all = [
      `TLS EX2.contoso.local:443 for ex2.contoso.local # must show the certificate ${THUMBPRINT}`,
      `GET https://EX2.contoso.local/owa/healthcheck.htm # must answer 200, behind the certificate ${THUMBPRINT}`,
    ];

    test('says in a line what it looks at and what must be seen', () => {
      expect(looks(null, declared)).toEqual(all);
      expect(looks(null, { ...declared, shown_certificates: null, health_pages: null })).toEqual([]);
    });

    test('looks again at all when what it looks at changes, and otherwise as its cmdlets', () => {
      expect(looks(declared, declared)).toEqual([]);
      expect(looks(declared, { ...declared, timeout_seconds: 5 })).toEqual([]);
      expect(looks(declared, null)).toEqual([]);
      const renewed = { ...declared, shown_certificates: { [at]: OTHER_THUMBPRINT } };
      expect(looks(declared, renewed)).toHaveLength(2);
      expect(between(healthGate, declared, renewed)).toHaveLength(2);
      expect(looks({ ...declared, health_pages: null }, declared)).toEqual(all);
      expect(looks(declared, { ...declared, triggers: { certificate: OTHER_THUMBPRINT } })).toEqual(all);
    });

    test.each([
      'tls://EX2.contoso.local/name',
      'https://EX2.contoso.local:443/name',
      'tls://EX2.contoso.local:0/name',
      'tls://EX2.contoso.local:65536/name',
      'tls://EX2:443/',
      'tls://EX 2:443/name',
    ])('an address %s is refused', (address) => {
      const problem = healthGate.schema.attributes.shown_certificates.problem;
      expect(problem?.({ [address]: THUMBPRINT })?.problem).toBe(`'${address}' does not say where to look`);
      expect(problem?.({ [at]: THUMBPRINT })).toBeUndefined();
    });

    test.each([
      'http://EX2/owa/healthcheck.htm',
      'https://EX2',
      'https://user:pass@EX2/owa',
      'https://EX2/a b',
    ])('a page %s is refused', (url) => {
      const problem = healthGate.schema.attributes.health_pages.problem;
      expect(problem?.([url])?.problem).toBe(`'${url}' is no https URL`);
    });

    test('a thumbprint that is none is refused', () => {
      const problem = healthGate.schema.attributes.shown_certificates.problem;
      expect(problem?.({ [at]: 'AB:CD' })?.problem).toContain('AB:CD');
    });

    test('what connectors select is looked at between certificates and pages', () => {
      const address = 'smtp://EX2.contoso.local:25';
      const more = { ...declared, connector_certificates: [address] };
      const line =
        'STARTTLS EX2.contoso.local:25 # must show the certificate that its Receive connector selects';
      expect(looks(null, more)).toEqual([all[0], line, all[1]]);
      expect(looks(declared, more)).toHaveLength(3);
      const problem = healthGate.schema.attributes.connector_certificates.problem;
      expect(problem?.([address])).toBeUndefined();
      expect(problem?.(['smtp://EX2.contoso.local'])?.problem).toContain('does not say where to look');
    });

    test('a page counts only behind a certificate that is known', () => {
      const without = { health_pages: ['https://EX3.contoso.local/owa/healthcheck.htm'] };
      const { shown_certificates } = declared as { readonly shown_certificates: Record<string, string> };
      expect(healthGate.validate?.({ ...without, shown_certificates })).toMatchObject([
        {
          severity: 'error',
          summary: 'Nothing says which certificate https://EX3.contoso.local/owa/healthcheck.htm is behind',
        },
      ]);
      expect(healthGate.validate?.({ ...without, shown_certificates: null })).toHaveLength(1);
      // Unknown until the certificate is imported.
      expect(healthGate.validate?.(without)).toEqual([]);
      expect(healthGate.validate?.(declared as never)).toEqual([]);
    });
  });

  test('names the services that do not run, and the server', () => {
    const stopped = object({
      Role: 'Client Access Server Role',
      RequiredServicesRunning: false,
      ServicesNotRunning: 'W3SVC',
    });
    expect(services?.until?.problem([stopped])).toBe('not running on EX2: Client Access Server Role: W3SVC');
    expect(services?.until?.problem([object({ Role: 'x', RequiredServicesRunning: true })])).toBeUndefined();
    expect(services?.until?.problem([])).toContain('returned no result for EX2');
  });

  test('names the protocols that do not answer', () => {
    const healthy = ['OWA.Proxy', 'OutlookMapiHttp.Proxy'].map((HealthSet) =>
      object({ HealthSet, AlertValue: 'Healthy' }),
    );
    expect(report?.until?.problem(healthy)).toBe('on EX2 outlook-anywhere (Outlook.Proxy) is not reported');
    const all = [...healthy, object({ HealthSet: 'Outlook.Proxy', AlertValue: 'Unhealthy' })];
    expect(report?.until?.problem(all)).toBe('on EX2 outlook-anywhere (Outlook.Proxy) is Unhealthy');
  });
});
