import { type Exchange, exchangeLines } from './transcript';

/**
 * The behaviour of hashicorp/dns, step by step, reduced to what is compared: no ids, times, signatures, or
 * wording of errors.
 */
export interface RecordedStep {
  readonly step: string;
  /** What somebody else changes before the step, in one update: `del <name>`, `add <name> <ttl> <type> <data>`. */
  readonly behind: readonly string[];
  readonly key: 'right' | 'wrong' | 'none';
  /** Further arguments of the provider's `update` block. */
  readonly provider: { readonly [name: string]: unknown };
  readonly resources: { readonly [type: string]: { readonly [name: string]: object } };
  /** Objects to take over, with their ids. */
  readonly import?: readonly { readonly to: string; readonly id: string }[];
  readonly plan: RecordedPlan;
  /** Null where the plan failed. */
  readonly apply: RecordedRun | null;
  /** Attributes by address, after the step; null where nothing was applied. */
  readonly state: { readonly [address: string]: object } | null;
}

export interface RecordedRun {
  readonly succeeds: boolean;
  /** Severities of what was said, each once. */
  readonly said: readonly string[];
  readonly dns: readonly Exchange[];
}

export interface RecordedPlan extends RecordedRun {
  readonly changes: readonly object[];
  readonly drift: readonly object[];
}

/** The parts of a recording as it was taken. */
interface RawRun {
  readonly exit: number;
  readonly diagnostics: readonly { readonly severity: string }[];
  readonly dns: readonly {
    readonly protocol: 'udp' | 'tcp';
    readonly request: { readonly hex: string };
    readonly response: { readonly hex: string } | null;
  }[];
  readonly changes?: readonly object[];
  readonly drift?: readonly object[];
}

interface RawStep {
  readonly step: string;
  readonly behind: readonly string[];
  readonly provider: { readonly [name: string]: unknown };
  readonly resources: RecordedStep['resources'];
  readonly plan: RawRun;
  readonly apply?: RawRun | null;
  readonly state?: readonly { readonly address: string; readonly values: object }[] | null;
}

export function reduceRecording(steps: readonly RawStep[]): RecordedStep[] {
  const right = steps[0]?.provider['key_secret'];
  return steps.map((raw) => {
    const secret = raw.provider['key_secret'];
    const provider = Object.entries(raw.provider).filter(
      ([name]) => name !== 'server' && name !== 'key_secret',
    );
    return {
      step: raw.step,
      behind: raw.behind,
      key: secret === undefined ? 'none' : secret === right ? 'right' : 'wrong',
      provider: Object.fromEntries(provider),
      resources: raw.resources,
      plan: { ...run(raw.plan), changes: raw.plan.changes ?? [], drift: raw.plan.drift ?? [] },
      apply: raw.apply === undefined || raw.apply === null ? null : run(raw.apply),
      state:
        raw.state === undefined || raw.state === null
          ? null
          : Object.fromEntries(raw.state.map(({ address, values }) => [address, values])),
    };
  });
}

function run(raw: RawRun): RecordedRun {
  const bytes = (message: { readonly hex: string }): Buffer => Buffer.from(message.hex, 'hex');
  const exchanges = raw.dns.map(({ protocol, request, response }) =>
    exchangeLines(protocol, bytes(request), response === null ? undefined : bytes(response)),
  );
  const said = distinct(raw.diagnostics.map(({ severity }) => severity));
  return { succeeds: raw.exit === 0, said, dns: inOrder(exchanges) };
}

export const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** Resources run side by side: messages about different names and types come in any order. */
export function inOrder(exchanges: readonly Exchange[]): Exchange[] {
  return exchanges
    .map((exchange, position) => ({ exchange, position, subject: subject(exchange) }))
    .sort((left, right) =>
      left.subject === right.subject ? left.position - right.position : left.subject < right.subject ? -1 : 1,
    )
    .map(({ exchange }) => exchange);
}

/** Name and type that a request is about: of its first change, or of its question. */
function subject(exchange: Exchange): string {
  const line = exchange.find((each) => each.startsWith('change ')) ?? exchange[1] ?? '';
  const [, name = '', ...rest] = line.split(' ');
  const type = rest[rest.findIndex((word) => word === 'IN' || word === 'ANY' || word === 'NONE') + 1];
  return `${name.toLowerCase()} ${type}`;
}
