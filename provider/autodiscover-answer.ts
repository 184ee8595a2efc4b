import type { AutodiscoverService, SeenUrl } from '../exchange/resources';
import { parseXml, type XmlElement } from '../remoting/transports/wsman/xml';
import { inLine } from './quotation';

/** What an answer of Autodiscover says ("POX", plain XML). */
export type AutodiscoverAnswer =
  | { readonly kind: 'urls'; readonly urls: readonly SeenUrl[] }
  /** Another server or address is to be asked. */
  | { readonly kind: 'elsewhere'; readonly where: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** It is no such answer. */
  | { readonly kind: 'unreadable' };

/** An answer has some hundred elements; what has far more is another one. */
const BOUNDS = { maxDepth: 16, maxValues: 5_000 };

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-response-for-exchange */
const SERVICE_OF: { readonly [element: string]: AutodiscoverService } = {
  ASUrl: 'ews',
  OOFUrl: 'ews',
  EwsUrl: 'ews',
  OABUrl: 'oab',
  UMUrl: 'um',
  EcpUrl: 'ecp',
  OWAUrl: 'owa',
};

/** Whom a protocol is for: EXCH is for clients inside, EXPR for those outside; EXHTTP stands for either, once each. */
const SIDE_OF: { readonly [type: string]: NonNullable<SeenUrl['side']> } = {
  EXCH: 'internal',
  EXPR: 'external',
};

/** Reads an answer, whoever sent it. */
export function readAutodiscover(text: string): AutodiscoverAnswer {
  let root: XmlElement;
  try {
    root = parseXml(text, BOUNDS);
  } catch {
    return { kind: 'unreadable' };
  }
  const response = childOf(root, 'Response');
  const error = childOf(response, 'Error');
  if (error !== undefined) {
    return { kind: 'refused', code: textIn(error, 'ErrorCode'), message: textIn(error, 'Message') };
  }
  const account = childOf(response, 'Account');
  if (account === undefined) return { kind: 'unreadable' };
  const where = ['RedirectAddr', 'RedirectUrl']
    .map((name) => textIn(account, name))
    .find((each) => each !== '');
  if (where !== undefined) return { kind: 'elsewhere', where };
  return { kind: 'urls', urls: childrenOf(account, 'Protocol').flatMap((protocol) => urlsOf(protocol)) };
}

function urlsOf(protocol: XmlElement): readonly SeenUrl[] {
  const type = textIn(protocol, 'Type').toUpperCase();
  if (type === 'WEB') {
    return [
      ...webUrls(childOf(protocol, 'Internal'), 'internal'),
      ...webUrls(childOf(protocol, 'External'), 'external'),
    ];
  }
  const side = SIDE_OF[type];
  return protocol.children.flatMap((element) => seenIn(element, type, side));
}

/** URLs of Outlook on the web; within it stands what EXCH or EXPR says, once more. */
function webUrls(element: XmlElement | undefined, side: NonNullable<SeenUrl['side']>): readonly SeenUrl[] {
  const place = `WEB/${side === 'internal' ? 'Internal' : 'External'}`;
  return (element?.children ?? []).flatMap((each) =>
    localName(each) === 'Protocol'
      ? each.children.flatMap((inner) => seenIn(inner, place, side))
      : seenIn(each, place, side),
  );
}

function seenIn(element: XmlElement, place: string, side: SeenUrl['side']): readonly SeenUrl[] {
  const name = localName(element);
  const service = Object.hasOwn(SERVICE_OF, name) ? SERVICE_OF[name] : undefined;
  const url = inLine(element.text.trim());
  if (service === undefined || url === '') return [];
  return [{ element: `${inLine(place)}/${name}`, service, ...(side === undefined ? {} : { side }), url }];
}

/** Namespaces differ between versions of the documentation, and tell nothing here. */
function localName({ name }: XmlElement): string {
  return name.replace(/^\{[^}]*\}/, '');
}

function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((each) => localName(each) === name) ?? [];
}

function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return childrenOf(element, name)[0];
}

function textIn(element: XmlElement, name: string): string {
  return inLine(childOf(element, name)?.text.trim() ?? '');
}
