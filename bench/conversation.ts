import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Program } from './measurement';

/** A program that answers each line on its standard input with one line, both JSON. */
export class Conversation {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #answers: AsyncIterator<string>;
  #errorOutput = '';

  constructor(readonly program: Program) {
    const { command, args, folder, environment } = program;
    const child = spawn(command, args, { cwd: folder, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (this.#errorOutput += chunk.toString()));
    // Where the program has ended, writing to it fails; `answer` then says why it ended.
    child.stdin.on('error', () => undefined);
    this.#child = child;
    this.#closed = once(child, 'close');
    this.#answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  tell(line: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  /** @throws Error with the end of the program's stderr where it ended without an answer */
  async answer<T>(): Promise<T> {
    const answer = await this.#answers.next();
    if (answer.done !== true) return JSON.parse(answer.value) as T;
    await this.#closed;
    throw new Error(`${this.program.command} ended with ${this.#child.exitCode}\n${this.#errorOutput.slice(-4000)}`);
  }

  async ask<T>(line: unknown): Promise<T> {
    this.tell(line);
    return await this.answer<T>();
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
  }
}
