import type { TerraformStack } from 'cdktf';

/** A declaration is wrong. The message is written for its author and is complete: no stack trace is needed. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

/** A mistake whose message begins with the file of the environment, `environments/contoso.ts`. */
export class EnvironmentError extends DeclarationError {}

/**
 * Makes the synth of a stack fail with a message. It does not use cdktf's own validation, whose error advises people to
 * switch validations off: then an empty stack would be deployed, which destroys everything.
 */
export function refuseSynth(stack: TerraformStack, message: string): void {
  stack.synthesizer = {
    synthesize: () => {
      throw new DeclarationError(message);
    },
  };
}

/** Catches an error of this stack's synth, so that the other stacks of the app are still synthesized. */
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

/**
 * The text for an error that ended the app. For a wrong declaration it has no stack trace, which would hide the
 * message.
 */
export function explanation(error: unknown): string {
  if (error instanceof DeclarationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
