// @ts-check

/**
 * Loads a style sheet that the page did not need so far, once.
 *
 * @param {string} name of the file beside this one
 * @returns {Promise<void>} resolves when it applies, or could not be loaded: plain, but all there
 */
export async function loadStyle(name) {
  const { href } = new URL(name, import.meta.url);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  await new Promise((resolve) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', resolve);
    document.head.append(link);
  });
}
