import { urlDifferences } from '../../exchange/resources';
import { readAutodiscover } from '../../provider/autodiscover-answer';

const SETTINGS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const mail = (path: string) => `https://mail.contoso.com${path}`;

const answer = (content: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response xmlns="${SETTINGS}">${content}</Response></Autodiscover>`;

/** In the form of Microsoft's example. */
const WHOLE = answer(`
  <User><DisplayName>First Last</DisplayName></User>
  <Account><AccountType>email</AccountType><Action>settings</Action>
    <Protocol><Type>EXCH</Type><Server>EX01.contoso.local</Server>
      <ASUrl>${mail('/ews/exchange.asmx')}</ASUrl><OOFUrl>${mail('/EWS/Exchange.asmx')}</OOFUrl>
      <OABUrl>${mail('/OAB/d29844a9-724e-468c-8820-0f7b345b767b/')}</OABUrl></Protocol>
    <Protocol><Type>EXPR</Type><Server>mail.contoso.com</Server><SSL>On</SSL>
      <ASUrl>${mail('/EWS/Exchange.asmx')}</ASUrl><OABUrl>${mail('/OAB/d29844a9/')}</OABUrl></Protocol>
    <Protocol><Type>EXHTTP</Type><EcpUrl>${mail('/owa/')}</EcpUrl></Protocol>
    <Protocol><Type>WEB</Type>
      <Internal><OWAUrl AuthenticationMethod="Basic, Fba">${mail('/owa/')}</OWAUrl>
        <Protocol><Type>EXCH</Type><ASUrl>${mail('/EWS/Exchange.asmx')}</ASUrl></Protocol></Internal>
      <External><OWAUrl AuthenticationMethod="Fba">${mail('/owa')}</OWAUrl></External></Protocol>
  </Account>`);

const both = (service: string, path: string) => ({
  [`${service} internal`]: [mail(path)],
  [`${service} external`]: [mail(path)],
});
const DECLARED = {
  ...both('ews', '/EWS/Exchange.asmx'),
  ...both('oab', '/OAB'),
  ...both('owa', '/owa'),
  ...both('ecp', '/ecp'),
};

function differences(xml: string, declared: Parameters<typeof urlDifferences>[1] = DECLARED) {
  const read = readAutodiscover(xml);
  if (read.kind !== 'urls') throw new Error(read.kind);
  return urlDifferences(read.urls, declared);
}

describe('an answer of Autodiscover', () => {
  test('in the form of the documentation holds the declared URLs, letter case and slashes aside', () => {
    expect(differences(WHOLE)).toEqual([]);
  });

  test.each([
    [
      'for clients inside',
      'EXCH',
      'EXCH/ASUrl is https://old.contoso.com/x, and ews is declared with https://mail.contoso.com/EWS/Exchange.asmx',
    ],
    ['for clients outside', 'EXPR', 'EXPR/ASUrl is https://old.contoso.com/x'],
  ])('is told from what is declared %s', (_who, type, said) => {
    const other = WHOLE.replace(
      new RegExp(`(<Type>${type}</Type>[\\s\\S]*?<ASUrl>)[^<]*`),
      '$1https://old.contoso.com/x',
    );
    expect(differences(other).join()).toContain(said);
    expect(differences(other)).toHaveLength(1);
  });

  test('must hold the services that every version has, and need not hold others', () => {
    const bare = answer('<Account><Action>settings</Action></Account>');
    expect(differences(bare)).toEqual(
      ['ews', 'oab', 'owa'].flatMap((service) =>
        ['inside', 'outside'].map((side) => `there is no URL of ${service} for clients ${side}`),
      ),
    );
    expect(differences(bare, both('ecp', '/ecp'))).toEqual([]);
  });

  test('may hold the URLs of any declared server, and of a service that is not declared any', () => {
    const declared = { 'ews internal': [mail('/other'), mail('/EWS/Exchange.asmx')] };
    expect(differences(WHOLE, declared)).toEqual([]);
  });

  test('of another folder than that of the address book is another URL', () => {
    expect(differences(WHOLE, { 'oab internal': [mail('/OA')] }).join()).toContain('EXCH/OABUrl');
  });

  test.each(['RedirectAddr', 'RedirectUrl'])('that sends on by %s is not followed', (name) => {
    const sent = answer(`<Account><Action>redirect</Action><${name}>x@other.com</${name}></Account>`);
    expect(readAutodiscover(sent)).toEqual({ kind: 'elsewhere', where: 'x@other.com' });
  });

  test('that is an error is told as one, without control characters', () => {
    const error = answer('<Error><ErrorCode>500</ErrorCode><Message>not\u009b2J found\n</Message></Error>');
    expect(readAutodiscover(error)).toEqual({
      kind: 'refused',
      code: '500',
      message: 'not\\u{9B}2J found',
    });
  });

  test.each([
    ['no XML', '200 OK'],
    ['a page', '<html><body/></html>'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${WHOLE.replace(/^<\?[^>]*>\s*/, '')}`],
    ['deep nesting', '<a>'.repeat(1_000) + '</a>'.repeat(1_000)],
    ['too many elements', `<a>${'<b/>'.repeat(30_000)}</a>`],
    ['nothing', ''],
  ])('that is %s is none', (_what, text) => {
    expect(readAutodiscover(text)).toEqual({ kind: 'unreadable' });
  });

  test('by names that every object has is no service', () => {
    const odd = answer(
      '<Account><Protocol><Type>EXCH</Type><constructor>x</constructor></Protocol></Account>',
    );
    expect(readAutodiscover(odd)).toEqual({ kind: 'urls', urls: [] });
  });
});
