import { foreignFunctions } from '../../kerberos/foreign';
import { layoutsOf } from '../../kerberos/gssapi/library';
import { sspiLayouts } from '../../kerberos/sspi/library';

/**
 * Sizes and places that a C compiler gives the structures on machines of 64 bits, counted by hand from the headers. No
 * call to Windows or macOS is made here: that these files work there is not tried by this.
 */
const koffi = foreignFunctions();

function places(type: ReturnType<typeof koffi.struct>): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(type.members ?? {}).map(([name, { offset }]): [string, number] => [name, offset]),
  );
}

describe('structures of 64 bits', () => {
  test.each([
    ['buffer', false, 16, { length: 0, value: 8 }],
    ['oid', false, 16, { length: 0, elements: 8 }],
    ['oids', false, 16, { count: 0, elements: 8 }],
    ['storeElement', false, 16, { key: 0, value: 8 }],
    ['store', false, 16, { count: 0, elements: 8 }],
    ['buffer', true, 16, { length: 0, value: 8 }],
    // #pragma pack(2) in gssapi.h of MIT and of Apple, on Intel.
    ['oid', true, 12, { length: 0, elements: 4 }],
    ['oids', true, 16, { count: 0, elements: 8 }],
  ] as const)('GSS-API: %s, packed %s', (name, packed, size, members) => {
    const type = layoutsOf(koffi, packed)[name];
    expect(koffi.sizeof(type)).toBe(size);
    expect(places(type)).toEqual(members);
  });

  test.each([
    [false, 64, [0, 8, 24, 32, 48]],
    [true, 56, [0, 4, 20, 24, 40]],
  ])('GSS-API: bindings, packed %s', (packed, size, offsets) => {
    const { bindings } = layoutsOf(koffi, packed);
    expect(Object.values(places(bindings))).toEqual(offsets);
    expect(koffi.sizeof(bindings)).toBe(size);
  });

  test.each([
    ['handle', 16, { lower: 0, upper: 8 }],
    ['buffer', 16, { bytes: 0, type: 4, address: 8 }],
    ['buffers', 16, { version: 0, count: 4, list: 8 }],
    [
      'identity',
      48,
      { user: 0, userLength: 8, domain: 16, domainLength: 24, password: 32, passwordLength: 40, flags: 44 },
    ],
    ['sizes', 16, { token: 0, signature: 4, block: 8, trailer: 12 }],
    ['names', 16, { client: 0, server: 8 }],
  ] as const)('SSPI: %s', (name, size, members) => {
    const type = sspiLayouts(koffi)[name];
    expect(koffi.sizeof(type)).toBe(size);
    expect(places(type)).toEqual(members);
  });

  test('SSPI: channel bindings', () => {
    const { bindings } = sspiLayouts(koffi);
    expect(koffi.sizeof(bindings)).toBe(32);
    expect(places(bindings)).toMatchObject({ applicationBytes: 24, applicationOffset: 28 });
  });
});
