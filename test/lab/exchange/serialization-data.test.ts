import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  EXCHANGE_LAYOUT,
  serializationData,
  type SerializedCertificate,
  type SerializedLayout,
} from '../../../lab/exchange/objects/serialization-data';
import { isNrbfObject, readNrbf, type NrbfObject, type NrbfValue } from '../../../nrbf';
import type { PowerShellObject } from '../../../powershell/outcome';
import { DEFAULT_BOUNDS } from '../../../remoting/bounds';
import { deserializeDocument } from '../../../remoting/clixml/deserialize';
import { describeWhere } from '../../requirement';
import { missingReference } from '../../remoting/peers/reference';

/** The content of a stream, read back: what is left is only how it is laid out. */
function contentOf(stream: Uint8Array): SerializedCertificate {
  const reading = readNrbf(stream);
  if (reading.kind !== 'read') throw new Error(reading.problem);
  const { members } = reading.root;
  const number = (value: NrbfValue | undefined) =>
    isNrbfObject(value) ? (value.members.get('value__') as number) : NaN;
  const list = (members.get('IISServices') as NrbfObject).members;
  return {
    certData: members.get('CertData') as Uint8Array,
    status: number(members.get('Status')),
    rootCaType: number(members.get('RootCAType')),
    services: number(members.get('Services')),
    sites: (list.get('_items') as readonly NrbfValue[])
      .filter(isNrbfObject)
      .map((site) => site.members.get('serviceName') as string),
    exportable: members.get('PrivateKeyExportable') as boolean,
    identity: members.get('Identity') as string,
  };
}

/** The stand-ins of Exchange's classes that .NET serialized for the fixtures. */
const STAND_INS: SerializedLayout = {
  library: 'Microsoft.Exchange.Management, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null',
  listVersion: (sites) => sites,
};

test.each(['none', 'all', 'federation', 'back-end-only'])(
  "the lab writes %s as .NET's own formatter does, byte for byte",
  (name) => {
    const stream = readFileSync(join(__dirname, '../../fixtures/serialization-data', `${name}.bin`));
    expect(Buffer.from(serializationData(contentOf(stream), STAND_INS))).toEqual(stream);
  },
);

const captured = resolve(__dirname, '../../../../shared/reference/captured');
describeWhere(missingReference(captured), 'beside real servers', () => {
  test.each(['GetExchangeCertificate', 'GetExchangeCertificate-several'])(
    'the lab writes what Exchange 2016 servers sent in %s, byte for byte',
    (name) => {
      const text = readFileSync(join(captured, `${name}.xml`), 'utf8');
      const objects = deserializeDocument(text, { bounds: DEFAULT_BOUNDS }).map(
        ({ value }) => value as PowerShellObject,
      );
      expect(objects.length).toBeGreaterThan(2);
      for (const { properties } of objects) {
        const stream = properties['SerializationData'] as Uint8Array;
        expect(Buffer.from(serializationData(contentOf(stream), EXCHANGE_LAYOUT))).toEqual(
          Buffer.from(stream),
        );
      }
    },
  );
});
