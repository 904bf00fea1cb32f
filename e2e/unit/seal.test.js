// @ts-check
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Replays } from '../../web/replays.js';
import { Seal, SealError, newKey, parseKey } from '../../web/seal.js';

/** @type {{name: string, key: string, from: string, to: string, box: string, message: string | null}[]} */
const VECTORS = JSON.parse(await readFile(new URL('../../docs/vectors/seal.json', import.meta.url), 'utf8'));

for (const { name, key, from, to, box, message } of VECTORS) {
  test(`the box of the vectors: ${name}`, async () => {
    const opening = new Seal(key).open(box, from, to);
    if (message === null) await assert.rejects(opening, SealError);
    else assert.equal((await opening).message, message);
  });
}

test('what is sealed opens, and no two boxes are the same', async () => {
  const seal = new Seal(newKey());
  const [one, two] = [await seal.seal('hello', 'a', 'b'), await seal.seal('hello', 'a', 'b')];
  assert.notEqual(one, two);
  const opened = await seal.open(one, 'a', 'b');
  assert.equal(opened.message, 'hello');
  assert.notEqual(opened.nonce, (await seal.open(two, 'a', 'b')).nonce);
  await assert.rejects(seal.seal('hello', 'a:b', 'c'), SealError);
  await assert.rejects(seal.open(one, 'b', 'a'), SealError);
});

test('a key is 256 bits of base64url and nothing else', () => {
  const key = newKey();
  assert.equal(parseKey(key)?.length, 32);
  assert.notEqual(newKey(), key);
  for (const text of ['', 'x', `${key}A`, key.slice(1), `${key.slice(1)}=`, '+'.repeat(43)]) {
    assert.equal(parseKey(text), null, text);
    assert.throws(() => new Seal(text), SealError);
  }
});

test('a nonce counts once, also after a reload, and they are bounded', () => {
  /** @type {Map<string, string>} */
  const values = new Map();
  const store = { getItem: (/** @type {string} */ key) => values.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void values.set(key, value) };
  const replays = new Replays(store);
  assert.equal(replays.take('n'), 'new');
  assert.equal(replays.take('n'), 'replayed');
  const reloaded = new Replays(store);
  assert.equal(reloaded.take('n'), 'earlier');
  assert.equal(reloaded.take('n'), 'replayed', 'it is delivered once again without harm, not twice');
  for (let i = 0; i < 512; i++) assert.equal(reloaded.take(`m${i}`), 'new');
  assert.equal(reloaded.take('m0'), 'replayed');
  assert.equal(reloaded.take('n'), 'new', 'the oldest is forgotten');
});
