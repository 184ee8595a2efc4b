/**
 * `describe` where what the tests need is there. Elsewhere it skips and says why; in CI, where it must be there, it
 * fails.
 *
 * @param missing what is not there, with the remedy; empty where all is there
 */
export function describeNeeding(missing: string, title: string, body: () => void): void {
  if (missing !== '' && process.env['CI'] !== undefined) {
    test(`${title}: needs ${missing}`, () => {
      throw new Error(`missing on this machine: ${missing}`);
    });
    return;
  }
  describeWhere(missing, title, body);
}

/**
 * `describe` where what the tests need is there; elsewhere, in CI too, it skips and says why. For what not everybody can
 * have: PowerShell 7, a recording that is not ours to hand on, another operating system.
 *
 * @param missing as above. It names what a reader can look for on the machine, and it is empty wherever that is found
 */
export function describeWhere(missing: string, title: string, body: () => void): void {
  if (missing === '') {
    describe(title, body);
    return;
  }
  // The reason is `missing`, which the title names; `test/reporter/counts.test.ts` shows that no skip is without one.
  describe.skip(titleOfSkipped(title, missing), body);
}

/** The same for one test. */
export function testWhere(missing: string, title: string, body: jest.ProvidesCallback): void {
  if (missing === '') {
    test(title, body);
    return;
  }
  // The reason is `missing`, as above.
  test.skip(titleOfSkipped(title, missing), body);
}

/**
 * As `PowerShell 7 (pwsh) on the PATH`, which a reader can look for. `test/reporter/counts.js` lists the reasons at the end of
 * a run, and fails a run in which one is missing.
 */
function titleOfSkipped(title: string, missing: string): string {
  return `${title} [skipped for want of ${missing}]`;
}
