/**
 * Terraform's numbers have 512 bits of mantissa, JavaScript's 53. A number that is no integer, or a large one, travels
 * as decimal text; it is taken where the float64 nearest to it writes as the same decimal, and refused where
 * digits would be lost.
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

/** Sign, digits and exponent without what does not count, so that 1.50, 15e-1 and 1.5 are the same. */
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
