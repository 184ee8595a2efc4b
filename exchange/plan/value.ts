import { Reference } from '../../powershell/invocation';
import type { PfxNames } from '../certificate-name';

/**
 * A property of the result of an earlier step. Only results of certificate imports are needed, so a script takes the
 * property from the PFX itself: this works also where an import is skipped, and needs no variable for each server.
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

/** The bytes of a file that is an input of a run. */
export class FileContent extends Reference {
  /** @param input name of the input with the file, where there are several */
  constructor(
    readonly file: string,
    readonly names: PfxNames,
    readonly input?: string,
  ) {
    super(`the content of ${file.replace(/^.*[\\/]/, '')}`, names.content);
  }
}

/** Name of the PowerShell parameter with the credential for tests of mailboxes. */
export const MAILBOX_CREDENTIAL = 'MailboxCredential';

/** A secret that a run asks for. */
export class AskedSecret extends Reference {
  /** @param input name of the input with the secret, where there are several */
  constructor(
    what: string,
    variable: string,
    readonly input?: string,
  ) {
    super(what, variable);
  }
}
