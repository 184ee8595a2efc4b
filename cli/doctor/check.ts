import type { Endpoint } from '../../provider/endpoint';
import type { Checkup } from './checkup';

/** The name of a check in the report. `--json` promises these names. */
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
 * The result of a check. `skipped`: the check does not apply, was not reached, or could not decide. `warning`: a deploy
 * works, but with a limitation.
 */
export type Verdict =
  | { readonly state: 'ok' | 'skipped'; readonly detail: string }
  | { readonly state: 'warning'; readonly detail: string; readonly remedy: string }
  | { readonly state: 'failed'; readonly detail: string; readonly remedy: string };

/** One thing that a deploy needs. A check changes nothing on the servers. */
export interface Check {
  readonly name: CheckName;
  /** The kinds of endpoint that the check applies to. */
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
