// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINARY } from './server.js';
import { until } from './until.js';

/** A running `inbox receive`, in a folder of its own; it ends with the test. */
export class NativeViewer {
  printed = '';
  log = '';
  #process;

  /**
   * @param {string} folder
   * @param {string[]} args
   * @param {string[]} inside what stands before the command
   */
  constructor(folder, args, inside) {
    this.folder = folder;
    const [command, ...rest] = [...inside, BINARY, 'receive', '-log-format=text', ...args];
    this.#process = spawn(command, rest, {
      cwd: folder,
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout.on('data', (chunk) => (this.printed += chunk));
    this.#process.stderr.on('data', (chunk) => (this.log += chunk));
    this.exited = once(this.#process, 'exit').then(([status]) => /** @type {number | null} */ (status));
  }

  /**
   * @param {import('node:test').TestContext} t
   * @param {...string} args
   */
  static start(t, ...args) {
    return NativeViewer.inside(t, [], ...args);
  }

  /**
   * Starts one elsewhere.
   *
   * @param {import('node:test').TestContext} t
   * @param {string[]} inside what stands before the command
   * @param {...string} args
   */
  static async inside(t, inside, ...args) {
    const folder = await mkdtemp(join(tmpdir(), 'inbox-e2e-'));
    const viewer = new NativeViewer(folder, args, inside);
    t.after(async () => {
      await viewer.kill();
      await rm(folder, { recursive: true, force: true });
    });
    return viewer;
  }

  /** The link that it prints, for a phone to send to. */
  link() {
    return until('inbox receive prints a link', () => /https?:\/\/\S+#to=\S+(?=\s)/.exec(this.printed)?.[0], { describe: async () => this.log });
  }

  /** @param {string} file */
  path(file) {
    return join(this.folder, file);
  }

  /** Ends it as Ctrl+C does, and returns its exit status. */
  stop() {
    this.#process.kill('SIGINT');
    return this.exited;
  }

  /** Ends it as a power cut does. */
  async kill() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL');
    await this.exited;
  }
}
