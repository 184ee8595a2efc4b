import { writeSync } from 'node:fs';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * One line of JSON on stderr, which Terraform copies into its own log at the same level. A time without microseconds is
 * none to it: the whole line would be a text at the level `debug` (parseJSON in go-plugin's log_entry.go).
 */
export function log(level: LogLevel, message: string): void {
  const timestamp = new Date().toISOString().replace('Z', '000Z');
  const line = { '@level': level, '@message': message, '@timestamp': timestamp };
  try {
    writeSync(2, `${JSON.stringify(line)}\n`);
  } catch (error) {
    // Terraform has gone and its pipe with it: there is nobody left to tell.
    if (
      (error as NodeJS.ErrnoException).code !== 'EPIPE' &&
      (error as NodeJS.ErrnoException).code !== 'EAGAIN'
    )
      throw error;
  }
}
