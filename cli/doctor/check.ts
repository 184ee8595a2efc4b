import type { Endpoint } from '../../provider/endpoint';
import type { Checkup } from './checkup';

/** What a check is called in the report. Part of what `--json` promises. */
export type CheckName =
  | 'pfx'
  | 'dns'
  | 'name'
  | 'tcp'
  | 'tls'
  | 'host-key'
  | 'authentication'
  | 'session'
  | 'servers'
  | 'certificates'
  | 'cmdlets';

/**
 * `skipped`: it does not apply, was not reached, or could not be told. `warning`: a deploy works, but not as well as it
 * could.
 */
export type Verdict =
  | { readonly state: 'ok' | 'skipped'; readonly detail: string }
  | { readonly state: 'warning'; readonly detail: string; readonly remedy: string }
  | { readonly state: 'failed'; readonly detail: string; readonly remedy: string };

/** One step on the way to a deploy; it changes nothing on the servers. */
export interface Check {
  readonly name: CheckName;
  /** Kinds of endpoint that have it. */
  readonly of: readonly Endpoint['kind'][];
  readonly run: (checkup: Checkup) => Promise<Verdict>;
}

export function ok(detail: string): Verdict {
  return { state: 'ok', detail };
}

export function skipped(detail: string): Verdict {
  return { state: 'skipped', detail };
}

export function warned(detail: string, remedy: string): Verdict {
  return { state: 'warning', detail, remedy };
}

export function failed(detail: string, remedy: string): Verdict {
  return { state: 'failed', detail, remedy };
}
