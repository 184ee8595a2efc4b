import type { ErrorRecord, Outcome } from '../../powershell/outcome';
import type { Bounds } from '../bounds';
import { RemotingError, tooLarge } from '../remoting-error';
import type { Carrier } from '../transport';
import { interruptionBy, unexpected, type Call, type InterruptionReason } from './call';
import { askedText, choiceFor } from './choice';
import type { HostCall } from './host-call';
import type { ClientRunspacePool, PipelineEvent } from './runspace-pool';

export interface RunningCallOptions {
  readonly carrier: Carrier;
  readonly pool: ClientRunspacePool;
  readonly bounds: Bounds;
  /** Milliseconds that the peer gets to confirm a stop. */
  readonly stopTimeoutMs: number;
  /** Called once, when the outcome is decided. */
  readonly onEnd: () => void;
}

/** The answer to a question that was not expected. Its id shows in the command's error where the error comes from. */
const REFUSAL: ErrorRecord = {
  fullyQualifiedErrorId: 'UnexpectedQuestion',
  message: 'The question was not expected, and the provider does not answer it.',
  category: 'InvalidOperation',
};

/** A call in its pipeline: from the fragments that start it until the peer has let go of the pipeline. */
export class RunningCall {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Resolves when the peer has let go of the pipeline, which is later than the outcome. */
  readonly released: Promise<void>;
  readonly #call: Call;
  readonly #options: RunningCallOptions;
  #giveOutcome: (outcome: Outcome) => void = () => undefined;
  #confirmRelease: () => void = () => undefined;
  #signal: AbortSignal | undefined;
  readonly #onInterrupt = (): void => this.#stop();
  #hasEnded = false;
  /** True from when the peer is asked to stop. */
  #isStopping = false;
  #isOverflowed = false;

  constructor(call: Call, options: RunningCallOptions) {
    this.#call = call;
    this.#options = options;
    this.outcome = new Promise((resolve) => {
      this.#giveOutcome = resolve;
    });
    this.released = new Promise((resolve) => {
      this.#confirmRelease = resolve;
    });
  }

  /** True where the answer went past a bound: nothing more of it is kept. */
  get isOverflowed(): boolean {
    return this.#isOverflowed;
  }

  /** Sends the fragments of the pipeline. `signal` stops the call; its reason is the call's `interruption`. */
  start(fragments: readonly Buffer[], signal: AbortSignal): void {
    const call = this.#call;
    this.#signal = signal;
    signal.addEventListener('abort', this.#onInterrupt, { once: true });
    this.#options.carrier
      .start(call.pipeline, fragments, () => {
        call.sent = true;
      })
      .catch((error: unknown) => {
        // A failure of the carrier itself reaches every running call by `breakOff`.
        if (!(error instanceof RemotingError) || error.facts.noEffect !== true) return;
        call.sent = false;
        this.#end(call.interrupted(call.interruption ?? interruptionBy(error)));
      });
  }

  /** @throws RemotingError `too-large` where the answer has more bytes than one call may have */
  countBytes(more: number): void {
    this.#count('maxCallBytes', more);
  }

  /** @throws RemotingError `too-large` where the answer has more values than one call may have */
  take(event: PipelineEvent): void {
    const call = this.#call;
    switch (event.kind) {
      case 'output':
        this.#count('maxCallValues', event.output.values);
        call.addOutput(event.output);
        return;
      case 'error':
        this.#count('maxCallValues', 1);
        call.addError(event.error);
        return;
      case 'warning':
        this.#count('maxCallValues', 1);
        call.addWarning(event.message);
        return;
      case 'remark':
        return;
      case 'host-call':
        this.#answer(event.call);
        return;
      case 'completed':
        this.#end(call.completed());
        return;
      case 'failed':
        this.#end(call.failed(event.error));
        return;
      case 'stopped': {
        const message = 'the peer stopped the command';
        this.#end(call.interrupted(call.interruption ?? { kind: 'stopped', message }));
        return;
      }
    }
  }

  /** Stops a call whose answer went past a bound, and drops what was kept of the message that is not complete. */
  overflow(error: RemotingError): void {
    this.#isOverflowed = true;
    this.#options.pool.forget(this.#call.pipeline);
    this.#interrupt(interruptionBy(error));
  }

  /** Ends the call at once: the session cannot be used any more. */
  breakOff(error: RemotingError): void {
    this.#end(this.#call.interrupted(interruptionBy(error)));
  }

  #count(bound: keyof Call['received'], more: number): void {
    const { received } = this.#call;
    const limit = this.#options.bounds[bound];
    received[bound] += more;
    if (received[bound] > limit) throw tooLarge('the answer', bound, limit);
  }

  #end(outcome: Outcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { carrier, pool, onEnd } = this.#options;
    const { pipeline } = this.#call;
    this.#signal?.removeEventListener('abort', this.#onInterrupt);
    onEnd();
    pool.forget(pipeline);
    this.#giveOutcome(outcome);
    carrier.finish(pipeline).then(this.#confirmRelease, this.#confirmRelease);
  }

  #interrupt(reason: InterruptionReason): void {
    this.#call.interruption ??= reason;
    this.#stop();
  }

  /**
   * Asks the peer to stop. A real server may confirm the stop without a PIPELINE_STATE that ends the pipeline, so the
   * confirmation counts as the end. A state that comes before it says more, and decides the outcome.
   */
  #stop(): void {
    if (this.#isStopping || this.#hasEnded) return;
    this.#isStopping = true;
    const call = this.#call;
    const reason = call.interruption ?? { kind: 'stopped' as const, message: 'the call was stopped' };
    const giveUp = (): void => {
      clearTimeout(timer);
      this.#end(call.interrupted(reason));
    };
    const timer = setTimeout(giveUp, this.#options.stopTimeoutMs);
    if (!call.sent) {
      giveUp();
      return;
    }
    this.#options.carrier.stop(call.pipeline).then(giveUp, giveUp);
  }

  /**
   * Answers the expected question, once. Any other question is answered with an error, so that the command ends at once
   * and its error record comes back. A call that was sent without a host is stopped, since it would wait for ever.
   */
  #answer(hostCall: HostCall): void {
    const call = this.#call;
    if (this.#isStopping) return;
    const { question } = call;
    if (question === undefined) {
      this.#interrupt({ kind: 'prompt', message: `the command asked for ${hostCall.method.name}` });
      return;
    }
    const choice = call.answered ? undefined : choiceFor(question, hostCall);
    if (choice === undefined) this.#refuse(hostCall);
    else {
      call.answered = true;
      this.#sendAnswer(hostCall, choice);
    }
  }

  /** Answers with an error. A server drops an answer that it cannot read, and the command waits on: then it is stopped. */
  #refuse(hostCall: HostCall): void {
    const call = this.#call;
    call.refused ??= askedText(hostCall);
    const reason = { kind: 'prompt', message: unexpected(call.cmdlet, call.refused) } as const;
    this.#sendAnswer(hostCall, REFUSAL);
    setTimeout(() => this.#interrupt(reason), this.#options.stopTimeoutMs).unref();
  }

  #sendAnswer(hostCall: HostCall, answer: number | ErrorRecord): void {
    const { carrier, pool } = this.#options;
    const { pipeline } = this.#call;
    carrier.answer(pipeline, pool.answer(pipeline, hostCall, answer)).catch((error: unknown) => {
      // Without its answer the command waits. A failure of the carrier itself reaches the call by `breakOff`.
      if (error instanceof RemotingError) this.#interrupt(interruptionBy(error));
    });
  }
}
