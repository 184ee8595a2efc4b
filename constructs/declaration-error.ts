import type { TerraformStack } from 'cdktf';

/** Something is wrong with a declaration. Its message is for people, and says all that there is to say. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

/**
 * Makes the synth of a stack fail with a message. Not by cdktf's own validation: that advises people to switch
 * validations off, and with them off a stack in which nothing was made would be deployed, which takes everything away.
 */
export function refuseSynth(stack: TerraformStack, message: string): void {
  stack.synthesizer = {
    synthesize: () => {
      throw new DeclarationError(message);
    },
  };
}

/** Leaves the other stacks of the app to be synthesized where this one fails. */
export function catchSynth(stack: TerraformStack, caught: (error: unknown) => void): void {
  const { synthesizer } = stack;
  stack.synthesizer = {
    synthesize: (session) => {
      try {
        synthesizer.synthesize(session);
      } catch (error) {
        caught(error);
      }
    },
  };
}

/** What to tell about an error that ended the app: of a wrong declaration no stack trace, which would hide the message. */
export function explanation(error: unknown): string {
  if (error instanceof DeclarationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
