import Ajv2020 from 'ajv/dist/2020';
import schema from '../../docs/exchange-plan.schema.json';
import { purposesOf } from '../../exchange/namespaces';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import { type ExchangeSiteProps, ExchangeVersion, type Server } from '../../exchange/site';
import { server, site } from './sites';

const { V2007, V2010, V2013, V2016 } = ExchangeVersion;

/** A server of 2007 with its own name inside, as in the scenario, beside a newer one. */
function beside(newer: ExchangeVersion, own: Partial<Server> = {}): ExchangeSiteProps {
  return site({
    servers: [
      server(1, {
        version: V2007,
        namespaces: { client: { internal: 'ex01.contoso.local', external: 'legacy.contoso.com' } },
        ...own,
      }),
      server(2, { version: newer }),
    ],
  });
}

const planOf = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration));
const seen = (declaration: ExchangeSiteProps) =>
  Object.fromEntries(
    (planOf(declaration).legacyClients ?? []).map(({ client, servers, sees }) => [
      client,
      [...servers, sees].join(': '),
    ]),
  );

const legacy = 'https://legacy.contoso.com';
const inside = 'https://ex01.contoso.local';
const ALIKE = {
  'Outlook on the web': `EX01: is redirected to ${legacy}/owa, with a second sign-in unless both servers sign in by forms`,
  'Exchange Control Panel': 'EX01: is not in Exchange 2007: a mailbox has it once it has moved',
  'ActiveSync, another device': `EX01: is proxied to ${inside}/Microsoft-Server-ActiveSync/Proxy`,
  'Exchange Web Services': `EX01: is given ${legacy}/EWS/Exchange.asmx by Autodiscover; requests to the newer server are not redirected`,
  'Outlook Anywhere': 'EX01: is proxied to the old mailbox server',
  'POP and IMAP': 'EX01: is proxied',
  'Outlook inside (MAPI)': 'EX01: connects to the old mailbox server itself',
};

describe('what clients of a mailbox on an old server see', () => {
  test('of 2007 beside 2010, by a name of its own outside', () => {
    const table = {
      ...ALIKE,
      'ActiveSync, a device that knows Autodiscover': `EX01: gets HTTP 451 with ${legacy}/Microsoft-Server-ActiveSync`,
    };
    expect(seen(beside(V2010))).toEqual(table);
    expect(seen(beside(V2010, { legacyClients: { activesync: 'redirect' } }))).toEqual(table);
  });

  test('where ActiveSync is proxied', () => {
    expect(seen(beside(V2010, { legacyClients: { activesync: 'proxy' } }))).toEqual({
      ...ALIKE,
      'ActiveSync, a device that knows Autodiscover': `EX01: is proxied to ${inside}/Microsoft-Server-ActiveSync/Proxy`,
    });
  });

  test('of 2007 beside 2013, which proxies more', () => {
    expect(seen(beside(V2013))).toEqual({
      'Outlook on the web': `EX01: is redirected to ${legacy}/owa`,
      'Exchange Web Services': `EX01: is redirected to ${legacy}/EWS/Exchange.asmx`,
      ActiveSync: 'EX01: is proxied',
      'Outlook Anywhere': 'EX01: is proxied',
      Autodiscover: 'EX01: is proxied',
    });
  });

  test('of 2010 beside 2013, by what each server gives', () => {
    const external = (host: string | null) => ({ client: { internal: 'mail.contoso.com', external: host } });
    const declaration = site({
      servers: [
        server(1, { version: V2010, namespaces: external('regional.contoso.com') }),
        server(2, { version: V2010, namespaces: external(null) }),
        server(3, { version: V2010, namespaces: external(null) }),
        // What is seen under a name that both give is not documented.
        server(4, { version: V2010 }),
        server(5),
      ],
    });
    expect(planOf(declaration).legacyClients).toEqual([
      {
        old: '2010',
        newer: '2013',
        client: 'Outlook on the web',
        servers: ['EX01'],
        sees: 'is redirected to https://regional.contoso.com/owa',
        source: expect.stringContaining('learn.microsoft.com') as string,
      },
      expect.objectContaining({ servers: ['EX02', 'EX03'], sees: 'is proxied' }),
    ]);
  });

  test('is in no plan where nothing is documented, nor of one version alone', () => {
    for (const versions of [[V2013, V2013], [V2013, V2016], [V2010, V2016], [V2007]]) {
      const servers = versions.map((version, index) => server(index + 1, { version }));
      expect(planOf(site({ servers }))).not.toHaveProperty('legacyClients');
    }
  });

  test('stands in the plan as its schema has it, and in the help of the script', () => {
    const declaration = beside(V2010);
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    validate(planOf(declaration));
    expect(validate.errors ?? []).toEqual([]);
    const script = exchangePlanScript('contoso', declaration, resolveSite(declaration), (file) => file);
    expect(script).toContain(
      [
        '# What a client sees whose mailbox is on Exchange Server 2007, when it asks a server of Exchange Server 2010:',
        `#   Outlook on the web (EX01): is redirected to ${legacy}/owa, with a second sign-in unless both servers sign in by forms`,
      ].join('\r\n'),
    );
  });
});

describe('ActiveSync of an old server', () => {
  const urls = (declaration: ExchangeSiteProps, name: string) => {
    const step = planOf(declaration).steps.find(({ id }) => id === `${name}-activesync`);
    return step !== undefined && 'parameters' in step ? step.parameters : {};
  };
  const path = '/Microsoft-Server-ActiveSync';
  const datacentre = { datacentre: 'lisbon' };

  test.each([
    ['redirect', `${legacy}${path}`],
    ['proxy', null],
  ] as const)('is to %s: its external URL is %j', (activesync, ExternalUrl) => {
    const declaration = beside(V2010, { legacyClients: { activesync } });
    expect(urls(declaration, 'EX01')).toMatchObject({ InternalUrl: `${inside}${path}`, ExternalUrl });
    expect(urls(declaration, 'EX02')).toMatchObject({ ExternalUrl: `https://mail.contoso.com${path}` });
  });

  test('goes by its datacentre, whose newer servers keep their URLs, and before that by the server', () => {
    const lisbon = { legacyClients: { activesync: 'proxy' as const } };
    const both = ({ servers, ...rest }: ExchangeSiteProps) => ({
      ...rest,
      servers: servers.map((each) => ({ ...each, ...datacentre })),
      datacentres: { lisbon },
    });
    expect(urls(both(beside(V2010)), 'EX01')).toMatchObject({ ExternalUrl: null });
    expect(urls(both(beside(V2010)), 'EX02')).toMatchObject({
      ExternalUrl: `https://mail.contoso.com${path}`,
    });
    const own = both(beside(V2010, { legacyClients: { activesync: 'redirect' } }));
    expect(urls(own, 'EX01')).toMatchObject({ ExternalUrl: `${legacy}${path}` });
  });

  test('is given to nobody outside where it is proxied, as plans of later names see it', () => {
    const proxied = beside(V2010, { legacyClients: { activesync: 'proxy' } });
    expect(purposesOf(proxied)['ex01.contoso.local']).toContain('servers.EX01.services.activesync.internal');
    expect(purposesOf(proxied)['legacy.contoso.com']).toBe('servers.EX01.client.external');
  });
});
