import { visible } from '../../schema';
import type { DrillReport, NameReport, Verdict } from './drill';

/** Raised when a program that reads the old form could misread the new one. */
const REPORT_FORMAT_VERSION = 1;

const WIDTH = Math.max(...(['answers', 'unsure', 'silent'] satisfies Verdict[]).map((word) => word.length));

export function renderJson(report: DrillReport): string {
  const shown = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? visible(value) : value;
  return `${JSON.stringify({ formatVersion: REPORT_FORMAT_VERSION, ...report }, shown, 2)}\n`;
}

/** The report for people: each name, followed by the addresses that remain. */
export function renderText({ without, gone, names }: DrillReport): string {
  return [`Without ${visible(without)} (${gone.map(visible).join(', ')}):\n`, ...names.map(nameText)].join(
    '',
  );
}

function nameText({ name, verdict, detail, addresses }: NameReport): string {
  const lines = addresses.map(
    ({ address, server, answers, detail: seen }) =>
      `  ${answers ? 'answers' : 'silent '}  ${visible(address)}${server === undefined ? '' : ` (${visible(server)})`}: ${visible(seen)}\n`,
  );
  return `\n${verdict.padEnd(WIDTH)}  ${visible(name)}: ${visible(detail)}\n${lines.join('')}`;
}
