import { visible } from '../../schema';
import type { CheckName, Verdict } from './check';

/** Raised when a reader of the old form could misread the new one. */
const REPORT_FORMAT_VERSION = 1;

export type Finding = { readonly check: CheckName | 'settings' } & Verdict;

export interface EndpointReport {
  /** Where it is, without a secret. */
  readonly endpoint: string;
  /** In the order of the checks. */
  readonly checks: readonly Finding[];
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

/** For people: a line for each check; after an endpoint's lines what to do about its warnings and its first failure. */
export function renderText(report: Report): string {
  const parts = [
    section(report.settings),
    ...report.endpoints.map(({ endpoint, checks }) => `\n${visible(endpoint)}\n${section(checks)}`),
  ];
  return parts.join('');
}

const WIDTH = Math.max(...(['settings', 'authentication', 'host-key'] as const).map((name) => name.length));

function section(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ check, state, detail }) => `${state.padEnd(7)}  ${check.padEnd(WIDTH)}  ${oneLine(detail)}\n`,
  );
  const first = findings.find(({ state }) => state === 'failed');
  const remedies = findings.flatMap((finding) =>
    finding.state === 'warning' || (finding.state === 'failed' && finding === first)
      ? [`\nWhat to do: ${visible(finding.remedy)}\n`]
      : [],
  );
  return [...lines, ...remedies].join('');
}

function oneLine(text: string): string {
  return visible(text).replace(/\s*\n\s*/g, '; ');
}
