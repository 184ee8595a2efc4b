import { Reference } from '../../powershell/invocation';

/** A property of what an earlier step returned. */
export class StepResult extends Reference {
  constructor(
    readonly step: string,
    property: string,
  ) {
    super(`the ${property} that ${step} gives`, variableOf(step), property);
  }
}

/** The bytes of a file that a run is given. */
export class FileContent extends Reference {
  constructor(readonly file: string) {
    super(`the content of ${file.replace(/^.*[\\/]/, '')}`, 'PfxContent');
  }
}

/** A secret that a run asks for. */
export class AskedSecret extends Reference {
  constructor(what: string, variable: string) {
    super(what, variable);
  }
}

/** `BsAEX02-certificate` as the name of a variable. */
export function variableOf(step: string): string {
  return step
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
