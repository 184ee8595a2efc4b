import { Engine } from '../../plugin/engine/engine';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { exchangeProvider } from '../../provider/definition';
import { withEveryAttribute } from '../../schema';

// Terraform starts the provider three times for a plan. What reads and judges a PFX is loaded where one is read.
jest.mock('../../provider/pfx', () => {
  throw new Error('what reads a PFX was loaded');
});
jest.mock('../../provider/public-certificates', () => {
  throw new Error('what reads public certificates was loaded');
});

test('a start whose configuration gives no certificate loads nothing that reads or judges one', async () => {
  const open = () => new Promise<never>(() => undefined);
  const engine = new Engine(exchangeProvider({ EXCHANGE_ENDPOINT: 'process:' }, { open }));
  const config = withEveryAttribute(CONFIGURATION_SCHEMA, { servers: { EX1: '2013' } });
  expect(await engine.configure(config, '1.11.4')).toEqual([]);
});
