// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BINARY } from './server.js';

/** What a camera ends with, as a test. @typedef {{after: (end: () => Promise<void>) => void}} Owner */

/** A running `inbox send`, with a home of its own; it ends with the test. */
export class NativeCamera {
  log = '';
  #process;

  /**
   * @param {string} home
   * @param {string[]} args
   * @param {string[]} inside what stands before the command
   */
  constructor(home, args, inside) {
    const [command, ...rest] = [...inside, BINARY, 'send', '-log-format=text', ...args];
    this.#process = spawn(command, rest, {
      cwd: home,
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process.stderr.on('data', (chunk) => {
      this.log += chunk;
    });
    this.exited = once(this.#process, 'exit').then(([status]) => /** @type {number | null} */ (status));
    this.lines = createInterface({ input: this.#process.stdout });
  }

  /**
   * Starts a camera, the test pattern unless args say otherwise.
   *
   * @param {Owner} t
   * @param {string} server
   * @param {string[]} [args]
   * @param {string[]} [inside] what stands before the command, to run it elsewhere
   */
  static start(t, server, args = ['-camera', 'test'], inside = []) {
    return NativeCamera.#run(t, ['-server', server, ...args], inside);
  }

  /**
   * Starts a test pattern that dials the receive page of a link.
   *
   * @param {Owner} t
   * @param {string} link
   */
  static dial(t, link) {
    return NativeCamera.#run(t, ['-camera', 'test', link]);
  }

  /** @param {Owner} t @param {string[]} args @param {string[]} [inside] */
  static async #run(t, args, inside = []) {
    const home = await mkdtemp(join(tmpdir(), 'inbox-e2e-'));
    const camera = new NativeCamera(home, args, inside);
    t.after(async () => {
      await camera.stop();
      await rm(home, { recursive: true, force: true });
    });
    return camera;
  }

  /** The link that it prints, to watch it. */
  async link() {
    for await (const line of this.lines) {
      const link = /https?:\/\/\S+#from=\S+/.exec(line)?.[0];
      if (link) return link;
    }
    throw new Error(`inbox send printed no link:\n${this.log}`);
  }

  /** Writes to its standard input. @returns {import('node:stream').Writable} */
  get input() {
    return this.#process.stdin;
  }

  /** Ends it as Ctrl+C does, and returns its exit status. @returns {Promise<number | null>} */
  stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGINT');
    return this.exited;
  }
}
