// @ts-check
import { setText } from './page.js';
import { isVisible, shownState, turnedRatio } from './picture.js';
import { veil } from './receive-words.js';

/** @typedef {import('./viewer.js').ViewedCamera} ViewedCamera */

/**
 * A camera to show.
 *
 * @typedef {object} Picture
 * @property {ViewedCamera} camera
 * @property {number} number that this page gives it
 * @property {string} name
 * @property {boolean} sealed whether it came by a link, so that nobody stands in between
 */

/**
 * @typedef {object} TileEvents
 * @property {() => void} onchange called when the size of the picture, or whether it has sound, changes
 * @property {() => void} onsilenced called when the browser does not allow its sound without a tap
 * @property {() => void} onpress
 */

/** One camera's place on the wall: its picture, and what is to say of it. */
export class Tile {
  #closed = new AbortController();
  #events;
  /** @type {import('./picture.js').Turn} */
  #turn = 0;
  element;
  video;
  /** @type {Picture} */
  picture;

  /**
   * @param {HTMLElement} element
   * @param {Picture} picture
   * @param {TileEvents} events
   */
  constructor(element, picture, events) {
    this.element = element;
    this.picture = picture;
    this.#events = events;
    this.video = /** @type {HTMLVideoElement} */ (element.querySelector('video'));
    const { signal } = this.#closed;
    this.video.addEventListener('resize', events.onchange, { signal });
    this.#part('.enlarge').addEventListener('click', events.onpress, { signal });
  }

  /** Lets go of the camera; the element stays, empty. */
  close() {
    this.#closed.abort();
    this.video.srcObject = null;
    this.element.classList.remove('shown');
    delete this.element.dataset.turn;
    delete this.element.dataset.state;
    this.route = '';
  }

  get state() {
    return shownState(this.picture.camera);
  }

  get visible() {
    return isVisible(this.state);
  }

  get name() {
    return this.picture.name;
  }

  /** Whether the camera sends sound now. */
  get hasSound() {
    return this.picture.camera.stream?.getAudioTracks().some(({ muted }) => !muted) ?? false;
  }

  get turn() {
    return this.#turn;
  }

  /** @param {import('./picture.js').Turn} turn */
  set turn(turn) {
    this.#turn = turn;
    this.element.dataset.turn = String(turn);
  }

  /** The width by height in which the picture is shown. */
  get ratio() {
    return turnedRatio(this.video.videoWidth, this.video.videoHeight, this.#turn);
  }

  /** @param {Picture} picture the same camera, changed */
  show(picture) {
    this.picture = picture;
    const { camera, sealed } = picture;
    // A camera that comes back keeps its last frame until the next one can come.
    if (camera.stream && (camera.state !== 'reconnecting' || !this.video.srcObject)) this.#attach(camera.stream);
    const { state } = this;
    this.element.dataset.state = state;
    this.element.dataset.sealed = String(sealed);
    setText(this.#part('.veil'), veil(state));
    setText(this.#part('.name'), this.name);
    setText(this.#part('.trust'), sealed ? 'Verified end to end' : 'Not verified');
    this.video.setAttribute('aria-label', this.name);
  }

  /** @param {'alone' | 'large' | 'one of several' | 'hidden'} place that it has on the wall */
  set place(place) {
    this.element.classList.toggle('shown', place !== 'hidden');
    const button = this.#part('.enlarge');
    button.hidden = place === 'alone' || place === 'hidden';
    button.setAttribute('aria-label', place === 'large' ? `Back to all cameras, from ${this.name}` : `Make ${this.name} large`);
  }

  /** Lets the sound be heard, as far as the browser allows. @param {boolean} on */
  hear(on) {
    if (this.video.muted === !on) return;
    this.video.muted = !on;
    this.play();
  }

  /** Plays the picture, without its sound where that wants a tap first. */
  play() {
    if (!this.video.srcObject) return;
    this.video.play().catch((error) => {
      if (error.name !== 'NotAllowedError' || this.video.muted) return; // it was replaced, or plays at the next tap
      this.video.muted = true;
      this.play();
      this.#events.onsilenced();
    });
  }

  get route() {
    return this.#part('.route').textContent ?? '';
  }

  /** The way that the picture takes, '' as long as it is not known. @param {string} words */
  set route(words) {
    setText(this.#part('.route'), words);
  }

  /** What is said of a recording; '' for none. @param {string} text */
  set recorded(text) {
    const badge = this.#part('.recorded');
    badge.hidden = text === '';
    setText(badge, text);
  }

  /** @param {MediaStream} stream */
  #attach(stream) {
    if (this.video.srcObject === stream) return;
    this.video.srcObject = stream;
    for (const track of stream.getAudioTracks()) {
      for (const event of ['mute', 'unmute']) track.addEventListener(event, this.#events.onchange, { signal: this.#closed.signal });
    }
    this.play();
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }
}
