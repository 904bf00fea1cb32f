// @ts-check
import { AddCamera } from './add-camera.js';
import { catchUp } from './catch-up.js';
import { linkIdentity, lobbyIdentity, storage, tabIdentity } from './identity.js';
import { showLink } from './link-card.js';
import { parseLink } from './links.js';
import { makeLink, reachableBase } from './make-link.js';
import { address, element, live, onNetworkBack, reloadOnLink, serverConfig, setText, show } from './page.js';
import { parseOptions } from './receive-options.js';
import { cameraNames, receiveView } from './receive-words.js';
import { Screen } from './screen.js';
import { REFUSED } from './shared-words.js';
import { showShield } from './shield.js';
import { Turns } from './turns.js';
import { WakeLock } from './wake-lock.js';
import { Wall } from './wall.js';

/** @typedef {import('./viewer.js').ViewedCamera} ViewedCamera */

const browser = storage('localStorage');
const tab = storage('sessionStorage');
const supported = 'RTCPeerConnection' in window;
const link = parseLink(location.hash, 'from');
const options = parseOptions(location.search);

/** The page from the moment it is shown until it goes away. */
class ReceivePage {
  #closed = new AbortController();
  #signal = this.#closed.signal;
  #lobby = true;
  /** Whether the last that was heard of any camera is that it stopped. */
  #ended = false;
  /** How many cameras there were to see. */
  #count = 0;
  /** The number that each camera keeps for as long as the page lives. @type {Map<string, number>} */
  #numbers = new Map();
  /** @type {import('./channel.js').Refusal | undefined} */
  #refused;
  /** @type {Screen[]} */
  #screens = [];
  #wall = new Wall(element('wall', HTMLElement), new Turns(tab), () => this.#render(), this.#signal);
  /** Loaded with the first camera. @type {import('./bar.js').Bar | undefined} */
  #bar;
  #loadingBar = options.clean; // which has none
  #adding = new AddCamera(this.#signal);
  #wakeLock = new WakeLock(this.#signal);

  constructor() {
    element('action', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => this.#act(currentTarget), { signal: this.#signal });
    this.#wall.sound = !options.muted;
    catchUp(() => this.#wall.tiles.filter(({ state }) => state === 'live').map(({ video }) => video), this.#signal);
    onNetworkBack(() => this.#nudge(), this.#signal);
    if (supported) this.#openScreens();
    void serverConfig(this.#signal).then(({ lobby, addresses }) => {
      if (this.#signal.aborted) return;
      this.#lobby = lobby;
      if (link.kind === 'none' && supported) this.#invite(addresses);
      this.#render();
    });
    this.#render();
  }

  close() {
    for (const screen of this.#screens) screen.close();
    this.#closed.abort(new DOMException('the page went away', 'AbortError'));
  }

  /** The inboxes of this page: that of the camera's link, or its own and the lobby. */
  #openScreens() {
    const common = {
      onchange: (/** @type {ViewedCamera} */ camera) => this.#cameraChanged(camera),
      onstate: () => this.#mailboxChanged(),
      onrefused: (/** @type {import('./channel.js').Refusal} */ refusal) => {
        this.#refused = refusal;
        if (this.#wall.seen.length > 0) this.#bar?.notify(REFUSED[refusal]); // the card with the note is behind the picture
        this.#render();
      },
    };
    if (link.kind === 'from') {
      const identity = { ...tabIdentity(tab), key: link.key };
      this.#screens = [new Screen({ ...common, identity, watch: link.id, store: tab }, this.#signal)];
    } else if (link.kind === 'none') {
      this.#screens = [
        new Screen({ ...common, identity: linkIdentity(tab), store: tab }, this.#signal),
        new Screen({ ...common, identity: lobbyIdentity(browser), store: browser }, this.#signal),
      ];
    }
    for (const screen of this.#screens) screen.run();
  }

  /** @param {string[]} addresses of the server */
  #invite(addresses) {
    const base = reachableBase(document.baseURI, addresses);
    showLink(makeLink('send.html', base, 'to', linkIdentity(tab)), 'Send a camera', this.#signal);
    document.body.classList.add('inviting');
    this.#adding.offer();
  }

  /** @param {ViewedCamera} camera */
  #cameraChanged(camera) {
    this.#ended = camera.state === 'ended' || (this.#ended && camera.state === 'asking');
    if (camera.state === 'live') this.#refused = undefined;
    this.#showCameras();
  }

  #mailboxChanged() {
    if (this.#screens.some(({ mailbox }) => mailbox.state === 'displaced')) this.#ended = false;
    this.#showCameras();
  }

  #showCameras() {
    const sources = this.#screens.flatMap(({ viewer, sealed }) =>
      [...viewer.cameras.values()].filter(({ stream }) => stream).map((camera) => ({ camera, sealed, number: this.#numberOf(camera) })));
    const names = cameraNames(sources.map(({ camera: { name }, number }) => ({ name, number })));
    const pictures = sources.map((source, i) => ({ ...source, name: names[i] }));
    if (pictures.length > 0) void this.#openBar();
    this.#wall.show(pictures);
    const count = this.#wall.tiles.length;
    if (count > this.#count) this.#adding.close(); // the one who scanned the code has come
    this.#count = count;
    this.#render();
  }

  async #openBar() {
    if (this.#loadingBar) return;
    this.#loadingBar = true;
    try {
      const { Bar } = await import('./bar.js');
      if (!this.#signal.aborted) this.#bar = new Bar(this.#wall, browser, () => this.#render(), this.#signal);
    } catch {
      this.#loadingBar = false; // the server is away: the next change asks again
    }
  }

  /** @param {ViewedCamera} camera */
  #numberOf({ id }) {
    const number = this.#numbers.get(id) ?? this.#numbers.size + 1;
    this.#numbers.set(id, number);
    return number;
  }

  /** @param {EventTarget | null} button */
  #act(button) {
    const action = button instanceof HTMLElement ? button.dataset.action : '';
    if (action === 'resume') for (const { mailbox } of this.#screens) mailbox.resume();
    else if (action === 'again') for (const { viewer } of this.#screens) viewer.watchUnfit();
    else if (action === 'home') location.assign('./');
    else this.#nudge();
  }

  #nudge() {
    for (const screen of this.#screens) screen.nudge();
  }

  /** How the camera stands that is on the screen, or the one that is to come. */
  get #camera() {
    const states = this.#wall.seen.map(({ state }) => state);
    if (states.length > 0) return states.find((state) => state === 'live') ?? states[0];
    const cameras = this.#screens.flatMap(({ viewer }) => [...viewer.cameras.values()]);
    if (cameras.some(({ state }) => state === 'connecting')) return 'connecting';
    if (cameras.some(({ state }) => state === 'reconnecting')) return 'reconnecting';
    if (this.#unfit !== undefined) return 'unfit';
    return this.#ended ? 'ended' : 'none';
  }

  /** The codecs of a camera that this browser cannot show. */
  get #unfit() {
    return this.#screens.flatMap(({ viewer }) => [...viewer.cameras.values()]).find(({ state }) => state === 'unfit')?.codecs;
  }

  #render() {
    const { chosen, seen } = this.#wall;
    const [own, lobby] = this.#screens.map(({ mailbox }) => mailbox.state);
    show(
      receiveView({
        supported,
        secure: isSecureContext,
        link: link.kind,
        mailbox: own ?? 'connecting',
        lobby: this.#lobby ? (lobby ?? 'connecting') : 'refused',
        camera: this.#camera,
        cameras: { all: seen.length, live: seen.filter(({ state }) => state === 'live').length },
        unfit: this.#unfit,
        refused: this.#refused,
        sendAddress: address('send'),
      }),
    );
    showShield(chosen?.state === 'live' ? chosen.picture.camera.session : undefined, chosen?.picture.sealed ?? false);
    // One camera that has no name of its own needs none.
    const name = chosen && (this.#wall.tiles.length > 1 || chosen.picture.camera.name) ? chosen.name : '';
    const told = [name, chosen?.route].filter(Boolean).join(' · ');
    element('camera', HTMLElement).hidden = told === '';
    setText(element('camera', HTMLElement), told);
    const picture = seen.length > 0;
    if (picture && !document.body.classList.contains('picture')) this.#bar?.wake();
    document.body.classList.toggle('picture', picture);
    this.#bar?.render();
    this.#wakeLock.want(seen.some(({ state }) => state === 'live'));
  }
}

reloadOnLink();
document.documentElement.classList.toggle('unlabelled', !options.label);
document.body.classList.toggle('cover', options.fit === 'cover');
live(() => {
  const page = new ReceivePage();
  return () => page.close();
});
