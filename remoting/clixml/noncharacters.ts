/**
 * U+FFFE and U+FFFF. XML 1.0 does not allow them (section 2.2), not even as `&#xFFFF;`, and a strict parser refuses
 * both. PowerShell writes `&#xFFFF;` all the same, and other peers write the character itself. So, before the parser
 * sees them, each becomes an entity that only our parser knows. Everything else stays strict.
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
/** A section without an end is matched to the end of the text, and the parser refuses it. */
const ALL = new RegExp(
  String.raw`(?<comment><!--(?:[^]*?-->|[^]*))|(?<section><!\[CDATA\[(?:[^]*?\]\]>|[^]*))|(?<raw>${RAW})|${REFERENCE}`,
  'g',
);
const EVERY_RAW = new RegExp(RAW, 'g');

export interface NamedXml {
  readonly xml: string;
  /** The characters of the entities; empty where the XML has none of the two. */
  readonly entities: { readonly [name: string]: string };
}

/** The XML with entities in place of U+FFFE and U+FFFF. */
export function nameNoncharacters(xml: string): NamedXml {
  // A peer that writes our entities itself gets no entities, so that the parser refuses them.
  if (!FIRST.test(xml) || xml.includes('&noncharacter-')) return { xml, entities: {} };
  return { xml: xml.replace(ALL, named), entities: ENTITIES };
}

function named(found: string, ...rest: readonly unknown[]): string {
  const { comment, section, raw, hex, decimal } = rest.at(-1) as { readonly [group: string]: string };
  if (comment !== undefined) return found;
  // In a CDATA section a character reference is plain text, and an entity would be, too. So the section ends around it.
  if (section !== undefined) return section.replace(EVERY_RAW, (unit) => `]]>${entity(unit)}<![CDATA[`);
  return entity(raw ?? String.fromCharCode(hex === undefined ? Number(decimal) : parseInt(hex, 16)));
}

function entity(character: string): string {
  return `&${NAMES[character] ?? ''};`;
}
