import { Reference } from '../powershell/invocation';

/**
 * The content of a PFX file. It is read when the step that needs it runs, and used only if it holds the planned
 * certificate.
 */
export class PfxContent extends Reference {
  constructor(
    readonly file: string,
    readonly thumbprint: string | null,
    /** The PFX file of the object before the change; left out where the object is new. */
    readonly formerFile?: string,
  ) {
    super(`content of ${file}`, 'PfxContent');
  }
}
