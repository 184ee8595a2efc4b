import { writeSync } from 'node:fs';
import { shortened, visible } from '../../schema';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Characters of a message; an error of a server can be of any length. */
const MOST_OF_MESSAGE = 16_000;

/**
 * One line of JSON on stderr, which Terraform copies into its own log at the same level. A time without microseconds is
 * none to it: the whole line would be a text at the level `debug` (parseJSON in go-plugin's log_entry.go). Terraform
 * writes the message out as it is, perhaps to a terminal: what would steer that is made visible.
 *
 * Never throws: nobody is left to tell of a log that cannot be written, and what is logged goes on.
 */
export function log(level: LogLevel, message: string): void {
  const timestamp = new Date().toISOString().replace('Z', '000Z');
  const text = visible(shortened(message, MOST_OF_MESSAGE));
  try {
    writeSync(2, `${JSON.stringify({ '@level': level, '@message': text, '@timestamp': timestamp })}\n`);
  } catch {
    // Terraform has gone and its pipe with it, or the disk is full where stderr leads.
  }
}
