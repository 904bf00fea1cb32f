// @ts-check

/**
 * One event of a text/event-stream.
 *
 * @typedef {{id: string, event: string, data: string}} StreamEvent
 */

/**
 * Takes a text/event-stream apart (WHATWG HTML, section 9.2.6). EventSource
 * would do it too, but it cannot send an Authorization header.
 */
export class EventStreamParser {
  #rest = '';
  #id = '';
  #event = '';
  /** @type {string[]} */
  #data = [];

  /**
   * Takes the next piece of the stream, cut anywhere, and returns the events
   * that it completes.
   *
   * @param {string} text
   * @returns {StreamEvent[]}
   */
  push(text) {
    const whole = this.#rest + text;
    // A carriage return at the very end may be half of a CRLF: it waits.
    const end = whole.endsWith('\r') ? whole.length - 1 : whole.length;
    const lines = whole.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + whole.slice(end);
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  /**
   * @param {string} line
   * @returns {StreamEvent | undefined}
   */
  #line(line) {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return undefined;
  }

  /** @returns {StreamEvent | undefined} */
  #dispatch() {
    const event = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    // An event with a name and no data is not dispatched by EventSource, but
    // "displaced" has nothing more to say than its name.
    const empty = this.#data.length === 0 && this.#event === '';
    this.#event = '';
    this.#data = [];
    return empty ? undefined : event;
  }
}
