/** What became of a mutant, as Stryker's report writes it. */
export interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number } };
}

/** Stryker's JSON report, as far as it is read here. */
export interface Report {
  readonly files: { readonly [path: string]: { readonly mutants: readonly Mutant[] } };
}

/** How many mutants the tests noticed. */
export interface Score {
  /** Mutants whose tests failed, or did not end. */
  readonly killed: number;
  /** Mutants that every test passed with, or that no test reaches. */
  readonly survived: number;
  /** Mutants in what a module computes when it is loaded, which are not tried. */
  readonly ignored: number;
}

const KILLED = ['Killed', 'Timeout'];
const SURVIVED = ['Survived', 'NoCoverage'];

export function scoreOf(mutants: readonly Mutant[]): Score {
  const count = (statuses: readonly string[]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  return { killed: count(KILLED), survived: count(SURVIVED), ignored: count(['Ignored']) };
}

/** In per cent, with one digit after the point: `91.3`. */
export function percent({ killed, survived }: Score): string {
  return ((100 * killed) / (killed + survived)).toFixed(1);
}

/** The files of a report, the ones with most survivors first, with each survivor by line. */
export function survivors({ files }: Report): readonly string[] {
  return Object.entries(files)
    .map(([path, { mutants }]) => ({ path, mutants, score: scoreOf(mutants) }))
    .filter(({ score }) => score.survived > 0)
    .sort((left, right) => right.score.survived - left.score.survived || (left.path < right.path ? -1 : 1))
    .flatMap(({ path, mutants, score }) => [
      `${path}: ${score.survived} of ${score.killed + score.survived} survived`,
      ...mutants
        .filter(({ status }) => SURVIVED.includes(status))
        .map(
          ({ location, mutatorName, replacement, status }) =>
            `  ${location.start.line} ${mutatorName}${status === 'NoCoverage' ? ' (no test comes here)' : ''}: ${oneLine(replacement ?? '')}`,
        ),
    ]);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 100);
}
