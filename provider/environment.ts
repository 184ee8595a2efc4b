/** Variables of the process: `process.env`, or what a test gives instead. */
export type Environment = { readonly [name: string]: string | undefined };
