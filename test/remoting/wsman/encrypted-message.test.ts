import {
  encryptedContentType,
  isEncryptedType,
  readEncryptedMessage,
  writeEncryptedMessage,
} from '../../../remoting/transports/wsman/encrypted-message';

const SEALED = { header: Buffer.from('head'), data: Buffer.from('the sealed bytes') };

/** As MS-WSMV 2.2.9.1.1 has it, line by line. */
const WRITTEN =
  '--Encrypted Boundary\r\n' +
  '\tContent-Type: application/HTTP-Kerberos-session-encrypted\r\n' +
  '\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=16\r\n' +
  '--Encrypted Boundary\r\n' +
  '\tContent-Type: application/octet-stream\r\n' +
  '\x04\0\0\0headthe sealed bytes' +
  '--Encrypted Boundary--\r\n';

function read(text: string) {
  return readEncryptedMessage(Buffer.from(text, 'latin1'));
}

function caught(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const MESSAGE = {
  scheme: 'Kerberos',
  type: 'application/soap+xml;charset=UTF-8',
  plainBytes: 16,
  sealed: SEALED,
};

test('a message is written as MS-WSMV has it', () => {
  expect(writeEncryptedMessage('Kerberos', 16, SEALED).toString('latin1')).toBe(WRITTEN);
});

test.each([
  ['as MS-WSMV writes it', WRITTEN],
  ['as Windows writes it, without tabs', WRITTEN.replaceAll('\t', '')],
  ["with Exchange's space in the boundary", WRITTEN.replaceAll('--Encrypted', '-- Encrypted')],
  ['without a line break at its end', WRITTEN.slice(0, -2)],
])('a message is read %s', (_how, text) => {
  expect(read(text)).toEqual(MESSAGE);
});

test('a message of Negotiate says so', () => {
  expect(readEncryptedMessage(writeEncryptedMessage('Negotiate', 16, SEALED))).toMatchObject({
    scheme: 'Negotiate',
  });
  expect(encryptedContentType('Negotiate')).toBe(
    'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"',
  );
});

test('sealed bytes that look like a boundary are no end', () => {
  const data = Buffer.from(
    '--Encrypted Boundary--\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n',
  );
  const message = writeEncryptedMessage('Kerberos', data.length, { header: SEALED.header, data });
  expect(readEncryptedMessage(message).sealed.data).toEqual(data);
});

test.each([
  ['nothing', ''],
  ['no boundary', 'HTTP'],
  ['no end', WRITTEN.slice(0, WRITTEN.lastIndexOf('--Encrypted'))],
  ['an end that is cut', WRITTEN.slice(0, -4)],
  ['no second part', WRITTEN.slice(0, WRITTEN.indexOf('\x04'))],
  ['another way of sealing', WRITTEN.replace('Kerberos', 'CredSSP')],
  ['a header longer than the message', WRITTEN.replace('\x04\0\0\0', '\xff\xff\xff\xff')],
  ['no length of the header', WRITTEN.replace('\x04\0\0\0headthe sealed bytes', 'abc')],
  ['no length of the message', WRITTEN.replace(';Length=16', '')],
  ['lines without end', `--Encrypted Boundary\r\n\tContent-Type: ${'a'.repeat(10_000)}`],
])('a body with %s is refused', (_what, text) => {
  expect(caught(() => read(text))).toMatchObject({ kind: 'protocol' });
});

test.each([
  ['multipart/encrypted;protocol="x"', true],
  ['Multipart/Encrypted; boundary="x"', true],
  ['multipart/encrypted', true],
  ['multipart/encryptedx', false],
  ['application/soap+xml;charset=UTF-8', false],
  ['', false],
])('%j is the type of a sealed body: %s', (type, expected) => {
  expect(isEncryptedType(type)).toBe(expected);
});
