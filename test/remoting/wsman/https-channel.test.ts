import { readTrust } from '../../../remoting/transports/wsman/tls';
import { HttpsChannel } from '../../../remoting/transports/wsman/https-channel';
import type { Authenticator } from '../../../remoting/transports/wsman/authentication';
import { PASSWORD, removeCertificate, startLab, USER, type Lab } from './lab';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

/** Proves itself once for each connection, until it is told that the server does not remember. */
class OncePerConnection implements Authenticator {
  each = false;
  proofs = 0;

  authorize(connection: 'new' | 'used'): Promise<string | undefined> {
    if (connection === 'used' && !this.each) return Promise.resolve(undefined);
    this.proofs += 1;
    return Promise.resolve(`Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`);
  }

  refused(connection: 'new' | 'used'): boolean {
    if (connection === 'new' || this.each) return false;
    this.each = true;
    return true;
  }
}

test('a server that forgets who a connection is for is proved to with every request from then on', async () => {
  const authenticator = new OncePerConnection();
  const channel = new HttpsChannel({
    url: new URL(lab.url),
    tls: readTrust({ caFile: lab.caFile }),
    authenticator,
    maxAnswerBytes: 100_000,
  });
  let sent = 0;
  const post = async (): Promise<number> => {
    const { signal } = new AbortController();
    const times = { timeoutMs: 5_000, bound: 'timeoutMs' };
    const { status } = await channel.post('<a/>', { ...times, signal, onSend: () => (sent += 1) });
    return status;
  };
  // The lab forgets users of Basic, and has a fault for what is no envelope.
  expect([await post(), await post(), await post()]).toEqual([500, 500, 500]);
  expect(authenticator.proofs).toBe(3);
  expect(sent).toBe(4);
  expect(new Set(lab.traffic.map(({ connection }) => connection)).size).toBe(1);
  channel.destroy();
});
