// Arrays as an .npz file, which `numpy.load` reads: so digits that were drawn in the page can be
// given to train.py. `node` can run it, too.
//
// An .npz is a ZIP with a .npy file for each array; here they are stored in it without packing.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html explains .npy, and
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT ZIP (sections 4.3.7, 4.3.12, 4.3.16).
"use strict";

// `arrays` are names, shapes and bytes: { labels: { shape: [2], data: [7, 1] }, ... }. Returns the
// bytes of the file, in which each is an array of uint8.
function makeNpz(arrays) {
  let files = [];
  let directory = []; // behind the files: what they are, and where each begins
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    const path = letters(`${name}.npy`);
    const content = makeNpy(shape, data);
    const about = [
      ...number(20, 2), // version 2.0 of ZIP is enough to read it
      ...number(0, 2), ...number(0, 2), // nothing special; not packed
      ...number(0, 2), ...number(33, 2), // time and date: 1 January 1980, the first that ZIP knows
      ...number(crc32(content), 4),
      ...number(content.length, 4), ...number(content.length, 4), // packed, and as it is
      ...number(path.length, 2), ...number(0, 2), // of the name; of what follows it
    ];
    const start = files.length;
    files = [...files, ...letters("PK\x03\x04"), ...about, ...path, ...content];
    directory = [...directory, ...letters("PK\x01\x02"), ...number(20, 2), ...about,
      ...number(0, 10), // no comment, one disk, no attributes
      ...number(start, 4), ...path];
  }
  const count = number(Object.keys(arrays).length, 2);
  const end = [...letters("PK\x05\x06"), ...number(0, 4), ...count, ...count,
    ...number(directory.length, 4), ...number(files.length, 4), ...number(0, 2)];
  return Uint8Array.from([...files, ...directory, ...end]);
}

// An array as a .npy file: a line of Python that says what it is, filled up to a multiple of 64
// bytes, then the data.
function makeNpy(shape, data) {
  const about = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const before = 10; // bytes that stand before that line
  const length = 64 * Math.ceil((before + about.length + 1) / 64) - before;
  const line = `${about.padEnd(length - 1)}\n`;
  return [...letters("\x93NUMPY\x01\x00"), ...number(length, 2), ...letters(line), ...data];
}

function letters(text) {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

// A number as so many bytes, the smallest first.
function number(value, count) {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

// The checksum that ZIP wants: the bytes as one long binary number, divided, without carrying, by a
// fixed one; what remains.
function crc32(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}

if (typeof module !== "undefined") module.exports = { makeNpz };
