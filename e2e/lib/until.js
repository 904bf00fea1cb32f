// @ts-check
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until the answer is truthy, and returns it. What it last heard is
 * part of the error, so that a failure says how far things came.
 *
 * @template T
 * @param {string} what for the error: "the picture moves"
 * @param {() => Promise<T> | T} ask
 * @param {{timeout?: number, every?: number, describe?: () => Promise<unknown>}} [options] in milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, { timeout = 20_000, every = 30, describe } = {}) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) {
      const seen = describe ? `; instead: ${JSON.stringify(await describe())}` : '';
      throw new Error(`waited ${timeout / 1000} s in vain: ${what}${seen}`);
    }
    await delay(every);
  }
}
