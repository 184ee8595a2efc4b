import Ajv2020 from 'ajv/dist/2020';
import schema from '../../docs/exchange-plan.schema.json';
import { elementsOf } from '../../exchange/element';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import { type ExchangeSiteProps, ExchangeVersion } from '../../exchange/site';
import { server, site } from './sites';

const { V2010, V2016 } = ExchangeVersion;

const balanced = (changes: Partial<ExchangeSiteProps> = {}) =>
  site({
    dns: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '192.0.2.100' } },
    ...(changes as object),
  });
const stepsOf = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration)).steps;
const described = (declaration: ExchangeSiteProps) =>
  stepsOf(declaration).flatMap((step) => (step.kind === 'described' && step.server !== null ? [step] : []));
const anywhere = (declaration: ExchangeSiteProps, name: string) => {
  const step = stepsOf(declaration).find(({ id }) => id === `${name}-outlook-anywhere`);
  return step !== undefined && 'parameters' in step ? step.parameters : {};
};
const appcmd = (directory: string) =>
  `%windir%\\system32\\inetsrv\\appcmd.exe set config "Default Web Site/${directory}" /section:access /sslFlags:None /commit:APPHOST`;

describe('TLS that ends before the servers', () => {
  const offloaded = balanced({ sslOffload: true });

  test('is set for Outlook Anywhere, and described for the directories of IIS', () => {
    expect(anywhere(offloaded, 'EX01')).toMatchObject({
      ExternalClientsRequireSsl: true,
      SSLOffloading: true,
    });
    const [first, second, ...others] = described(offloaded);
    expect(first).toEqual({
      id: 'EX01-ssl-offload',
      server: 'EX01',
      kind: 'described',
      host: 'EX01.contoso.local',
      commands: [
        ...['owa', 'ecp', 'Microsoft-Server-ActiveSync', 'EWS', 'OAB', 'mapi', 'Autodiscover'].map(appcmd),
        'iisreset /noforce',
      ],
      after: ['EX01-outlook-anywhere'],
      reason: expect.stringContaining('after every cumulative update') as string,
    });
    expect(second).toMatchObject({ id: 'EX02-ssl-offload', host: 'EX02.contoso.local' });
    expect(others).toEqual([]);
  });

  test('is seen to before the gate of its server, which is looked at again', () => {
    const ids = stepsOf(offloaded).map(({ id }) => id);
    const at = ['EX01-ssl-offload', 'EX01-health', 'EX01-pool', 'EX02-ssl-offload', 'EX02-health'];
    expect(ids.filter((id) => at.includes(id))).toEqual([
      'EX01-ssl-offload',
      'EX01-health',
      'EX02-ssl-offload',
      'EX02-health',
      'EX01-pool',
    ]);
    const gate = elementsOf(resolveSite(offloaded).elements, 'exchange-object').find(
      ({ id }) => id === 'EX01-health',
    );
    expect(gate?.attributes['triggers']).toMatchObject({ 'outlook-anywhere-ssl-offloading': 'true' });
  });

  test('is a step of its server in the script', () => {
    const script = exchangePlanScript('contoso', offloaded, resolveSite(offloaded), (file) => file);
    const blocks = script.split('if ($Part -contains ');
    const [block = ''] = blocks.filter((text) => text.includes('To be run on EX01.contoso.local'));
    expect(block).toMatch(/^'EX01'/);
    expect(block).toContain(`Write-Output '${appcmd('owa')}'`);
  });

  test('is as the plan has it by its schema', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    validate(exchangePlan('contoso', offloaded, resolveSite(offloaded)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('is said of the site, a datacentre or a server, the most specific first', () => {
    const declaration = balanced({
      sslOffload: true,
      servers: [
        server(1, { version: V2016, datacentre: 'lisbon' }),
        server(2, { version: V2016, datacentre: 'lisbon', sslOffload: true }),
        server(3, { version: V2016 }),
      ],
      datacentres: { lisbon: { sslOffload: false } },
    });
    expect(['EX01', 'EX02', 'EX03'].map((name) => anywhere(declaration, name)['SSLOffloading'])).toEqual([
      false,
      true,
      true,
    ]);
    expect(described(declaration).map(({ server: of }) => of)).toEqual(['EX02', 'EX03']);
  });

  test('is of Outlook Anywhere alone on 2010, where it is enabled', () => {
    const old = balanced({
      sslOffload: true,
      servers: [server(1, { version: V2010, outlookAnywhere: 'enabled' })],
    });
    expect(anywhere(old, 'EX01')).toMatchObject({ SSLOffloading: true });
    expect(described(old)).toEqual([]);
  });

  test('is left as it is on the servers where nothing is said', () => {
    expect(anywhere(balanced(), 'EX01')).not.toHaveProperty('SSLOffloading');
    expect(described(balanced())).toEqual([]);
  });
});
