/** How many cookies are kept for one server, and of how many characters in total. A load balancer sets one or two. */
const MOST_COOKIES = 20;
const MOST_CHARACTERS = 4096;
/** RFC 6265, section 4.1.1. Attributes follow the value. */
const COOKIE = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"?)\s*(?:;|$)/;
const ENDED = /;\s*max-age\s*=\s*(?:0|-\d+)\s*(?:;|$)/i;

/**
 * The cookies of one server, by which a load balancer keeps the requests of a session on the same server. Every
 * connection of the same channel to that host and port sends them back, and connections to others do not. Over http://, somebody on the way
 * can set one. It can only direct a request to another server behind the same balancer, which such a person can do
 * anyway, and that server must prove itself, too.
 */
export class Cookies {
  readonly #values = new Map<string, string>();

  /** @param headers the Set-Cookie headers of an answer that is trusted */
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

  /** The header that sends the cookies back. Empty where there are none. */
  get headers(): { readonly [name: string]: string } {
    return this.#values.size === 0 ? {} : { Cookie: this.#text() };
  }

  #text(): string {
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
