import { randomBytes } from 'node:crypto';
import type { SecurityContext } from '../../kerberos';
import { missingKdc } from '../remoting/peers/kdc';
import { missingPypsrp } from '../remoting/peers/python';
import { describeNeeding } from '../requirement';
import { Peer } from './peer';
import { setNativeEnvironment } from './native-environment';
import { Realm } from './realm';

const SIZES = [0, 1, 15, 16, 1_000, 500_000, 5_000_000];
const BINDINGS = Buffer.from('tls-server-end-point:0123456789abcdef');

for (const library of ['pyspnego', 'gssapi'] as const) {
  const title = `with ${library} at the other end`;
  describeNeeding(missingKdc() ?? missingPypsrp(), title, () => describePeer(library));
}

function describePeer(library: 'pyspnego' | 'gssapi'): void {
  const realm = new Realm();
  let environment: { readonly [name: string]: string };
  let peer: Peer;

  beforeAll(async () => {
    await realm.start();
    const cache = realm.signIn();
    environment = { ...realm.kdc.environment, KRB5CCNAME: cache, KRB5_KTNAME: realm.kdc.keytab };
    peer = new Peer(library, environment);
  });
  beforeEach(() => setNativeEnvironment(environment));
  afterEach(() => realm.closeAll());
  afterAll(async () => {
    await peer.stop();
    await realm.stop();
  });

  async function ours(
    usage: 'initiate' | 'accept',
    mechanism: 'kerberos' | 'spnego',
    bindings?: Uint8Array,
  ): Promise<SecurityContext> {
    const protocol = mechanism === 'spnego' ? 'negotiate' : 'kerberos';
    const theirs = usage === 'initiate' ? 'accept' : 'initiate';
    await peer.begin(theirs, protocol, bindings);
    const options = { mechanism, ...(bindings === undefined ? {} : { bindings }) };
    const context = usage === 'initiate' ? realm.initiate(options) : realm.accept(options);
    let token = usage === 'initiate' ? await context.token() : undefined;
    if (usage === 'accept') [token] = await peer.ask('step', undefined);
    for (let round = 0; token !== undefined && round < 4; round += 1) {
      const atPeer: boolean = (round % 2 === 0) === (usage === 'initiate');
      token = atPeer ? (await peer.ask('step', token))[0] : await context.token(token);
    }
    expect(context.complete).toBe(true);
    return context;
  }

  describe.each(['kerberos', 'spnego'] as const)('%s', (mechanism) => {
    test.each(['initiate', 'accept'] as const)(
      'we %s; messages go both ways',
      async (usage) => {
        const context = await ours(usage, mechanism);
        for (const bytes of SIZES) {
          const message = randomBytes(bytes);
          const { header, data } = context.seal(message);
          const [arrived] = await peer.ask('unseal', header, data);
          expect(arrived?.equals(message)).toBe(true);
          const [head, rest] = await peer.ask('seal', message);
          // As MIT's library gives it, a token is one piece; where it is cut does not matter.
          const cut = library === 'gssapi' ? (head?.length ?? 0) - bytes : (head?.length ?? 0);
          const whole = Buffer.concat([head ?? Buffer.alloc(0), rest ?? Buffer.alloc(0)]);
          const answer = context.unseal({ header: whole.subarray(0, cut), data: whole.subarray(cut) });
          expect(answer.equals(message)).toBe(true);
        }
        const message = randomBytes(100);
        await peer.ask('verify', message, context.sign(message));
        const [signature] = await peer.ask('sign', message);
        context.verify(message, signature ?? Buffer.alloc(0));
      },
      120_000,
    );

    test.each(['initiate', 'accept'] as const)('we %s; bindings that fit', async (usage) => {
      const context = await ours(usage, mechanism, BINDINGS);
      expect(context.bound).toBe(true);
    });

    test('a repeated, an altered and a reflected message are refused there', async () => {
      for (const harm of ['repeated', 'altered', 'reflected']) {
        const context = await ours('initiate', mechanism);
        const { header, data } = context.seal(Buffer.from('once'));
        if (harm === 'repeated') await peer.ask('unseal', header, data);
        if (harm === 'altered') data[0] = (data[0] ?? 0) ^ 1;
        if (harm === 'reflected') {
          expect(() => context.unseal({ header, data })).toThrow(
            'altered, repeated or lost on its way, or came unencrypted',
          );
        } else {
          await expect(peer.ask('unseal', header, data)).rejects.toThrow(/./);
        }
      }
    });
  });
}
