const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The bytes of strict base64 without white space; `undefined` for any other text, which Node itself would decode in
 * part.
 */
export function decodeBase64(text: string): Buffer | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
