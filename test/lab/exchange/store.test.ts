import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedOrganization } from '../../../lab/exchange/organization';
import { Store } from '../../../lab/exchange/store';
import { ExchangeVersion } from '../../../exchange/versions';

describe('an organization that several processes have open', () => {
  let folder: string;
  let here: Store;
  let there: Store;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'store-')), 'state');
    const organization = SimulatedOrganization.create(folder, { domain: 'contoso.com' });
    organization.addServer({ name: 'EX01', fqdn: 'ex01.contoso.com', version: ExchangeVersion.V2019 });
    here = new Store(folder);
    there = new Store(folder);
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  const remove = (store: Store) => store.change(({ servers }) => servers.delete('EX01'));
  const namesIn = (store: Store) => [...store.read().servers.keys()];

  test('is read once, as long as nobody changes it', () => {
    const read = here.read();
    there.read();
    expect(here.read()).toBe(read);
  });

  test('is read anew after a change by either of them', () => {
    expect([namesIn(here), namesIn(there)]).toEqual([['EX01'], ['EX01']]);
    remove(there);
    expect([namesIn(here), namesIn(there)]).toEqual([[], []]);
    SimulatedOrganization.open(folder).addServer({
      name: 'EX02',
      fqdn: 'ex02.contoso.com',
      version: ExchangeVersion.V2019,
    });
    expect([namesIn(here), namesIn(there)]).toEqual([['EX02'], ['EX02']]);
  });

  test('is read anew where a process was killed in the middle of a change', () => {
    expect(namesIn(here)).toEqual(['EX01']);
    // A server that cannot be written stands for the kill: its file is the last that the change would write.
    expect(() =>
      there.change(({ servers }) => {
        const [server] = servers.values();
        servers.delete('EX01');
        servers.set('EX02', { ...server!, name: 'EX02' });
        servers.set('EX03', {
          ...server!,
          name: 'EX03',
          toJSON: () => {
            throw new Error('killed');
          },
        } as never);
      }),
    ).toThrow('killed');
    expect(namesIn(here)).toEqual(['EX01', 'EX02']);
  });

  test('is read each time where no change has written a generation yet', () => {
    rmSync(join(folder, 'generation'));
    const read = here.read();
    expect(here.read()).not.toBe(read);
    writeFileSync(join(folder, 'generation'), '');
    expect(here.read()).not.toBe(read);
  });
});
