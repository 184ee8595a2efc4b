import { Reference } from '../../powershell/invocation';

/**
 * A property of what an earlier step returned. The only steps whose results are needed import the certificate of the
 * PFX, so that a script takes it from there: then it is known where an import is skipped, and no server has a
 * variable of its own.
 */
export class StepResult extends Reference {
  constructor(
    readonly step: string,
    property: string,
  ) {
    super(`the ${property} that ${step} gives`, 'PfxCertificate', property);
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
