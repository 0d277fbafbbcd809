// Solves a puzzle of the wallet service in the background: finds a number for which SHA-256 of the challenge and the number
// begins with zero bits. SubtleCrypto would be twenty times slower for so short a text.
"use strict";

const BYTES_OF_NUMBER = 8;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const START = new Int32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const ROUNDS = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

const words = new Int32Array(BLOCK_BYTES);
const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

// The first 32 bits of the hash of a text that is one block with its padding.
function firstWord(block) {
  for (let index = 0; index < 16; index++) words[index] = block.getInt32(4 * index);
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15];
    const late = words[index - 2];
    const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[index] = words[index - 16] + low + words[index - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let index = 0; index < 64; index++) {
    const choice = (e & f) ^ (~e & g);
    const added = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + ROUNDS[index] + words[index]) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const mixed = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + added) | 0, c, b, a, (added + mixed) | 0];
  }
  return (START[0] + a) | 0;
}

// `bits` is at most 32. Throws if the challenge is too long for one block.
function solve(challenge, bits) {
  const block = new DataView(new ArrayBuffer(BLOCK_BYTES));
  const end = challenge.length + BYTES_OF_NUMBER;
  if (end >= BLOCK_BYTES - LENGTH_BYTES) throw new RangeError("the challenge is too long");
  challenge.forEach((byte, index) => block.setUint8(index, byte));
  block.setUint8(end, 0x80);
  block.setUint32(BLOCK_BYTES - 4, end * 8);
  for (let number = 0; ; number++) {
    block.setUint32(end - 4, number);
    if (Math.clz32(firstWord(block)) >= bits) return number;
  }
}

addEventListener("message", ({ data }) => {
  const challenge = Uint8Array.from(atob(data.challenge), (letter) => letter.charCodeAt(0));
  postMessage(solve(challenge, data.bits));
});
