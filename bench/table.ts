import { verdict, type Figure } from './measurement';

/** The figures as a Markdown table, one line each. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.measured,
    shown(figure.value, figure.unit),
    figure.peer === undefined ? '' : `${figure.peer.measured}: ${shown(figure.peer.value, figure.unit)}`,
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
  return `${Math.round(value)} ${unit}`;
}

function target({ target, unit }: Figure): string {
  if (target === undefined) return '';
  return target.of === 'ratio' ? `${target.atMost}x` : shown(target.atMost, unit);
}
