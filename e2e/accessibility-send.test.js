// @ts-check
// The send page, and those around both, can be used by everybody, in every state.
import { testStates } from './lib/accessible.js';

testStates((name) => !name.startsWith('receive-'));
