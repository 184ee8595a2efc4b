import type { ExchangeVersion } from './version';

/** The versions of Exchange in which something exists. */
export interface Lifespan {
  readonly since: ExchangeVersion;
  /** The update of the first version that brought it, such as `SP1`. Left out: it was there from the start. */
  readonly sinceUpdate?: string;
  /** The last version that has it. Left out: every later one has it. */
  readonly last?: ExchangeVersion;
}

export function existsIn({ since, last }: Lifespan, version: ExchangeVersion): boolean {
  return version.isAtLeast(since) && (last === undefined || last.isAtLeast(version));
}

/** `Exchange Server 2013 SP1 and later`. */
export function lifespanText({ since, sinceUpdate, last }: Lifespan): string {
  const first = sinceUpdate === undefined ? since.toString() : `${since.toString()} ${sinceUpdate}`;
  if (last === undefined) return `${first} and later`;
  return last === since ? `${first} only` : `${first} to ${last.label}`;
}
