// @ts-check
// The bar below the picture and all that it does, loaded with the first picture.
import { Controls } from './controls.js';
import { loadStyle } from './load-style.js';
import { TileActions } from './tile-actions.js';

export class Bar {
  #actions;
  #controls;

  /**
   * @param {import('./wall.js').Wall} wall
   * @param {import('./identity.js').Store} store of the browser, for what the person wants on every page
   * @param {AbortSignal} signal
   */
  constructor(wall, store, signal) {
    const actions = new TileActions(wall, store, () => this.render(), (text) => this.#controls.notify(text), signal);
    this.#actions = actions;
    this.#controls = new Controls({ actions: actions.all, onchoose: (number) => wall.choose(number), keys: () => actions.keys }, signal);
    void loadStyle('bar.css').then(() => {
      if (!signal.aborted) document.body.classList.add('operable');
    });
    this.render();
  }

  /** Brings the buttons up to date with the wall. */
  render() {
    this.#actions.render(this.#controls);
  }

  /** Shows the bar, as if the person had moved. */
  wake() {
    this.#controls.wake();
  }
}
