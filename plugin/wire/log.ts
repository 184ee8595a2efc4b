import { writeSync } from 'node:fs';
import { shortened, visible } from '../../schema';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Characters of a message: a server's error can be of any length. */
const MOST_OF_MESSAGE = 16_000;

/**
 * Writes one line of JSON to stderr, which Terraform copies into its own log at the same level. The time needs
 * microseconds: otherwise Terraform takes the whole line as text of the level `debug` (parseJSON in go-plugin's
 * log_entry.go). Terraform may write the message to a terminal as it is, so control characters are made visible.
 *
 * Never throws: what is being logged goes on, though nothing can be told of a log that cannot be written.
 */
export function log(level: LogLevel, message: string): void {
  const timestamp = new Date().toISOString().replace('Z', '000Z');
  const text = visible(shortened(message, MOST_OF_MESSAGE));
  try {
    writeSync(2, `${JSON.stringify({ '@level': level, '@message': text, '@timestamp': timestamp })}\n`);
  } catch {
    // Terraform has gone and closed the pipe, or stderr leads to a disk that is full.
  }
}
