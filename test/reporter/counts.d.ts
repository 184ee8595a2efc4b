/** See `counts.js`, which Jest loads as it is. */
declare class Counts {
  constructor(globalConfig: { readonly testNamePattern?: string });
  onRunComplete(contexts: ReadonlySet<unknown>, results: unknown): void;
  getLastError(): Error | undefined;
}
export = Counts;
