import { Reference } from '../powershell/invocation';

/** The content of a PFX file, read when the step that needs it runs, and only if it is the certificate planned. */
export class PfxContent extends Reference {
  constructor(
    readonly file: string,
    readonly thumbprint: string | null,
    /** That of the object before the change; left out where there was none. */
    readonly formerFile?: string,
  ) {
    super(`content of ${file}`, 'PfxContent');
  }
}
