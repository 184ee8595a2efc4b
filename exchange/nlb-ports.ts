import type { NlbPort } from './site';

/** A range of ports, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Ports of SMTP: between servers and from the internet, with TLS from the start, and of programs that send mail. */
export const SMTP_PORTS: readonly number[] = [25, 465, 587];

/** A declared port or range; undefined where it is neither. */
export function portRange(port: NlbPort): PortRange | undefined {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(port)) ?? [];
  if (first === undefined) return undefined;
  const [from, to] = [Number(first), Number(last ?? first)];
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** `443`, `1024-65535`. */
export function shownPorts({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

export const isWithin = (port: number, { from, to }: PortRange) => from <= port && port <= to;

/** The ranges that remain of a range without these ports. */
export function withoutPorts(range: PortRange, ports: readonly number[]): readonly PortRange[] {
  const inside = [...new Set(ports)]
    .filter((port) => isWithin(port, range))
    .sort((left, right) => left - right);
  const starts = [range.from, ...inside.map((port) => port + 1)];
  const ends = [...inside.map((port) => port - 1), range.to];
  return starts.map((from, index) => ({ from, to: ends[index]! })).filter(({ from, to }) => from <= to);
}
