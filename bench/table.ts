import { verdict, type Figure } from './measurement';

/** The figures as a Markdown table, one line each. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.measured,
    shown(figure.value, figure.unit),
    figure.peer === undefined
      ? (figure.peerMissing ?? '')
      : `${figure.peer.measured}: ${shown(figure.peer.value, figure.unit)}`,
    figure.ratio === undefined ? '' : `${figure.ratio.toFixed(2)}x`,
    target(figure),
    verdict(figure),
  ]);
  const lines = [
    ['measured', 'median', 'peer in the same run', 'ratio', 'at most', 'verdict'],
    ['---', '---:', '---', '---:', '---:', '---'],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function shown(value: number, unit: Figure['unit']): string {
  // Below 10 the first decimal matters.
  const number = value < 10 ? Number(value.toFixed(1)) : Math.round(value);
  return `${number} ${number === 1 && unit.endsWith('s') && unit !== 'ms' ? unit.slice(0, -1) : unit}`;
}

function target({ target, unit }: Figure): string {
  if (target === undefined) return '';
  return target.of === 'ratio' ? `${target.atMost}x` : shown(target.atMost, unit);
}
