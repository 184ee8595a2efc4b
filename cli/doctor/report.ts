import { visible } from '../../schema';
import type { CheckName, Verdict } from './check';
import type { Doors } from './doors/doors';
import { allDoors, openDoors } from './doors/text';
import { oneLine } from './one-line';

/** Raised when a program that reads the old form could misread the new one. */
const REPORT_FORMAT_VERSION = 1;

export type Finding = { readonly check: CheckName | 'settings' } & Verdict;

export interface EndpointReport {
  /** The address, without secrets. */
  readonly endpoint: string;
  /** The server whose own session is opened there. Left out: it is the session of the organization. */
  readonly server?: string;
  /** The results, in the order of the checks. */
  readonly checks: readonly Finding[];
  /** The doors of the endpoint's server, seen from outside. */
  readonly doors: Doors;
}

export interface Report {
  /** True where no check failed. */
  readonly ok: boolean;
  readonly settings: readonly Finding[];
  /** The endpoint and its fallbacks, in order. Empty where the settings are wrong. */
  readonly endpoints: readonly EndpointReport[];
}

/**
 * The report for programs. Hidden characters in a server's texts are made visible here, too, since people read the logs
 * of pipelines.
 */
export function renderJson(report: Report): string {
  const shown = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? visible(value) : value;
  return `${JSON.stringify({ formatVersion: REPORT_FORMAT_VERSION, ...report }, shown, 2)}\n`;
}

/** The report for people: one line for each check, and then the remedies of warnings and of the failure. */
export function renderText(report: Report): string {
  return [section(report.settings), ...report.endpoints.map(endpointSection)].join('');
}

/** Where the session was opened, the server's doors are one line. Otherwise each has its own. */
function endpointSection({ endpoint, server, checks, doors }: EndpointReport): string {
  const isIn = checks.some(({ check, state }) => check === 'session' && state === 'ok');
  const open = isIn ? openDoors(doors) : '';
  const found = open === '' ? [] : [line('found', 'ways in', open)];
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
