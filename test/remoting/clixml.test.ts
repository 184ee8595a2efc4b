import fc from 'fast-check';
import { SecureText } from '../../powershell/invocation';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { deserialize, deserializeDocument } from '../../remoting/clixml/deserialize';
import { serialize, type ClixmlInput } from '../../remoting/clixml/serialize';
import { decodeText, encodeText } from '../../remoting/clixml/text';
import type { HostValue } from '../../remoting/server/command-host';

const bounds = DEFAULT_BOUNDS;

function read(xml: string, more: Partial<typeof DEFAULT_BOUNDS> = {}): HostValue {
  return deserialize(xml, { bounds: { ...bounds, ...more } }).value;
}

function roundTrip(value: ClixmlInput): HostValue {
  return read(serialize(value));
}

/** Texts made of what is hard to carry: any UTF-16 code unit, and pieces that look like escapes or markup. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        '_x0041_',
        '_x',
        '_X005F_',
        '_',
        'x0041_',
        '_x12345678_',
        ']]>',
        '<a>',
        '&amp;',
        '\ufeff',
      ),
      fc.constantFrom("'", '"', '\u2018', '\u2019', '\u201b', '\u2013', '\u2015', '`', '$', '\u0000'),
      fc.constantFrom(
        '\r\n',
        '\u0085',
        '\u2028',
        '\u2029',
        '\ud83d\ude00',
        '\ud800',
        '\udc00',
        '\ufffe',
        '\uffff',
      ),
    ),
  )
  .map((parts) => parts.join(''));

const value: fc.Arbitrary<ClixmlInput> = fc.letrec<{ value: ClixmlInput }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    hostileText,
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59.999Z') }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(hostileText, tie('value'), { maxKeys: 4 }).map((entries) => ({ entries })),
    fc
      .record({
        typeNames: fc.array(hostileText, { maxLength: 2 }),
        text: hostileText,
        properties: fc.dictionary(hostileText, tie('value'), { maxKeys: 4 }),
      })
      .map((object): ClixmlInput => object),
  ),
})).value;

/** What an error must have, for `toThrow`. */
function refusal(facts: object): Error {
  return expect.objectContaining(facts) as Error;
}

describe('CLIXML', () => {
  test('carries any value there and back', () => {
    fc.assert(
      fc.property(value, (value) => {
        expect(roundTrip(value)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('carries any text there and back, as value and as name', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(roundTrip(text)).toBe(text);
        expect(roundTrip({ typeNames: [], properties: { [text]: 1 } })).toMatchObject({
          properties: { [text]: 1 },
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('reads U+FFFE and U+FFFF wherever PowerShell and others write them', () => {
    for (const [character, forms] of [
      ['\ufffe', ['&#xFFFE;', '&#xfffe;', '&#x0fFfE;', '&#65534;', '&#0065534;', '\ufffe']],
      ['\uffff', ['&#xFFFF;', '&#xffff;', '&#x00FFFF;', '&#65535;', '\uffff']],
    ] as const) {
      for (const form of forms) {
        expect(read(`<S>a${form}${form}b</S>`)).toBe(`a${character}${character}b`);
        // Beside what looks like an escape, they are not taken for a part of it.
        expect(read(`<S>_x0041${form}x0041_</S>`)).toBe(`_x0041${character}x0041_`);
        expect(read(`<Obj RefId="0"><MS><S N="${form}n">x</S></MS></Obj>`)).toMatchObject({
          properties: { [`${character}n`]: 'x' },
        });
        expect(
          read(`<Obj RefId="0"><TN RefId="0"><T>${form}</T></TN><ToString>${form}</ToString></Obj>`),
        ).toEqual({
          typeNames: [character],
          text: character,
          properties: {},
        });
      }
    }
  });

  test('leaves what stands in a CDATA section as it stands', () => {
    expect(read('<S>&#xFFFF;<![CDATA[&#xFFFF; \uffff <!-- \ufffe]]>\ufffe<!-- &#xFFFF; --></S>')).toBe(
      '\uffff&#xFFFF; \uffff <!-- \ufffe\ufffe',
    );
  });

  test('carries any text in the form in which PowerShell writes it', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const written = encodeText(text).replace(
          /_x(FFF[EF])_/g,
          (escape, digits: string, at: number, all: string) =>
            // Not where the escape is itself what was escaped: `_x005F_xFFFF_` is the text `_xFFFF_`.
            /_x005F$/.test(all.slice(0, at)) ? escape : `&#x${digits};`,
        );
        expect(read(`<S>${written}</S>`)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('is ASCII but for what XML carries unharmed', () => {
    expect(encodeText('a\u0000\r\n\u007f\u0085\ud83d\ude00\ufffe_x_X_y')).toBe(
      'a_x0000__x000D__x000A__x007F__x0085__xD83D__xDE00__xFFFE__x005F_x_x005F_X_y',
    );
  });

  test('decodes escapes once, from left to right, in either case', () => {
    expect(decodeText('_x005F_x000A_ _x0041__X0042_ _x004 _x00zz_')).toBe('_x000A_ AB _x004 _x00zz_');
    expect(decodeText('_x0001F600_')).toBe('\u{1f600}');
  });

  test('writes integers by their size', () => {
    expect(serialize(2 ** 31 - 1)).toBe('<I32>2147483647</I32>');
    expect(serialize(-(2 ** 31))).toBe('<I32>-2147483648</I32>');
    expect(serialize(2 ** 31)).toBe('<I64>2147483648</I64>');
    expect(serialize(2n ** 63n)).toBe('<U64>9223372036854775808</U64>');
    expect(serialize(1.5)).toBe('<Db>1.5</Db>');
  });

  test.each<[string, HostValue]>([
    ['<By>255</By>', 255],
    ['<SB>-1</SB>', -1],
    ['<U16>65535</U16>', 65535],
    ['<I64>9007199254740993</I64>', 9007199254740993n],
    ['<U64>18446744073709551615</U64>', 18446744073709551615n],
    ['<Db>-INF</Db>', -Infinity],
    ['<Sg>3.5E+10</Sg>', 3.5e10],
    ['<D>12.50</D>', '12.50'],
    ['<D>12.5</D>', 12.5],
    ['<C>97</C>', 'a'],
    ['<DT>2018-11-23T18:34:03.1234567-06:00</DT>', new Date('2018-11-24T00:34:03.123Z')],
    ['<DT>2018-11-23T18:34:03</DT>', new Date('2018-11-23T18:34:03Z')],
    ['<TS>P1DT2H</TS>', 'P1DT2H'],
    ['<G>00000000-0000-0000-0000-000000000001</G>', '00000000-0000-0000-0000-000000000001'],
    ['<URI>https://a/?b&amp;c</URI>', 'https://a/?b&c'],
    ['<Version>15.2.1</Version>', '15.2.1'],
    ['<XD>&lt;a/&gt;</XD>', '<a/>'],
    ['<SBK>Get-Date</SBK>', 'Get-Date'],
    ['<Nil />', null],
    ['<S></S>', ''],
    ['<S><![CDATA[<&]]></S>', '<&'],
    ['<BA></BA>', new Uint8Array()],
  ])('reads %s', (xml, expected) => {
    expect(read(xml)).toEqual(expected);
  });

  test.each(['LST', 'IE', 'STK', 'QUE'])('reads a list of kind %s', (kind) => {
    expect(read(`<Obj RefId="0"><${kind}><I32>1</I32><S>a</S></${kind}></Obj>`)).toEqual([1, 'a']);
  });

  test('reads an enum as name and number', () => {
    const xml =
      '<Obj RefId="0"><TN RefId="0"><T>Deserialized.Sample.Services</T><T>Deserialized.System.Enum</T></TN>' +
      '<ToString>IIS, SMTP</ToString><I32>24</I32></Obj>';
    expect(read(xml)).toEqual({
      typeNames: ['Deserialized.Sample.Services', 'Deserialized.System.Enum'],
      text: 'IIS, SMTP',
      number: 24,
      properties: {},
    });
  });

  test('writes the properties of a custom object as extended ones, whatever Select-Object calls it', () => {
    const custom = ['System.Management.Automation.PSCustomObject', 'System.Object'];
    const selected = ['Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo', ...custom];
    const written = (typeNames: readonly string[]) => serialize({ typeNames, properties: { Count: 1 } });
    expect(written(custom)).toContain('<MS><I32 N="Count">1</I32></MS>');
    expect(written(selected)).toContain('<MS><I32 N="Count">1</I32></MS>');
    expect(written(['System.Object'])).toContain('<Props><I32 N="Count">1</I32></Props>');
  });

  test('reads a text with notes as the text', () => {
    expect(read('<Obj RefId="0"><S>line</S><MS><S N="PSPath">x</S></MS></Obj>')).toBe('line');
  });

  test('follows references to objects and to type names', () => {
    const xml =
      '<Obj RefId="0"><LST><Obj RefId="1"><TN RefId="0"><T>A</T></TN><ToString>one</ToString></Obj>' +
      '<Ref RefId="1" /><Obj RefId="2"><TNRef RefId="0" /><ToString>two</ToString></Obj></LST></Obj>';
    const one = { typeNames: ['A'], text: 'one', properties: {} };
    expect(read(xml)).toEqual([one, one, { typeNames: ['A'], text: 'two', properties: {} }]);
  });

  test('cuts an object that holds itself', () => {
    const xml =
      '<Obj RefId="0"><TN RefId="0"><T>A</T></TN><ToString>me</ToString><MS><Ref N="Self" RefId="0" /></MS></Obj>';
    expect(read(xml)).toEqual({
      typeNames: ['A'],
      text: 'me',
      properties: { Self: { typeNames: ['A'], text: 'me', properties: {} } },
    });
  });

  test('leaves a secure string closed without a key, and never writes one without', () => {
    expect(read('<SS>AAAA</SS>')).toMatchObject({ typeNames: ['System.Security.SecureString'] });
    expect(() => serialize([new SecureText('secret', 'test')])).toThrow(refusal({ kind: 'usage' }));
  });

  test('reads the three forms in which Exchange answers', () => {
    const certificateOnly =
      '<Obj RefId="0"><TN RefId="0"><T>Sample.ExchangeCertificate</T></TN><ToString>[Subject]_x000D__x000A_</ToString>' +
      '<Props><BA N="RawData">AQID</BA></Props><MS><BA N="SerializationData">AAEA</BA></MS></Obj>';
    expect(read(certificateOnly)).toMatchObject({
      text: '[Subject]\r\n',
      properties: { RawData: new Uint8Array([1, 2, 3]), SerializationData: new Uint8Array([0, 1, 0]) },
    });
    const bag =
      '<Obj RefId="0"><TN RefId="0"><T>Deserialized.Sample.OwaVirtualDirectory</T></TN><ToString>owa</ToString><Props>' +
      '<Obj N="Identity" RefId="1"><TN RefId="1"><T>Deserialized.Sample.ObjectId</T></TN><ToString>S1\\owa</ToString></Obj>' +
      '<Obj N="Methods" RefId="2"><TN RefId="2"><T>Deserialized.Sample.MultiValued</T></TN><LST><S>Basic</S></LST></Obj>' +
      '<URI N="InternalUrl">https://s1/owa</URI><S N="Version">Version 15.1 (Build 2375.7)</S><Nil N="ExternalUrl" />' +
      '</Props></Obj>';
    expect(read(bag)).toMatchObject({
      typeNames: ['Deserialized.Sample.OwaVirtualDirectory'],
      properties: {
        Identity: { text: 'S1\\owa' },
        Methods: ['Basic'],
        InternalUrl: 'https://s1/owa',
        ExternalUrl: null,
      },
    });
    const live = '<Obj RefId="0"><MS><S N="Name">S1</S><B N="IsValid">true</B></MS></Obj>';
    expect(read(live)).toEqual({ typeNames: [], properties: { Name: 'S1', IsValid: true } });
  });

  test('reads a document of several objects, whose references count through', () => {
    const xml =
      '\ufeff<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\n  <S>a</S>\n' +
      '  <Obj RefId="0"><TN RefId="0"><T>A</T></TN></Obj>\n  <Obj RefId="1"><TNRef RefId="0" /></Obj>\n</Objs>';
    expect(deserializeDocument(xml, { bounds }).map((typed) => typed.value)).toEqual([
      'a',
      { typeNames: ['A'], properties: {} },
      { typeNames: ['A'], properties: {} },
    ]);
  });

  test('keeps a property named __proto__ to itself', () => {
    const { properties } = read('<Obj RefId="0"><MS><S N="__proto__">x</S></MS></Obj>') as {
      properties: Record<string, unknown>;
    };
    expect(Object.keys(properties)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
  });
});

describe('hostile CLIXML', () => {
  test.each([
    ['a document type', '<!DOCTYPE a><S>x</S>'],
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bb">]><S>&b;</S>'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><S>&b;</S>'],
    ['an undeclared entity', '<S>&nbsp;</S>'],
    ['an entity by the name of what every JavaScript object has', '<S>&constructor;</S>'],
    ['an entity of our own', '<S>&noncharacter-FFFF;</S>'],
    ['an entity of our own beside what it is for', '<S>&noncharacter-FFFF;\uffff</S>'],
    ['U+FFFF in a name', '<S\uffff>x</S\uffff>'],
    ['U+FFFF in a comment', '<S><!-- \uffff --></S>'],
    ['U+FFFF outside of the element', '\uffff<S>x</S>'],
    ['a section that does not end', '<S><![CDATA[\uffff</S>'],
    ['another character that XML has not', '<S>&#x1F;\uffff</S>'],
    ['a surrogate as a reference', '<S>&#xD800;\uffff</S>'],
    ['a processing instruction', '<S>a<?php ?></S>'],
    ['an element that is not closed', '<Obj RefId="0"><S>a</S>'],
    ['elements that cross', '<Obj RefId="0"><MS></Obj></MS>'],
    ['two roots', '<S>a</S><S>b</S>'],
    ['text alone', 'hello'],
    ['nothing', ''],
    ['a raw control character', '<S>\u0001</S>'],
    ['an unknown element', '<X>1</X>'],
    ['an element in a primitive', '<S>a<S>b</S></S>'],
    ['a reference to nothing', '<Obj RefId="0"><LST><Ref RefId="7" /></LST></Obj>'],
    ['a reference to what comes later', '<Obj RefId="0"><LST><Ref RefId="1" /><Obj RefId="1"/></LST></Obj>'],
    ['a reference without a number', '<Obj RefId="0"><LST><Ref /></LST></Obj>'],
    ['type names of nothing', '<Obj RefId="0"><TNRef RefId="3" /></Obj>'],
    ['one RefId twice', '<Obj RefId="0"><LST><Obj RefId="0" /></LST></Obj>'],
    ['a property without a name', '<Obj RefId="0"><MS><S>a</S></MS></Obj>'],
    ['a table entry without a key', '<Obj RefId="0"><DCT><En><S N="Value">a</S></En></DCT></Obj>'],
    ['an integer that is none', '<I32>one</I32>'],
    ['an endless integer', `<I32>${'9'.repeat(100_000)}</I32>`],
    ['a boolean that is none', '<B>yes</B>'],
    ['base64 that is none', '<BA>!!</BA>'],
    ['a date that is none', '<DT>yesterday</DT>'],
    ['two contents', '<Obj RefId="0"><S>a</S><S>b</S></Obj>'],
  ])('%s is refused', (_, xml) => {
    expect(() => read(xml)).toThrow(refusal({ name: 'RemotingError', kind: 'protocol' }));
  });

  test('deep nesting is refused', () => {
    const depth = 100_000;
    const xml = '<Obj><LST>'.repeat(depth) + '</LST></Obj>'.repeat(depth);
    expect(() => read(xml)).toThrow(refusal({ kind: 'too-large' }));
  });

  test('references that unfold without end are refused', () => {
    let xml = '<Obj RefId="0"><LST><S>ha</S></LST></Obj>';
    for (let level = 1; level < 40; level++) {
      xml += `<Obj RefId="${level}"><LST><Ref RefId="${level - 1}" /><Ref RefId="${level - 1}" /></LST></Obj>`;
    }
    expect(() => read(`<Obj RefId="99"><LST>${xml}</LST></Obj>`)).toThrow(refusal({ kind: 'too-large' }));
  });

  test('too many values are refused', () => {
    const xml = `<Obj RefId="0"><LST>${'<Nil />'.repeat(1001)}</LST></Obj>`;
    expect(() => read(xml, { maxValues: 1000 })).toThrow(refusal({ kind: 'too-large' }));
    expect(read(xml, { maxValues: 2000 })).toHaveLength(1001);
  });
});
