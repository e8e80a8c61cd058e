import type { CodeText } from '../base/error.js'

/** Codes of the command line itself: what was typed, files, standard input. */
export const CLI_CODES = {
  USAGE: {
    meaning: 'The command line cannot be understood: an unknown command or option, or something missing.',
    advice: '`lno help` lists the commands, `lno COMMAND --help` shows one with examples.',
  },
  BAD_CONFIG: {
    meaning: 'The config file, or an LNO_ variable of the environment, holds something that cannot be used.',
    advice:
      'The file is one JSON object whose keys are options without their dashes: {"network": "signet"}. It lies at $XDG_CONFIG_HOME/lno/config.json, or ~/.config/lno/config.json.',
  },
  INPUT_TOO_LARGE: {
    meaning: 'Standard input, or a file, holds more than any message of the protocol could.',
    advice: 'Check what is piped in: one string or the hex of one message is expected.',
  },
  NO_INPUT: {
    meaning: 'Nothing was given where a string or the hex of bytes is needed.',
    advice: 'Give it as the argument, or pipe it in and write `-` in its place.',
  },
  LAB_NOT_HERE: {
    meaning: 'The interop lab is part of a clone of the project, and cannot be found or started here.',
    advice: 'Clone the project, run `npm ci` in it, and there `npm run interop`.',
  },
  FILE_UNREADABLE: {
    meaning: 'A file cannot be read or written.',
    advice: 'Check its path and who may read and write it.',
  },
  NO_SECRET: {
    meaning: 'The command needs a secret key and none was given.',
    advice:
      'Write the 32 bytes as hex into a file that only you can read and name it with --key-file, or put the hex into LNO_SECRET. Secrets are never taken from the arguments, where other users of the machine can see them.',
  },
  BAD_KEY_FILE: {
    meaning: 'What was given as a secret key is not one.',
    advice: 'A key file or LNO_SECRET holds 32 bytes (64 hex digits; a file may also hold the raw 32 bytes).',
  },
  NO_PREIMAGE: {
    meaning: 'The command needs the preimage of a payment and none was given.',
    advice:
      'Write its 32 bytes as hex into a file and name it with --preimage-file, or put the hex into LNO_PREIMAGE. It is never taken from the arguments: who learns it can claim to have paid.',
  },
  BAD_PREIMAGE: {
    meaning: 'What was given as a preimage is not one.',
    advice: 'It is 32 bytes: 64 hex digits, or a file of the raw 32 bytes.',
  },
  BAD_GRANT_SECRET: {
    meaning: 'What was given as the secret of a grant is not one.',
    advice: 'It is 64 hex digits, as `lno host grant` of the host printed it once. It works one time only.',
  },
  NOT_CONFIRMED: {
    meaning: 'The question whether to pay was not answered with yes.',
    advice: 'Answer y, or give --yes where nobody shall be asked.',
  },
  UNKNOWN_CODE: {
    meaning: 'No error code and no rule has that name.',
    advice: 'Codes and rules are listed in docs/errors.md and docs/conformance.md; `lno explain` also takes a string.',
  },
  DEMO_FAILED: {
    meaning: 'A step of `lno demo` did not go as it should.',
    advice: 'The message says which one. Run it again; if it fails again, please report it with that message.',
  },
  QR_TOO_LARGE: {
    meaning: 'The string is longer than what the largest QR code holds.',
    advice: 'Pass the string on as text, or make one with fewer or shorter paths.',
  },
  TERMINAL_TOO_NARROW: {
    meaning: 'The terminal has not as many columns as the QR code needs.',
    advice:
      'Widen the terminal or make its letters smaller, or write the code into a file: lno decode --qr STRING > FILE.',
  },
  INTERRUPTED: {
    meaning: 'The command was stopped by a signal before it was done.',
    advice: 'Nothing to do: run it again when you like.',
  },
  UNEXPECTED: {
    meaning: 'Something happened that lno was not written for: a bug.',
    advice: 'Run the command again with LNO_DEBUG=1 and report what it prints.',
  },
} as const satisfies Record<string, CodeText>
export type CliCode = keyof typeof CLI_CODES
