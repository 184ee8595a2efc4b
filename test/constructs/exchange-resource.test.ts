import { Testing, TerraformStack, Tokenization } from 'cdktf';
import { ExchangeResource } from '../../constructs/exchange-resource';
import { certificate, outlookAnywhere, serviceConnectionPoint } from '../../exchange/resources';

const uri = 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml';

test('a binding writes what it was given, under the name of its definition', () => {
  const stack = new TerraformStack(Testing.app(), 'contoso');
  const scp = new ExchangeResource(stack, 'scp', serviceConnectionPoint, { server: 'EX01', uri });
  const resource = (
    JSON.parse(Testing.synth(stack)) as { resource: { [type: string]: { [id: string]: object } } }
  ).resource;
  expect(resource['exchange_service_connection_point']!['scp']).toMatchObject({ server: 'EX01', uri });
  expect(Tokenization.isResolvable(Tokenization.reverseString(scp.attribute('uri')).tokens[0])).toBe(true);
});

/** Checked by the compiler, never run: each marked line must not compile. */
export function mustNotCompile(stack: TerraformStack): void {
  new ExchangeResource(stack, 'a', serviceConnectionPoint, { server: 'EX01', uri, site_scope: ['Site'] });
  // @ts-expect-error -- a required attribute is left out
  new ExchangeResource(stack, 'b', serviceConnectionPoint, { server: 'EX01' });
  // @ts-expect-error -- a computed attribute is set
  new ExchangeResource(stack, 'c', outlookAnywhere, { server: 'EX01', identity: 'EX01\\Rpc' });
  // @ts-expect-error -- the cmdlets are computed
  new ExchangeResource(stack, 'd', serviceConnectionPoint, { server: 'EX01', uri, cmdlets: [] });
  // @ts-expect-error -- there is no such attribute
  new ExchangeResource(stack, 'e', serviceConnectionPoint, { server: 'EX01', url: uri, uri });
  // @ts-expect-error -- another type
  new ExchangeResource(stack, 'f', outlookAnywhere, { server: 'EX01', internal_clients_require_ssl: 'yes' });
  const installed = new ExchangeResource(stack, 'g', certificate, {
    server: 'EX01',
    pfx_file: 'mail.pfx',
    services: ['IIS'],
  });
  installed.attribute('thumbprint');
  // @ts-expect-error -- it has no such attribute
  installed.attribute('thumbprnt');
}
