import * as packet from 'dns-packet';

/**
 * dns-packet's codecs for a name and for the data of a record. The library exports them, but its published types do not
 * declare them.
 */
interface NameCodec {
  encode(name: string): Buffer;
}

interface DataCodec {
  /** Two bytes of length, then the data. */
  encode(data: unknown): Buffer;
  /** @param offset of the two bytes of length, in the whole message: names in the data may point back into it */
  decode(message: Buffer, offset: number): unknown;
}

const codecs = packet as unknown as {
  readonly name: NameCodec;
  readonly record: (type: string) => DataCodec;
};

export const nameCodec = codecs.name;
export const dataCodec = (type: string): DataCodec => codecs.record(type);
