import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import { DnsClient } from '../../dns/client';
import { OPCODES, RCODES, TSIG_ERRORS, TYPES } from '../../dns/codes';
import { KeyRefused } from '../../dns/dns-error';
import { frame, Unframer } from '../../dns/framing';
import { decodeMessage, encodeMessage, type Message, wireRecord } from '../../dns/message';
import { appendError, readSignature, sign, timeBytes, tsigKey } from '../../dns/tsig';
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
    respond: (request: Message, count: number, bytes: Buffer, peer: AddressInfo) => Buffer[],
  ): Promise<{
    asked: () => number;
    client: (retries: number, signed?: boolean, timeoutMs?: number) => DnsClient;
    close: () => Promise<void>;
  }> => {
    const socket = createSocket('udp4');
    let count = 0;
    socket.on('message', (bytes, peer) => {
      count += 1;
      for (const response of respond(decodeMessage(bytes).message, count, bytes, peer)) {
        socket.send(response, peer.port, peer.address);
      }
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return {
      asked: () => count,
      client: (retries, signed = true, timeoutMs = 100) =>
        new DnsClient({
          server: '127.0.0.1',
          port: socket.address().port,
          transport: 'udp',
          timeoutMs,
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

  /** The signature that a request came with. */
  const signatureOf = (bytes: Buffer) => {
    const { signature } = decodeMessage(bytes);
    if (signature === undefined) throw new Error('the request is not signed');
    return readSignature(bytes, signature);
  };
  const ours = tsigKey(key.name, key.algorithm, key.secret);
  const signedReply = (bytes: Buffer, request: Message, rest: Partial<Message> = {}, error = {}): Buffer =>
    sign(reply(request, rest), ours, { requestMac: signatureOf(bytes).mac, ...error }).bytes;
  const unsignedRefusal = (bytes: Buffer, request: Message, error: keyof typeof TSIG_ERRORS): Buffer =>
    appendError(reply(request, { rcode: RCODES.NOTAUTH }), signatureOf(bytes), TSIG_ERRORS[error]);
  const record = wireRecord({ name: ZONE, ttl: 1, data: { type: 'A', address: '192.0.2.1' } });

  test('is not the only one to answer is believed where it signs', async () => {
    const other = tsigKey(key.name, key.algorithm, newKey().secret);
    const peer = await answering((request, _, bytes) => [
      reply(request, { rcode: RCODES.REFUSED }),
      sign(reply(request), other, { requestMac: signatureOf(bytes).mac }).bytes,
      unsignedRefusal(bytes, request, 'BADKEY'),
      unsignedRefusal(bytes, request, 'BADSIG'),
      Buffer.concat([reply(request), Buffer.from([1])]),
      signedReply(bytes, request, { answers: [record] }),
    ]);
    expect((await peer.client(0).query(ZONE, 'A')).answers).toEqual([record]);
    await peer.close();
  });

  test.each(['BADKEY', 'BADSIG'] as const)(
    'refuses the key with %s, which it cannot sign, is believed after the wait, once',
    async (reason) => {
      const peer = await answering((request, _, bytes) => [
        unsignedRefusal(bytes, request, reason),
        reply(request),
      ]);
      await expect(peer.client(3).query(ZONE, 'SOA')).rejects.toThrow(new KeyRefused(reason));
      expect(peer.asked()).toBe(1);
      await peer.close();
    },
  );

  test('signs that the clocks differ is believed at once', async () => {
    const peer = await answering((request, _, bytes) => [
      signedReply(
        bytes,
        request,
        { rcode: RCODES.NOTAUTH },
        { error: TSIG_ERRORS.BADTIME, other: timeBytes(0) },
      ),
    ]);
    await expect(peer.client(0, true, 60_000).query(ZONE, 'SOA')).rejects.toThrow(new KeyRefused('BADTIME'));
    await peer.close();
  });

  test('says that the clocks differ without a signature is not believed', async () => {
    const peer = await answering((request, _, bytes) => [
      appendError(reply(request), signatureOf(bytes), TSIG_ERRORS.BADTIME),
      signedReply(bytes, request, { answers: [record] }),
    ]);
    expect((await peer.client(0).query(ZONE, 'A')).answers).toEqual([record]);
    await peer.close();
  });

  test('is at another port is passed over', async () => {
    const stranger = createSocket('udp4');
    const peer = await answering((request, _, __, { port, address }) => {
      stranger.send(reply(request, { rcode: RCODES.REFUSED }), port, address);
      return [];
    });
    await expect(peer.client(0, false).query(ZONE, 'SOA')).rejects.toThrow('within 100 ms');
    stranger.close();
    await peer.close();
  });

  test('leaves the zone of an update out is taken, as RFC 2136 has it', async () => {
    const peer = await answering((request) => [reply(request, { questions: [] })]);
    expect((await peer.client(0, false).update(ZONE, [])).rcode).toBe(RCODES.NOERROR);
    await peer.close();
  });

  test('leaves the question of a query out is waited for, unless it could not read it', async () => {
    const peer = await answering((request) => [
      reply(request, { questions: [] }),
      reply(request, { questions: [], rcode: RCODES.FORMERR }),
    ]);
    expect((await peer.client(0, false).query(ZONE, 'SOA')).rcode).toBe(RCODES.FORMERR);
    await peer.close();
  });

  describe('over TCP', () => {
    const overTcp = async (
      respond: (bytes: Buffer, connection: Socket) => void,
    ): Promise<{ readonly client: DnsClient; close: () => void }> => {
      const server = createServer((connection) => {
        const unframer = new Unframer();
        connection.on('error', () => undefined);
        connection.on('data', (chunk) => {
          for (const bytes of unframer.push(chunk)) respond(bytes, connection);
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const options = { server: '127.0.0.1', port, timeoutMs: 60_000, retries: 0 };
      return {
        client: new DnsClient({ ...options, transport: 'tcp', key: ours }),
        close: () => server.close(),
      };
    };

    test('signs at last is believed then', async () => {
      const { client, close } = await overTcp((bytes, connection) => {
        const { message } = decodeMessage(bytes);
        connection.write(frame(reply(message)));
        connection.end(frame(signedReply(bytes, message, { answers: [record] })));
      });
      expect((await client.query(ZONE, 'A')).answers).toEqual([record]);
      close();
    });

    test('refuses the key and hangs up is believed at once', async () => {
      const { client, close } = await overTcp((bytes, connection) => {
        connection.end(frame(unsignedRefusal(bytes, decodeMessage(bytes).message, 'BADKEY')));
      });
      await expect(client.query(ZONE, 'A')).rejects.toThrow(new KeyRefused('BADKEY'));
      close();
    });
  });

  test('sends other ids, other questions and requests first is waited for', async () => {
    const peer = await answering((request) => [
      reply(request, { id: request.id ^ 1 }),
      reply(request, { questions: [{ name: 'fabrikam.com.', type: TYPES.SOA, class: 1 }] }),
      reply(request, { questions: [{ name: ZONE, type: TYPES.A, class: 1 }] }),
      reply(request, { questions: [{ name: ZONE, type: TYPES.SOA, class: 3 }] }),
      reply(request, { questions: [...request.questions, ...request.questions] }),
      reply(request, { opcode: OPCODES.UPDATE }),
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
