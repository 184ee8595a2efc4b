import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { DnsClient } from '../../dns/client';
import { TYPES } from '../../dns/codes';
import { decodeMessage, encodeMessage, type Message, wireRecord } from '../../dns/message';
import { sign, tsigKey } from '../../dns/tsig';
import { startProxy } from './proxy';
import { clientOf, newKey } from './rig';
import { describeEachServer } from './servers';

const ZONE = 'contoso.com.';
const key = newKey();

describeEachServer('the client', (start) => {
  test.each([
    [60, ['udp', 'udp', 'tcp']],
    [10, ['udp']],
  ])('gets %s addresses by %s', async (count, protocols) => {
    const records = Array.from({ length: count }, (_, index) => ({
      name: `mail.${ZONE}`,
      ttl: 300,
      data: { type: 'A' as const, address: `192.0.2.${index + 1}` },
    }));
    const rig = await start({ zones: [{ name: ZONE, records }], keys: [key] });
    const proxy = await startProxy(rig);
    try {
      const { answers } = await clientOf(proxy, key).query(`mail.${ZONE}`, 'A');
      expect(answers).toHaveLength(count);
      const seen = proxy.take().map(([request]) => request);
      // BIND takes a larger size over UDP than the lab's server, so that it may need no TCP.
      expect(seen).toEqual(protocols.slice(0, seen.length).map((protocol) => `> ${protocol} signed QUERY`));
    } finally {
      await proxy.close();
      await rig.stop();
    }
  });
});

describe('the client, answered by a peer that', () => {
  const answering = async (
    respond: (request: Message, count: number) => Buffer[],
  ): Promise<{
    asked: () => number;
    client: (retries: number, signed?: boolean) => DnsClient;
    close: () => Promise<void>;
  }> => {
    const socket = createSocket('udp4');
    let count = 0;
    socket.on('message', (bytes, peer) => {
      count += 1;
      for (const response of respond(decodeMessage(bytes).message, count)) {
        socket.send(response, peer.port, peer.address);
      }
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return {
      asked: () => count,
      client: (retries, signed = true) =>
        new DnsClient({
          server: '127.0.0.1',
          port: socket.address().port,
          transport: 'udp',
          timeoutMs: 100,
          retries,
          ...(signed ? { key: tsigKey(key.name, key.algorithm, key.secret) } : {}),
        }),
      close: () => new Promise((resolve) => socket.close(resolve)),
    };
  };
  const reply = (request: Message, rest: Partial<Message> = {}): Buffer =>
    encodeMessage({ ...request, flags: { response: true }, ...rest });

  test('says nothing is asked again as often as declared', async () => {
    const peer = await answering(() => []);
    await expect(peer.client(2).query(ZONE, 'SOA')).rejects.toThrow('within 100 ms');
    expect(peer.asked()).toBe(3);
    await peer.close();
  });

  test('failed is asked again', async () => {
    const peer = await answering((request, count) => [reply(request, { rcode: count === 1 ? 2 : 0 })]);
    expect((await peer.client(1, false).query(ZONE, 'SOA')).rcode).toBe(0);
    expect(peer.asked()).toBe(2);
    await peer.close();
  });

  test('does not sign is not believed', async () => {
    const peer = await answering((request) => [reply(request)]);
    await expect(peer.client(0).query(ZONE, 'SOA')).rejects.toThrow('not signed');
    await peer.close();
  });

  test('signs with another secret is not believed', async () => {
    const other = tsigKey(key.name, key.algorithm, newKey().secret);
    const peer = await answering((request) => [
      sign(reply(request), other, { requestMac: Buffer.alloc(32) }).bytes,
    ]);
    await expect(peer.client(0).query(ZONE, 'SOA')).rejects.toThrow('BADSIG');
    await peer.close();
  });

  test('sends other ids, other questions and requests first is waited for', async () => {
    const record = wireRecord({ name: ZONE, ttl: 1, data: { type: 'A', address: '192.0.2.1' } });
    const peer = await answering((request) => [
      reply(request, { id: request.id ^ 1 }),
      reply(request, { questions: [{ name: 'fabrikam.com.', type: TYPES.SOA, class: 1 }] }),
      encodeMessage(request),
      reply(request, { answers: [record] }),
    ]);
    expect((await peer.client(0, false).query(ZONE, 'SOA')).answers).toEqual([record]);
    await peer.close();
  });

  test('sends what is no message is reported', async () => {
    const peer = await answering((request) => [Buffer.concat([reply(request), Buffer.from([1])])]);
    await expect(peer.client(0).query(ZONE, 'SOA')).rejects.toThrow('cannot be read');
    await peer.close();
  });

  test('is not there is reported at once', async () => {
    const peer = await answering(() => []);
    const client = peer.client(5);
    await peer.close();
    await expect(client.query(ZONE, 'SOA')).rejects.toThrow('ECONNREFUSED');
  });

  test('has no name is reported', async () => {
    const options = {
      server: 'nobody.invalid',
      port: 53,
      transport: 'udp',
      timeoutMs: 100,
      retries: 0,
    } as const;
    await expect(new DnsClient(options).query(ZONE, 'SOA')).rejects.toThrow(
      "the server 'nobody.invalid' was not found",
    );
  });
});
