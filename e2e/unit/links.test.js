// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseLink } from '../../web/links.js';
import { isLocal, makeLink, reachableBase } from '../../web/make-link.js';
import { newKey } from '../../web/seal.js';

const KEY = newKey();

test('a link that was made is read again', () => {
  const link = makeLink('send.html', 'https://h:3000/cam/', 'to', { id: 'a-b_c', key: KEY });
  assert.equal(link, `https://h:3000/cam/send.html#to=a-b_c&key=${KEY}`);
  assert.deepEqual(parseLink(new URL(link).hash, 'to'), { kind: 'to', id: 'a-b_c', key: KEY });
});

test('no link, and links that are not whole or not for this page', () => {
  for (const hash of ['', '#']) assert.deepEqual(parseLink(hash, 'to'), { kind: 'none' });
  for (const hash of ['#to=a', `#key=${KEY}`, `#to=&key=${KEY}`, `#to=a&key=${KEY.slice(1)}`, `#to=a:b&key=${KEY}`, `#from=a&key=${KEY}`, '#x']) {
    assert.deepEqual(parseLink(hash, 'to'), { kind: 'wrong' }, hash);
  }
});

test('a page on localhost makes links to the first address that others reach', () => {
  const addresses = ['https://127.0.0.1:3000/', 'https://192.168.1.5:3000/', 'https://10.0.0.2:3000/'];
  assert.equal(reachableBase('https://localhost:3000/', addresses), addresses[1]);
  assert.equal(reachableBase('https://[::1]:3000/', addresses), addresses[1]);
  assert.equal(reachableBase('https://example.org/', addresses), 'https://example.org/');
  assert.equal(reachableBase('https://localhost:3000/', ['https://localhost:3000/', 'x']), 'https://localhost:3000/');
  assert.equal(isLocal('http://localhost.example.org/'), false);
});
