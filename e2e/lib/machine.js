// @ts-check
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';

const SUDO = process.getuid?.() === 0 ? [] : ['sudo', '-E'];

/**
 * Another machine on a cable to this one, which can change its address: a
 * network namespace and a veth pair. Its network is one of those that are for
 * tests (RFC 2544).
 */
export class Machine {
  #name = `inbox-${process.pid}-${randomInt(1 << 20)}`;
  #cable = `inbox${randomInt(1 << 30).toString(36)}`;
  #net = `198.${18 + randomInt(2)}.${randomInt(256)}`;
  #last = 2;

  /** The address of this machine as that one has it. */
  get here() {
    return `${this.#net}.1`;
  }

  /** What stands before a command to run it there. */
  get inside() {
    return [...SUDO, 'ip', 'netns', 'exec', this.#name];
  }

  /** @param {import('node:test').TestContext} t that it ends with */
  static async start(t) {
    const machine = new Machine();
    t.after(() => ip('netns', 'delete', machine.#name));
    await ip('netns', 'add', machine.#name);
    // Media goes by interfaces whose names are not those of containers.
    await ip('link', 'add', machine.#cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', machine.#name);
    await ip('address', 'add', `${machine.here}/24`, 'dev', machine.#cable);
    await ip('link', 'set', machine.#cable, 'up');
    await machine.#ip('link', 'set', 'lo', 'up');
    await machine.#ip('link', 'set', 'eth0', 'up');
    await machine.#ip('address', 'add', machine.#address, 'dev', 'eth0');
    return machine;
  }

  /** Changes its address, as another Wi-Fi does. */
  async move() {
    await this.#ip('address', 'delete', this.#address, 'dev', 'eth0');
    this.#last++;
    await this.#ip('address', 'add', this.#address, 'dev', 'eth0');
  }

  get #address() {
    return `${this.#net}.${this.#last}/24`;
  }

  /** @param {...string} args */
  #ip(...args) {
    return ip('-netns', this.#name, ...args);
  }
}

/** @param {...string} args */
async function ip(...args) {
  const [command, ...rest] = [...SUDO, 'ip', ...args];
  await promisify(execFile)(command, rest);
}
