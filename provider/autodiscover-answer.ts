import type { AutodiscoverService, SeenUrl } from '../exchange/resources';
import { parseXml, type XmlElement } from '../remoting/transports/wsman/xml';
import { inLine } from './quotation';

/** What a response of Autodiscover in plain XML ("POX") says. */
export type AutodiscoverAnswer =
  | { readonly kind: 'urls'; readonly urls: readonly SeenUrl[] }
  /** The response redirects to another server or mail address. */
  | { readonly kind: 'elsewhere'; readonly where: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The text is not a response of Autodiscover. */
  | { readonly kind: 'unreadable' };

/** A response has some hundred elements; a text with far more is something else. */
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

/**
 * Which clients a protocol is for: EXCH for clients inside, EXPR for clients outside; EXHTTP appears once for each
 * side.
 */
const SIDE_OF: { readonly [type: string]: NonNullable<SeenUrl['side']> } = {
  EXCH: 'internal',
  EXPR: 'external',
};

/** Reads a response that anybody may have sent. */
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

/** The URLs of Outlook on the web. The EXCH or EXPR element within it repeats what that protocol says. */
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

/** The name without its namespace, which differs between versions of the documentation. */
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
