/** Messages over TCP, RFC 1035 section 4.2.2: the length of a message stands before it in two bytes. */

export function frame(message: Buffer): Buffer {
  if (message.length > 0xffff) throw new RangeError('the message is longer than TCP can carry');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Takes bytes as they come, and gives complete messages. Keeps what belongs to a message that is not complete. */
export class Unframer {
  private pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.pending = Buffer.concat([this.pending, chunk]);
    const messages: Buffer[] = [];
    while (this.pending.length >= 2) {
      const end = 2 + this.pending.readUInt16BE(0);
      if (this.pending.length < end) break;
      messages.push(this.pending.subarray(2, end));
      this.pending = this.pending.subarray(end);
    }
    return messages;
  }
}
