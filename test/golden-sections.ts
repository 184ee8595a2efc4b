import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const SECTION = '## ';

/** A text under a title of its own. The text ends with a line break. */
export type Section = readonly [title: string, text: string];

/** A golden file of titled texts, which people review and tests compare with what the code makes. */
export class GoldenSections {
  #held: ReadonlyMap<string, string> | undefined;

  /** @param head what the file holds: one sentence */
  constructor(
    private readonly path: string,
    private readonly head: string,
  ) {}

  /** With UPDATE_GOLDEN=1 writes the file anew; then review the difference by eye. Call it before the tests. */
  update(make: () => readonly Section[]): void {
    if (process.env['UPDATE_GOLDEN'] !== '1') return;
    mkdirSync(dirname(this.path), { recursive: true });
    const sections = make().map(([title, text]) => `\n${SECTION}${title}\n\n${text}`);
    writeFileSync(this.path, `${this.head}\n${sections.join('')}`);
  }

  get titles(): readonly string[] {
    return [...this.#sections().keys()];
  }

  /** The reviewed text; undefined where the file has no such title. */
  text(title: string): string | undefined {
    return this.#sections().get(title);
  }

  #sections(): ReadonlyMap<string, string> {
    return (this.#held ??= new Map(
      readFileSync(this.path, 'utf8')
        .split(`\n${SECTION}`)
        .slice(1)
        .map((section) => {
          const end = section.indexOf('\n\n');
          return [section.slice(0, end), section.slice(end + 2)] as const;
        }),
    ));
  }
}
