// Numbers as pictures: an image of pixels, its ink in two colours, and the tiles of a layer.
"use strict";

const GAP = 2; // dots between tiles
const ORANGE = [255, 150, 40]; // above 0: speaks for
const BLUE = [80, 150, 255]; // below 0: speaks against
const WHITE = [255, 255, 255];

// From 0 to 1, how strong a colour is. The root: small numbers are to be seen, too.
function strengthOf(v, most) {
  return Math.min(1, Math.sqrt(Math.abs(v) / most));
}

// A colour as canvases want it, made darker by `light`, from 0 (black) to 1.
function dotOf([red, green, blue], light) {
  return (255 << 24) | ((light * blue) << 16) | ((light * green) << 8) | (light * red);
}

function largestSize(values) {
  return values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
}

function putImage(canvas, width, dots) {
  const image = new ImageData(width, dots.length / width);
  new Uint32Array(image.data.buffer).set(dots);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Pixels from 0, black, to 1, white, row by row, as in MNIST.
function paintPixels(canvas, pixels, columns = 28) {
  putImage(canvas, columns, Array.from(pixels, (v) => dotOf(WHITE, v)));
}

// Numbers of either sign: black at 0, orange above, blue below.
function paintSigned(canvas, values, columns = 28) {
  const most = largestSize(values);
  const dots = Array.from(values, (v) => dotOf(v > 0 ? ORANGE : BLUE, strengthOf(v, most)));
  putImage(canvas, columns, dots);
}

// Pixels whose ink is white where it says nothing, orange where it spoke for an answer, blue where
// against it; `spoke` is what whichInkSpoke returns.
function paintInk(canvas, pixels, spoke) {
  const most = largestSize(spoke);
  const dots = Array.from(pixels, (v, i) => {
    const strength = strengthOf(spoke[i], most);
    const colour = spoke[i] > 0 ? ORANGE : BLUE;
    const mixed = colour.map((part) => 255 + strength * (part - 255));
    return dotOf(mixed, v);
  });
  putImage(canvas, 28, dots);
}

// The images of a layer, or its numbers as squares, are tiles: in how many columns and rows.
function arrangement({ shape, data }) {
  const [height, width, count] = shape.length === 3 ? shape : [1, 1, data.length];
  let columns = Math.ceil(Math.sqrt(2 * count));
  while (columns < count && count % columns !== 0) columns += 1; // so 512 are 32x16, full rows
  return { height, width, count, columns, rows: Math.ceil(count / columns) };
}

// All tiles of a layer, together about `across` dots wide: white, brighter where a number is larger,
// or with `signed` orange above 0 and blue below. What lies between them is seen through. data has,
// row by row, for each pixel one number of each image.
function paintTiles(canvas, { shape, data }, { signed = false, across }) {
  const { height, width, count, columns, rows } = arrangement({ shape, data });
  const scale = Math.max(1, Math.round(across / columns / width) - (width === 1 ? GAP : 0));
  const stepX = width * scale + GAP;
  const stepY = height * scale + GAP;
  const fullWidth = columns * stepX + GAP;
  const dots = new Uint32Array(fullWidth * (rows * stepY + GAP));
  const most = largestSize(data);
  data.forEach((v, at) => {
    const tile = at % count;
    const place = Math.floor(at / count);
    const left = (tile % columns) * stepX + (place % width) * scale + GAP;
    const top = Math.floor(tile / columns) * stepY + Math.floor(place / width) * scale + GAP;
    const above = signed ? ORANGE : WHITE;
    const dot = dotOf(v > 0 ? above : BLUE, strengthOf(v, most));
    for (let y = top; y < top + scale; y++) {
      for (let x = left; x < left + scale; x++) dots[y * fullWidth + x] = dot;
    }
  });
  putImage(canvas, fullWidth, dots);
}
