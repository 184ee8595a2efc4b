import { visible } from '../../schema';
import type { CheckName, Verdict } from './check';
import type { Doors } from './doors/doors';
import { allDoors, openDoors } from './doors/text';
import { oneLine } from './one-line';

/** Raised when a reader of the old form could misread the new one. */
const REPORT_FORMAT_VERSION = 1;

export type Finding = { readonly check: CheckName | 'settings' } & Verdict;

export interface EndpointReport {
  /** Where it is, without a secret. */
  readonly endpoint: string;
  /** Whose own session is opened there; left out: that of the organization. */
  readonly server?: string;
  /** In the order of the checks. */
  readonly checks: readonly Finding[];
  /** Of its server, seen from outside. */
  readonly doors: Doors;
}

export interface Report {
  /** No check failed. */
  readonly ok: boolean;
  readonly settings: readonly Finding[];
  /** The endpoint and its fallbacks, in order; none where the settings are wrong. */
  readonly endpoints: readonly EndpointReport[];
}

/** For pipelines; what a server hides in its texts is visible here, too, since logs of pipelines are read by people. */
export function renderJson(report: Report): string {
  const shown = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? visible(value) : value;
  return `${JSON.stringify({ formatVersion: REPORT_FORMAT_VERSION, ...report }, shown, 2)}\n`;
}

/** For people: a line for each check; after an endpoint's lines what to do about its warnings and its failure. */
export function renderText(report: Report): string {
  return [section(report.settings), ...report.endpoints.map(endpointSection)].join('');
}

/** Where a session came about, its server's doors are a line; else they are told one by one. */
function endpointSection({ endpoint, server, checks, doors }: EndpointReport): string {
  const isIn = checks.some(({ check, state }) => check === 'session' && state === 'ok');
  const open = isIn ? openDoors(doors) : '';
  const found = open === '' ? [] : [line('found', 'doors', open)];
  const whose = server === undefined ? '' : ` for ${visible(server)}`;
  return `\n${visible(endpoint)}${whose}\n${section(checks, found)}${isIn ? '' : allDoors(doors)}`;
}

const WIDTH = Math.max(...(['settings', 'authentication', 'host-key'] as const).map((name) => name.length));

function section(findings: readonly Finding[], more: readonly string[] = []): string {
  const lines = findings.map(({ check, state, detail }) => line(state, check, detail));
  const remedies = findings.flatMap((finding) =>
    finding.state === 'warning' || finding.state === 'failed'
      ? [`\nWhat to do: ${visible(finding.remedy)}\n`]
      : [],
  );
  return [...lines, ...more, ...remedies].join('');
}

function line(state: string, what: string, detail: string): string {
  return `${state.padEnd(7)}  ${what.padEnd(WIDTH)}  ${oneLine(detail)}\n`;
}
