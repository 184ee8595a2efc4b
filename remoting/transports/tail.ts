/** Keeps the last characters of a stream, which may be endless. */
export class Tail {
  readonly #characters: number;
  #text = '';

  constructor(characters: number) {
    this.#characters = characters;
  }

  push(chunk: Uint8Array): void {
    this.#text = (this.#text + Buffer.from(chunk).toString('utf8')).slice(-this.#characters);
  }

  get text(): string {
    return this.#text.trim();
  }
}
