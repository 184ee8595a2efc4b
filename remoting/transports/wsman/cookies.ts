/** Cookies that are kept of one server, and characters of all of them together: a balancer sets one or two. */
const MOST_COOKIES = 20;
const MOST_CHARACTERS = 4096;
/** RFC 6265, section 4.1.1; what follows the value are attributes. */
const COOKIE = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"?)\s*(?:;|$)/;
const ENDED = /;\s*max-age\s*=\s*(?:0|-\d+)\s*(?:;|$)/i;

/**
 * What a load balancer sets to send the requests of a session to one and the same server. Every connection to that host
 * and port gives it back, and none to another. Over http:// somebody between can write one: all that it can do is to send
 * a request to another server of the same balancer, which that somebody can do without it, and the server there must
 * prove itself all the same.
 */
export class Cookies {
  readonly #values = new Map<string, string>();

  /** @param headers values of Set-Cookie, of an answer that was believed */
  take(headers: readonly string[]): void {
    for (const header of headers) {
      const [, name, value = ''] = COOKIE.exec(header) ?? [];
      if (name === undefined) continue;
      this.#values.delete(name);
      if (value === '' || ENDED.test(header)) continue;
      this.#values.set(name, value);
      if (this.#values.size > MOST_COOKIES || this.#text().length > MOST_CHARACTERS)
        this.#values.delete(name);
    }
  }

  /** The header that gives them back; none where there are none. */
  get headers(): { readonly [name: string]: string } {
    return this.#values.size === 0 ? {} : { Cookie: this.#text() };
  }

  #text(): string {
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
