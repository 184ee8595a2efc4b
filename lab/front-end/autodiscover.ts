import { ExchangeVersion } from '../../exchange/versions';
import { signsIn } from '../exchange/cmdlets/connectivity';
import { versionOf } from '../exchange/cmdlets/virtual-directories';
import type { OrganizationState, ServerState } from '../exchange/state';

/** An answer of Autodiscover in plain XML. */
export interface AutodiscoverReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const SETTINGS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
/** The folder of an offline address book below its directory. */
const ADDRESS_BOOK = 'd29844a9-724e-468c-8820-0f7b345b767b';
const XML = { 'Content-Type': 'text/xml; charset=utf-8' };

/** Whether a request asks Autodiscover for settings. */
export function asksAutodiscover(method: string, url: string): boolean {
  return method === 'POST' && url.toLowerCase() === '/autodiscover/autodiscover.xml';
}

/**
 * The settings of a mailbox, in the form of Microsoft's example, with the URLs of the server itself:
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-response-for-exchange. A
 * question about the mailbox of somebody else gets an error, whose number and words are (unverified).
 */
export function autodiscoverReply(
  organization: OrganizationState,
  server: ServerState,
  authorization: string | undefined,
  request: string,
): AutodiscoverReply {
  const [, basic = ''] = /^Basic (\S+)$/i.exec(authorization ?? '') ?? [];
  const [user = '', ...password] = Buffer.from(basic, 'base64').toString().split(':');
  const owner = signsIn(organization, user, password.join(':'));
  if (owner === undefined) {
    return { status: 401, headers: { 'WWW-Authenticate': `Basic realm="${server.fqdn}"` }, body: '' };
  }
  const [, address = ''] = /<EMailAddress>([^<]*)<\/EMailAddress>/.exec(request) ?? [];
  if (address.toLowerCase() !== owner.address.toLowerCase()) {
    return answer(
      `<Response xmlns="${RESPONSE}"><Error Time="12:00:00.0000000" Id="1"><ErrorCode>500</ErrorCode><Message>The e-mail address cannot be found.</Message><DebugData/></Error></Response>`,
    );
  }
  return answer(
    `<Response xmlns="${SETTINGS}"><User><DisplayName>Probe</DisplayName></User><Account><AccountType>email</AccountType><Action>settings</Action>${protocols(server)}</Account></Response>`,
  );
}

function answer(response: string): AutodiscoverReply {
  const body = `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${RESPONSE}">${response}</Autodiscover>`;
  return { status: 200, headers: XML, body };
}

type Side = 'InternalUrl' | 'ExternalUrl';

function protocols(server: ServerState): string {
  const is2013 = versionOf(server).isAtLeast(ExchangeVersion.V2013);
  const [inside, outside] = [urls(server, 'InternalUrl'), urls(server, 'ExternalUrl')];
  return [
    protocol('EXCH', inside),
    protocol('EXPR', outside),
    // EXHTTP appears twice, for clients inside and outside.
    ...(is2013 ? [protocol('EXHTTP', inside), protocol('EXHTTP', outside)] : []),
    `<Protocol><Type>WEB</Type><Internal>${owa(server, 'InternalUrl')}</Internal><External>${owa(server, 'ExternalUrl')}</External></Protocol>`,
  ].join('');
}

function protocol(type: string, content: string): string {
  return `<Protocol><Type>${type}</Type>${content}</Protocol>`;
}

function urls(server: ServerState, side: Side): string {
  const ews = urlOf(server, 'WebServices', side);
  const ecp = urlOf(server, 'Ecp', side);
  const oab = urlOf(server, 'Oab', side);
  return [
    ...(ews === undefined ? [] : ['ASUrl', 'OOFUrl', 'EwsUrl'].map((name) => element(name, ews))),
    ...(ecp === undefined ? [] : [element('EcpUrl', `${ecp}/`)]),
    ...(oab === undefined ? [] : [element('OABUrl', `${oab}/${ADDRESS_BOOK}/`)]),
  ].join('');
}

function owa(server: ServerState, side: Side): string {
  const url = urlOf(server, 'Owa', side);
  return url === undefined ? '' : `<OWAUrl AuthenticationMethod="Basic, Fba">${escaped(`${url}/`)}</OWAUrl>`;
}

function urlOf(server: ServerState, kind: string, side: Side): string | undefined {
  const url = server.virtualDirectories.find((directory) => directory.kind === kind)?.settings[side];
  return typeof url === 'string' && url !== '' ? url : undefined;
}

function element(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
