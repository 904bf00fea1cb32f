// @ts-check
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { codeWords } from '../../web/code-words.js';
import { WORDS } from '../../web/word-list.js';

/** @type {{name: string, local: string, remote: string, words: string}[]} */
const VECTORS = JSON.parse(await readFile(new URL('../../docs/vectors/words.json', import.meta.url), 'utf8'));

for (const { name, local, remote, words } of VECTORS) {
  test(`the words of the vectors: ${name}`, async () => assert.equal(await codeWords(local, remote), words));
}

test('who stands in between changes the words', () => {
  const [both, turned, spelled, between, second, none] = VECTORS.map(({ words }) => words);
  assert.deepEqual([turned, spelled, none], [both, both, '']);
  assert.equal(new Set([both, between, second]).size, 3);
});

test('there is a word for each byte, and only one', () => {
  assert.equal(new Set(WORDS).size, 256);
  assert.equal(WORDS.length, 256);
});
