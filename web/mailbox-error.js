// @ts-check

/**
 * What a request to the mailbox came to, where that is no success:
 * 'absent' no such inbox (yet), 'taken' the identifier is someone else's,
 * 'displaced' another reader of this inbox is newer, 'refused' the server does
 * not allow the identifier, 'rejected' the message cannot be accepted as it is,
 * 'busy' come back later, 'stale' given up because it is too old,
 * 'unreachable' an answer that is none of the mailbox's.
 *
 * @typedef {'absent' | 'taken' | 'displaced' | 'refused' | 'rejected' | 'busy' | 'stale' | 'unreachable'} MailboxErrorCode
 */

export class MailboxError extends Error {
  /**
   * @param {MailboxErrorCode} code
   * @param {string} [message] what the server said
   * @param {number} [retryAfter] milliseconds
   */
  constructor(code, message = code, retryAfter = 0) {
    super(message);
    this.name = 'MailboxError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** @type {Record<number, MailboxErrorCode>} */
const CODES = {
  400: 'rejected',
  401: 'taken',
  403: 'refused',
  404: 'absent',
  409: 'displaced',
  413: 'rejected',
  429: 'busy',
  503: 'busy',
};

/**
 * The error that a response stands for.
 *
 * @param {Response} response
 * @returns {Promise<MailboxError>}
 */
export async function errorOf(response) {
  const text = await response.text().catch(() => '');
  const seconds = Number(response.headers.get('Retry-After'));
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : 0;
  return new MailboxError(CODES[response.status] ?? 'unreachable', text.split('\n', 1)[0], retryAfter);
}

/**
 * Whether sending the same message again cannot help.
 *
 * @param {unknown} error
 */
export function isFinal(error) {
  return error instanceof MailboxError && error.code !== 'busy' && error.code !== 'unreachable';
}

/**
 * How long the server asks to be left alone, in milliseconds.
 *
 * @param {unknown} error
 */
export function retryAfter(error) {
  return error instanceof MailboxError ? error.retryAfter : 0;
}
