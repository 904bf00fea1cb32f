// @ts-check
import puppeteer from 'puppeteer-core';

/**
 * @typedef {'chromium' | 'firefox'} BrowserName
 * @typedef {import('puppeteer-core').Browser} Browser
 * @typedef {import('puppeteer-core').BrowserContext} BrowserContext
 * @typedef {import('puppeteer-core').Page} Page
 */

const CHROMIUM_FLAGS = [
  '--no-sandbox', // tests may run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The second one is a depth camera, of which WebRTC sends nothing.
  '--use-fake-device-for-media-stream=fps=30,device-count=3',
  '--use-fake-ui-for-media-stream',
  // Pages that are not in front are drawn all the same, as on two devices.
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
];

const FIREFOX_PREFS = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/**
 * Starts a headless browser with fake cameras.
 *
 * @param {BrowserName} name
 * @param {object} [options]
 * @param {string[]} [options.args] more flags of Chromium
 * @param {string} [options.without] a flag of Chromium to leave out, by its beginning
 * @param {Record<string, unknown>} [options.prefs] more preferences of Firefox
 * @returns {Promise<Browser>}
 */
export function launch(name, { args = [], without, prefs = {} } = {}) {
  if (name === 'firefox') {
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
      headless: true,
      acceptInsecureCerts: true,
      extraPrefsFirefox: { ...FIREFOX_PREFS, ...prefs },
    });
  }
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    acceptInsecureCerts: true,
    args: [...CHROMIUM_FLAGS.filter((flag) => !without || !flag.startsWith(without)), ...args],
  });
}
