/**
 * Text in CLIXML: what XML cannot carry, or would change on the way, is written as `_xHHHH_`, one UTF-16 code unit
 * each (MS-PSRP 2.2.5.3.2). PowerShell escapes every surrogate, and `_` before `x` and `X` alike, and reads four or
 * eight digits: it decodes with .NET's XmlConvert.DecodeName.
 */
// eslint-disable-next-line no-control-regex -- the control characters are what is looked for
const TO_ESCAPE = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]|_(?=[xX])/g;
const TO_DECODE = /_[xX](?:([0-9a-fA-F]{8})|([0-9a-fA-F]{4}))_/g;
const XML_MARKUP = /[&<>"]/g;
const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** One test is cheaper than two replacements, and most texts need neither. */
const NOT_PLAIN = new RegExp(`${TO_ESCAPE.source}|${XML_MARKUP.source}`);

/** Text as the content of an element or the value of an attribute in double quotes. */
export function encodeText(text: string): string {
  if (!NOT_PLAIN.test(text)) return text;
  return escapeMarkup(
    text.replace(TO_ESCAPE, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`),
  );
}

/** The characters that XML itself needs, as its own entities. */
export function escapeMarkup(text: string): string {
  return text.replace(XML_MARKUP, (character) => ENTITIES[character] ?? character);
}

/** Reverses the `_xHHHH_` escapes. The XML parser has resolved the entities already. */
export function decodeText(text: string): string {
  if (!text.includes('_')) return text;
  return text.replace(TO_DECODE, (escape: string, long: string | undefined, short: string | undefined) => {
    const code = parseInt(long ?? short ?? '', 16);
    return code > 0x10ffff ? escape : String.fromCodePoint(code);
  });
}
