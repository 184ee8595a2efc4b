import { App, TerraformStack, Testing } from 'cdktf';
import { ExchangeSite } from '../../constructs/exchange-site';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { server, site } from './sites';

const { certificate } = site();
const declared: ExchangeSiteProps = site({
  certificate: { ...certificate, names: [...certificate.names, 'imap.contoso.com'] },
  servers: [server(1), server(2, { mailProtocols: { imap: { host: 'imap.contoso.com' } } })],
  health: { timeoutSeconds: 60, connectivity: { tests: ['IMAP', 'ActiveSync'] } },
});

function checksOf(props: ExchangeSiteProps) {
  const { elements, diagnostics } = resolveSite(props);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return elementsOf(elements, 'exchange-object').filter(
    ({ definition }) => definition.typeName === 'exchange_connectivity_check',
  );
}

describe('tests after the records', () => {
  test('are made where they are declared only', () => {
    expect(checksOf(site())).toEqual([]);
  });

  test('test a mail protocol on the servers that have a name of it', () => {
    expect(checksOf(declared).map(({ id, attributes }) => [id, attributes['tests']])).toEqual([
      ['EX01-connectivity', ['ActiveSync']],
      ['EX02-connectivity', ['ActiveSync', 'IMAP']],
    ]);
  });

  test('test the servers that are named', () => {
    const one = { tests: ['ActiveSync'], servers: ['ex02'] } as const;
    expect(checksOf({ ...declared, health: { connectivity: one } }).map(({ server: name }) => name)).toEqual([
      'EX02',
    ]);
  });

  test('wait for the gate of the server and the records of its names, and for those of no other', () => {
    const [first, second] = checksOf(declared);
    expect(first?.dependsOn[0]).toBe('EX01-health');
    expect(second?.dependsOn[0]).toBe('EX02-health');
    expect(first?.dependsOn).not.toContain('imap_contoso_com-A');
    expect(second?.dependsOn).toContain('imap_contoso_com-A');
    expect(Object.keys(second?.attributes['triggers'] as object)).toEqual(
      expect.arrayContaining(['certificate', 'activesync', 'dns-imap_contoso_com-A']),
    );
  });

  test('come after everything that they wait for, and let no record set inherit that it is created first', () => {
    const { elements } = resolveSite(declared);
    const ids = elements.map(({ id }) => id);
    for (const check of checksOf(declared)) {
      for (const before of check.dependsOn) expect(ids.indexOf(before)).toBeLessThan(ids.indexOf(check.id));
    }
    const stack = new TerraformStack(new App({ stackTraces: false }), 'tested');
    new ExchangeSite(stack, 'Default', declared);
    const { resource } = JSON.parse(Testing.synth(stack)) as {
      readonly resource: {
        readonly [type: string]: { readonly [name: string]: { readonly lifecycle?: object } };
      };
    };
    expect(
      Object.values(resource['exchange_connectivity_check'] ?? {}).map(({ lifecycle }) => lifecycle),
    ).toEqual([{ create_before_destroy: false }, { create_before_destroy: false }]);
  });
});
