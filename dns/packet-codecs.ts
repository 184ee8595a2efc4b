import * as packet from 'dns-packet';

/**
 * The codecs of dns-packet for one name and for the data of one record. The library exports them, its
 * published types do not name them.
 */
interface NameCodec {
  encode(name: string): Buffer;
}

interface DataCodec {
  /** Two bytes of length, then the data. */
  encode(data: unknown): Buffer;
  /** @param offset of the two bytes of length, in the whole message (names in the data may point back) */
  decode(message: Buffer, offset: number): unknown;
}

const codecs = packet as unknown as {
  readonly name: NameCodec;
  readonly record: (type: string) => DataCodec;
};

export const nameCodec = codecs.name;
export const dataCodec = (type: string): DataCodec => codecs.record(type);
