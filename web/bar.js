// @ts-check
// The bar below the picture and all that it does, loaded with the first picture.
import { Controls } from './controls.js';
import { loadStyle } from './load-style.js';
import { TileActions } from './tile-actions.js';
import { TileRoutes } from './tile-routes.js';

export class Bar {
  #actions;
  #controls;
  #routes;
  #wall;

  /**
   * @param {import('./wall.js').Wall} wall
   * @param {import('./identity.js').Store} store of the browser, for what the person wants on every page
   * @param {() => void} onchange called when more is known of a camera
   * @param {AbortSignal} signal
   */
  constructor(wall, store, onchange, signal) {
    this.#wall = wall;
    this.#routes = new TileRoutes(onchange);
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
    this.#routes.update(this.#wall.tiles);
  }

  /** Says something over the picture, for a while. @param {string} text */
  notify(text) {
    this.#controls.notify(text);
  }

  /** Shows the bar, as if the person had moved. */
  wake() {
    this.#controls.wake();
  }
}
