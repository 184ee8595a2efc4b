import { oneLine } from '../one-line';
import { DOOR_NAMES, type DoorFinding } from './door';
import type { Doors } from './doors';

/** The open doors as a list in one line. Empty where none is open. */
export function openDoors({ found }: Doors): string {
  return found
    .filter(({ state }) => state === 'open')
    .map(({ door, port }) => `${DOOR_NAMES[door]} (${port})`)
    .join(', ');
}

const WIDTH = Math.max(...Object.values(DOOR_NAMES).map((name) => name.length));

/** All doors, one on each line, with the remedy of each faulty one; and which door to use. */
export function allDoors({ found, advice }: Doors): string {
  if (found.length === 0) return '';
  const lines = found.map((finding) => `${line(finding)}\n`);
  return [
    '\nWays into the server, tried without signing in:\n',
    ...lines,
    ...(advice === undefined ? [] : [`${oneLine(advice)}\n`]),
  ].join('');
}

function line(finding: DoorFinding): string {
  const { state, door, address, detail } = finding;
  const opens = finding.state === 'faulty' ? `\n${' '.repeat(8)}${oneLine(finding.remedy)}` : '';
  return `${state.padEnd(6)}  ${DOOR_NAMES[door].padEnd(WIDTH)}  ${address}: ${oneLine(detail)}${opens}`;
}
