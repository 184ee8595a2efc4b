import fc from 'fast-check';
import {
  AckQueue,
  dataPacket,
  formatPacket,
  LineReader,
  parsePacket,
  type RequestPacket,
} from '../../remoting/out-of-process';

const ID = '01234567-89ab-cdef-0123-456789abcdef';

describe('a line of the protocol', () => {
  test('is written and read back', () => {
    const packet = dataPacket(ID, Buffer.from([0, 1, 255]));
    expect(formatPacket(packet)).toBe(`<Data Stream='Default' PSGuid='${ID}'>AAH/</Data>\n`);
    expect(parsePacket(formatPacket(packet))).toEqual(packet);
    expect(parsePacket(`<CommandAck PSGuid='${ID}' />\r`)).toEqual({ kind: 'CommandAck', target: ID });
  });

  test('is read in the other ways in which XML may write it', () => {
    const packet = { kind: 'Data', target: ID, stream: 'PromptResponse', data: Buffer.from([0]) };
    expect(parsePacket(`<Data PSGuid="${ID.toUpperCase()}" Stream="PromptResponse">AA==</Data>`)).toEqual(
      packet,
    );
    expect(parsePacket(`<DataAck PSGuid='${ID}'></DataAck>`)).toEqual({ kind: 'DataAck', target: ID });
  });

  test.each([
    '',
    'text',
    '<Data>AA==</Data>',
    `<Data PSGuid='${ID}'>AA==</Date>`,
    `<Data PSGuid='${ID}'>A?==</Data>`,
    `<Data PSGuid='${ID}'><a/></Data>`,
    `<Data PSGuid='not-a-guid'>AA==</Data>`,
    `<Unknown PSGuid='${ID}' />`,
    `<DataAck PSGuid='${ID}' /> <DataAck PSGuid='${ID}' />`,
    `<!DOCTYPE a><DataAck PSGuid='${ID}' />`,
  ])('%j is refused', (line) => {
    expect(() => parsePacket(line)).toThrow(expect.objectContaining({ kind: 'protocol' }) as Error);
  });

  test.each([
    ' '.repeat(1_000_000),
    `<Data ${' '.repeat(1_000_000)}`,
    `<Data PSGuid='${'a'.repeat(1_000_000)}`,
  ])('a long one that means nothing is refused with little work', (line) => {
    // Time of the processor, which does not depend on what else the machine does.
    const before = process.cpuUsage();
    expect(() => parsePacket(line)).toThrow(expect.objectContaining({ kind: 'protocol' }) as Error);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  test('is found wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z<>/]{1,20}$/)),
        fc.integer({ min: 1, max: 9 }),
        (lines, size) => {
          const reader = new LineReader({ maxLineBytes: 100 });
          const wire = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const found: string[] = [];
          for (let at = 0; at < wire.length; at += size)
            found.push(...reader.push(wire.subarray(at, at + size)));
          expect(found).toEqual(lines);
        },
      ),
    );
  });
});

describe('what waits for acknowledgements', () => {
  const request = (kind: 'Command' | 'Data' | 'Close', target = ID): { readonly packet: RequestPacket } => ({
    packet: kind === 'Data' ? dataPacket(target, Buffer.alloc(1)) : { kind, target },
  });

  test('is sent one at a time for a pipeline, in order', () => {
    const queue = new AckQueue();
    const [command, first, second] = [request('Command'), request('Data'), request('Data')];
    expect(queue.push(command)).toBe(command);
    expect(queue.push(first)).toBeUndefined();
    expect(queue.push(second)).toBeUndefined();
    expect(queue.acknowledge('CommandAck', ID)).toBe(first);
    expect(queue.acknowledge('DataAck', ID)).toBe(second);
    expect(queue.acknowledge('DataAck', ID)).toBeUndefined();
  });

  test('does not wait for another pipeline', () => {
    const queue = new AckQueue();
    const other = request('Data', ID.replace('0', 'f'));
    queue.push(request('Data'));
    expect(queue.push(other)).toBe(other);
  });

  test('is dropped where it was not sent', () => {
    const queue = new AckQueue();
    let dropped = 0;
    queue.push({ ...request('Data'), onDrop: () => dropped++ });
    queue.push({ ...request('Data'), onDrop: () => dropped++ });
    queue.drop(ID);
    expect(dropped).toBe(1);
    const close = request('Close');
    queue.push(close);
    expect(queue.acknowledge('DataAck', ID)).toBe(close);
  });

  test('refuses an acknowledgement of something else', () => {
    const queue = new AckQueue();
    queue.push(request('Data'));
    expect(() => queue.acknowledge('CommandAck', ID)).toThrow(
      expect.objectContaining({ kind: 'protocol' }) as Error,
    );
  });
});
