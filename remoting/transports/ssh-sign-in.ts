import type { AuthHandlerMiddleware, KeyboardInteractiveAuthMethod, ParsedKey, Prompt } from 'ssh2';
import type { SecureText } from '../../powershell/invocation';
import { RemotingError, type RemotingFacts } from '../remoting-error';
import { type ParseKey, readPrivateKey } from './ssh-private-key';

export type SshAuthentication =
  | { readonly privateKeyFile: string; readonly passphrase?: SecureText }
  /** The socket of an SSH agent, as in `SSH_AUTH_SOCK`. On Windows also `pageant`. */
  | { readonly agent: string }
  /** Also answers the only question of a server that takes passwords only as `keyboard-interactive` (RFC 4256). */
  | { readonly password: SecureText };

/**
 * An error of ssh2. `level` is the stage at which it came; `code` is Node's, or the number of a disconnect (RFC 4253,
 * 11.1).
 */
export type SshError = Error & { readonly level?: string; readonly code?: unknown };

type Key = { readonly privateKey: ParsedKey };
type Credentials = Key | Exclude<SshAuthentication, { readonly privateKeyFile: string }>;

const PROMPT_CHARACTERS = 200;

/** Signs a user in by the one method that the caller chose. Other methods are never tried. */
export class SignIn {
  #agentFailure: Error | undefined;
  /** The methods that the server named last. */
  #offered: readonly string[] | undefined;
  /** True where the server accepted the method, and demands a further one. */
  #wantsMore = false;
  readonly #tried: string[] = [];

  private constructor(
    private readonly user: string,
    private readonly credentials: Credentials,
    private readonly where: RemotingFacts,
  ) {}

  /** @throws RemotingError of kind `usage` where the private key cannot be read or used */
  static async load(
    user: string,
    authentication: SshAuthentication,
    where: RemotingFacts,
    parseKey: ParseKey,
  ): Promise<SignIn> {
    if (!('privateKeyFile' in authentication)) return new SignIn(user, authentication, where);
    const { privateKeyFile, passphrase } = authentication;
    const privateKey = await readPrivateKey(privateKeyFile, passphrase?.reveal(), where, parseKey);
    return new SignIn(user, { privateKey }, where);
  }

  /**
   * Gives ssh2 the next method to try, until the server accepts one.
   *
   * @param giveUp called where there is nothing left to try
   */
  handler(giveUp: (refusal: RemotingError) => void): AuthHandlerMiddleware {
    const username = this.user;
    return (left, partial, next) => {
      this.#wantsMore = partial;
      // Null before the first attempt, although ssh2's types do not say so.
      const named: readonly string[] | null = left;
      this.#offered = named ?? this.#offered;
      const method = this.#nextMethod();
      // `false` ends the attempts, according to ssh2's README. Its types do not know that.
      if (method === undefined) return next(false as never);
      this.#tried.push(method);
      const { credentials } = this;
      if ('privateKey' in credentials) {
        return next({ type: 'publickey', username, key: credentials.privateKey });
      }
      if ('agent' in credentials) return next({ type: 'agent', username, agent: credentials.agent });
      const password = credentials.password.reveal();
      if (method === 'password') return next({ type: 'password', username, password });
      next({ type: 'keyboard-interactive', username, prompt: this.#answerOnce(password, giveUp) });
    };
  }

  /** Why the user was not signed in; `undefined` where the error came at another stage. */
  refusal(error: SshError): RemotingError | undefined {
    const { host, user } = this.where;
    if (error.level === 'client-authentication') {
      if (this.#agentFailure !== undefined) {
        const message = `the SSH agent cannot be used: ${this.#agentFailure.message}`;
        return new RemotingError('usage', message, this.where, { cause: this.#agentFailure });
      }
      const message = this.#wantsMore
        ? `${host} accepted the credentials of ${user} but demands a second factor, which is not supported`
        : `${host} refused the credentials of ${user}`;
      return this.#refused(message, error);
    }
    // As after MaxAuthTries: the server gives the reason, and disconnects.
    if (error.level === undefined && typeof error.code === 'number' && this.#tried.length > 0) {
      return this.#refused(`${host} ended the sign-in of ${user}: ${error.message}`, error);
    }
    return undefined;
  }

  /** Whether the sign-in goes on after an error: where an agent fails with one key, it may have others. */
  outlives(error: SshError): boolean {
    if (error.level !== 'agent') return false;
    this.#agentFailure = error;
    return true;
  }

  /** The server demands a new password first. */
  expired(): RemotingError {
    return this.#refused(`the password of ${this.where.user} has expired on ${this.where.host}`);
  }

  #nextMethod(): string | undefined {
    const { credentials } = this;
    if (this.#tried.length === 0) {
      return 'privateKey' in credentials ? 'publickey' : 'agent' in credentials ? 'agent' : 'password';
    }
    // A server that takes passwords in both ways has just refused this one. It is not sent again, since that may lock
    // the account.
    const asksInstead =
      this.#offered?.includes('keyboard-interactive') === true && !this.#offered.includes('password');
    return 'password' in credentials && this.#tried.length === 1 && asksInstead
      ? 'keyboard-interactive'
      : undefined;
  }

  /** Gives the password as the answer to a single question with hidden input. Any other question is not answered. */
  #answerOnce(
    password: string,
    giveUp: (refusal: RemotingError) => void,
  ): KeyboardInteractiveAuthMethod['prompt'] {
    let answered = false;
    return (_name, _instructions, _language, prompts, finish) => {
      const [prompt] = prompts;
      if (!answered && prompts.length === 1 && prompt?.echo !== true) {
        answered = true;
        finish([password]);
        return;
      }
      giveUp(
        this.#refused(
          `${this.where.host} asks ${this.where.user} for more than a password: ${asked(prompts)}`,
        ),
      );
    };
  }

  #refused(message: string, cause?: Error): RemotingError {
    const facts = { ...this.where, ...(this.#offered === undefined ? {} : { methods: this.#offered }) };
    return new RemotingError('authentication-refused', message, facts, cause === undefined ? {} : { cause });
  }
}

function asked(prompts: readonly Prompt[]): string {
  return prompts
    .map(({ prompt }) => prompt)
    .join(' ')
    .replace(/\s+/g, ' ')
    .slice(0, PROMPT_CHARACTERS);
}
