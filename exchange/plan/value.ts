import { Reference } from '../../powershell/invocation';
import type { PfxNames } from '../certificate-name';

/**
 * A property of what an earlier step returned. The only steps whose results are needed import the certificate of the
 * PFX, so that a script takes it from there: then it is known where an import is skipped, and no server has a
 * variable of its own.
 */
export class StepResult extends Reference {
  constructor(
    readonly step: string,
    property: string,
    variable: string,
  ) {
    super(`the ${property} that ${step} gives`, variable, property);
  }
}

/** The bytes of a file that a run is given. */
export class FileContent extends Reference {
  /** @param input of several, the input that gives the file */
  constructor(
    readonly file: string,
    readonly names: PfxNames,
    readonly input?: string,
  ) {
    super(`the content of ${file.replace(/^.*[\\/]/, '')}`, names.content);
  }
}

/** What a run of the plan is given to test mailboxes with, by its name in PowerShell. */
export const MAILBOX_CREDENTIAL = 'MailboxCredential';

/** A secret that a run asks for. */
export class AskedSecret extends Reference {
  /** @param input of several, the input that gives it */
  constructor(
    what: string,
    variable: string,
    readonly input?: string,
  ) {
    super(what, variable);
  }
}
