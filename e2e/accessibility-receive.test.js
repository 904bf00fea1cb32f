// @ts-check
// The receive page can be used by everybody, in every state.
import { testStates } from './lib/accessible.js';

testStates((name) => name.startsWith('receive-'));
