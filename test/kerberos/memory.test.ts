import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { foreignFunctions } from '../../kerberos/foreign';
import { describeWithKerberos } from '../remoting/peers/kdc';
import { Realm } from './realm';

const SLICES = 5;
const RUNS = 200;
/** A context that is not closed holds some 3,000. */
const MOST_BYTES_FOR_A_RUN = 1_000;

interface MallocInfo {
  readonly uordblks: bigint | number;
}

describeWithKerberos('native memory', () => {
  const realm = new Realm();
  beforeAll(async () => {
    await realm.start();
    realm.signIn();
  });
  afterAll(() => realm.stop());

  /** Bytes that the C library has given out (mallinfo2 of glibc). */
  function inUse(): number {
    // Buffers of JavaScript come from the C library too.
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    const koffi = foreignFunctions();
    const names = ['arena', 'ordblks', 'smblks', 'hblks', 'hblkhd'];
    const more = ['usmblks', 'fsmblks', 'uordblks', 'fordblks', 'keepcost'];
    const layout = koffi.struct(
      Object.fromEntries([...names, ...more].map((name): [string, string] => [name, 'size_t'])),
    );
    const info = koffi.load(null).func('mallinfo2', layout, [])() as MallocInfo;
    return Number(info.uordblks);
  }

  /** Bytes for each run that stay, the least of several looks: Node itself takes and gives back some. */
  async function growth(work: () => Promise<void>): Promise<number> {
    for (let run = 0; run < RUNS; run += 1) await work();
    const before = inUse();
    let least = Infinity;
    for (let slice = 1; slice <= SLICES; slice += 1) {
      for (let run = 0; run < RUNS; run += 1) await work();
      least = Math.min(least, (inUse() - before) / (slice * RUNS));
    }
    return least;
  }

  test('is given back when contexts are closed', async () => {
    const grown = await growth(async () => {
      const { client, server } = await realm.pair();
      server.unseal(client.seal(Buffer.from('message')));
      client.verify(Buffer.from('message'), server.sign(Buffer.from('message')));
      realm.closeAll();
    });
    expect(grown).toBeLessThan(MOST_BYTES_FOR_A_RUN);
  }, 120_000);

  test('is given back when a token is refused, without being closed', async () => {
    const grown = await growth(async () => {
      const token = (await realm.initiate().token()) ?? Buffer.alloc(0);
      realm.closeAll();
      const server = realm.accept();
      await server.token(token.subarray(0, 300)).catch(() => undefined);
      expect(server.complete).toBe(false);
    });
    expect(grown).toBeLessThan(MOST_BYTES_FOR_A_RUN);
  }, 120_000);
});
