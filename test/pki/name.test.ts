import { readName } from '../../pki/name';

describe('a distinguished name, as Windows writes it', () => {
  test.each([
    ['has the most specific part first', 'C=DE\nO=Contoso\nCN=mail', 'CN=mail, O=Contoso, C=DE', 'mail'],
    ['has the common name wherever it stands', 'CN=mail\nO=Contoso', 'O=Contoso, CN=mail', 'mail'],
    ['has the last of several common names', 'CN=Users\nCN=Jo', 'CN=Jo, CN=Users', 'Jo'],
    ['has quotes around a comma', 'O=Contoso\\, Ltd', 'O="Contoso, Ltd"', undefined],
    ['doubles quotes', 'O=\\"Contoso\\"', 'O="""Contoso"""', undefined],
    ['has quotes around a space at its end', 'O=Contoso\\ ', 'O="Contoso "', undefined],
    ['has quotes around a space at its beginning', 'O=\\ Contoso', 'O=" Contoso"', undefined],
    ['keeps an equals sign', 'CN=a=b', 'CN="a=b"', 'a=b'],
    ['reads escaped bytes as UTF-8', 'CN=caf\\C3\\a9!', 'CN=café!', 'café!'],
    ['keeps a line break in its value', 'CN=two\\0Alines', 'CN="two\nlines"', 'two\nlines'],
    ['keeps one digit behind a backslash', 'CN=a\\1', 'CN=a1', 'a1'],
    ['keeps what is no pair of digits', 'CN=a\\Ag', 'CN=aAg', 'aAg'],
    ['keeps a backslash at the end', 'CN=a\\', 'CN=a\\', 'a\\'],
    ['keeps an escaped backslash', 'CN=a\\\\41', 'CN=a\\41', 'a\\41'],
    [
      'has its own names of attributes',
      'ST=Bayern\nstreet=Weg\ntitle=Dr\nGN=Jo\nserialNumber=7\nemailAddress=a@b',
      'E=a@b, SERIALNUMBER=7, G=Jo, T=Dr, STREET=Weg, S=Bayern',
      undefined,
    ],
    ['is empty where there is none', '', '', undefined],
  ])('%s', (_what, lines, text, commonName) => {
    const name = readName(lines);
    expect(name).toEqual(commonName === undefined ? { text } : { text, commonName });
    expect('commonName' in name).toBe(commonName !== undefined);
  });
});
