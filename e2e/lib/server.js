// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

/** The command under test; `npm run e2e` builds it. */
export const BINARY = process.env.INBOX_BINARY ?? fileURLToPath(new URL('../artifacts/inbox', import.meta.url));

/** A running `inbox serve`, on a port of its own and in an empty folder. */
export class Server {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  #folder;
  #args;
  url = '';
  log = '';
  printed = '';

  /**
   * @param {string} folder
   * @param {string[]} args
   */
  constructor(folder, args) {
    this.#folder = folder;
    this.#args = args;
  }

  /**
   * Starts a server. Without other flags it speaks plain HTTP, which browsers
   * treat as secure on 127.0.0.1.
   *
   * @param {string[]} [args]
   */
  static async start(args = ['-https=false']) {
    const folder = await mkdtemp(join(tmpdir(), 'inbox-e2e-'));
    const server = new Server(folder, args);
    await server.#spawn('127.0.0.1:0');
    return server;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  /** Ends the server as a crash or a power cut does. */
  async kill() {
    const process = this.#process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const exited = once(process, 'exit');
    process.kill('SIGKILL');
    await exited;
  }

  /** Starts the server again after {@link Server.kill}, on the same port. */
  async restart() {
    await this.#spawn(`127.0.0.1:${this.port}`);
  }

  async close() {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** @param {string} bind */
  async #spawn(bind) {
    const args = ['-bind', bind, '-mdns=false', '-state', join(this.#folder, 'state'), ...this.#args];
    const child = spawn(BINARY, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    child.stderr.on('data', (data) => (this.log += data));
    this.printed = '';
    child.stdout.on('data', (data) => (this.printed += data));
    const failed = once(child, 'exit').then(([status]) => {
      throw new Error(`the server ended with status ${status}: ${this.log}`);
    });
    this.url = await Promise.race([this.#address(), failed]);
    failed.catch(() => {}); // its later end is the test's own doing
  }

  /** The address that it prints. */
  async #address() {
    return until('the server prints its address', () => /https?:\/\/127\.0\.0\.1:\d+/.exec(this.printed)?.[0], { describe: async () => this.log });
  }

  /** The link to its own camera, if it was started with one. */
  cameraLink() {
    return until('the server prints the link to its camera', () => /https?:\/\/\S+#from=\S+(?=\s)/.exec(this.printed)?.[0], { describe: async () => this.log });
  }
}
