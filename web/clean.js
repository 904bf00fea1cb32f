// @ts-check
// A script of the old kind, in the head: it runs before anything is painted, so
// that a page that is to be clean never shows anything else. A module would be
// late. The option is the one of receive-options.js.
document.documentElement.classList.toggle('clean', ['', '1'].includes(new URLSearchParams(location.search).get('clean') ?? '0'));
