/**
 * Reads a number that travels as decimal text, as fractions and large integers do. Terraform's numbers have 512 bits of
 * mantissa, JavaScript's have 53: a number is taken where its nearest float64 is written as the same decimal, and
 * refused where digits would be lost.
 */
export function numberOfDecimal(text: string): number {
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) || text.length > 400) {
    throw new RangeError(`'${text.slice(0, 40)}' is not a number`);
  }
  const number = Number(text);
  if (!Number.isFinite(number) || plain(String(number)) !== plain(text)) {
    throw new RangeError(
      `the number ${text.slice(0, 40)} has more digits than this provider can keep (about 15)`,
    );
  }
  return number;
}

/** Sign, digits and exponent in one form, so that 1.50, 15e-1 and 1.5 are equal. */
function plain(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - kept.length);
  return `${negative ? '-' : ''}${kept}e${power}`;
}
