import { textFrame } from './text-frame.js';

/** Scores that came in one turn of the event loop, as they go over the wire; made once, however many clients there are. */
export class ScoresOfTurn {
  readonly #messages: Buffer[] = [];
  #apart: Buffer | null = null;
  #together: Buffer | null = null;

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** @param message a `score`, encoded */
  add(message: Buffer): void {
    this.#messages.push(message);
  }

  /** A message for each of them, in one piece. */
  get apart(): Buffer {
    this.#apart ??= Buffer.concat(this.#messages.map(textFrame));
    return this.#apart;
  }

  /** One message for all: a browser takes as long for a message as for what it says. */
  get together(): Buffer {
    this.#together ??= textFrame(
      Buffer.concat([
        Buffer.from('{"type":"scores","scores":['),
        ...this.#messages.flatMap((message, i) => (i === 0 ? [message] : [COMMA, message])),
        Buffer.from(']}'),
      ]),
    );
    return this.#together;
  }
}

const COMMA = Buffer.from(',');
