/**
 * U+FFFE and U+FFFF. XML 1.0 has neither of them (section 2.2), not even as `&#xFFFF;`, and a strict parser refuses
 * both; PowerShell writes them so all the same, and other peers write them raw. They are text like any other, so that
 * before the parser sees them each becomes an entity that only our parser knows. All else stays as strict as it is.
 */
const NAMES: { readonly [character: string]: string } = {
  '\ufffe': 'noncharacter-FFFE',
  '\uffff': 'noncharacter-FFFF',
};

const ENTITIES: { readonly [name: string]: string } = Object.fromEntries(
  Object.entries(NAMES).map(([character, name]) => [name, character]),
);

const REFERENCE = String.raw`&#(?:x0{0,8}(?<hex>[Ff]{3}[EeFf])|0{0,8}(?<decimal>6553[45]));`;
const RAW = '[\ufffe\uffff]';
const FIRST = new RegExp(`${RAW}|${REFERENCE}`);
/** A section whose end does not come is taken whole: the parser refuses it. */
const ALL = new RegExp(
  String.raw`(?<comment><!--(?:[^]*?-->|[^]*))|(?<section><!\[CDATA\[(?:[^]*?\]\]>|[^]*))|(?<raw>${RAW})|${REFERENCE}`,
  'g',
);
const EVERY_RAW = new RegExp(RAW, 'g');

export interface NamedXml {
  readonly xml: string;
  /** What stands in it for U+FFFE and U+FFFF; none where it has neither. */
  readonly entities: { readonly [name: string]: string };
}

/** The same XML, with entities in place of U+FFFE and U+FFFF. */
export function nameNoncharacters(xml: string): NamedXml {
  // Whoever writes our entities himself is refused by the parser, which does not know them then.
  if (!FIRST.test(xml) || xml.includes('&noncharacter-')) return { xml, entities: {} };
  return { xml: xml.replace(ALL, named), entities: ENTITIES };
}

function named(found: string, ...rest: readonly unknown[]): string {
  const { comment, section, raw, hex, decimal } = rest.at(-1) as { readonly [group: string]: string };
  if (comment !== undefined) return found;
  // Within a section a reference is only its letters, and an entity would be, too.
  if (section !== undefined) return section.replace(EVERY_RAW, (unit) => `]]>${entity(unit)}<![CDATA[`);
  return entity(raw ?? String.fromCharCode(hex === undefined ? Number(decimal) : parseInt(hex, 16)));
}

function entity(character: string): string {
  return `&${NAMES[character] ?? ''};`;
}
