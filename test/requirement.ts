/**
 * `describe` where what the tests need is there. Elsewhere it says so and skips; in CI, where it must be there, it
 * fails.
 *
 * @param missing what is not there, with the remedy; empty where all is there
 */
export function describeNeeding(missing: string, title: string, body: () => void): void {
  if (missing === '') {
    describe(title, body);
    return;
  }
  if (process.env['CI'] !== undefined) {
    test(`${title}: needs ${missing}`, () => {
      throw new Error(`missing on this machine: ${missing}`);
    });
    return;
  }
  process.stderr.write(`\nSKIPPED: ${title}: ${missing}\n`);
  // The reason stands in the title, and so in every report: the program that is looked for, and how to install it. On a
  // machine that has it, or with CI set, nothing is skipped here.
  describe.skip(`${title} [missing: ${missing}]`, body);
}
