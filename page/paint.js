// Numbers as pictures: an image of pixels, its ink in two colours, and the tiles of a layer.
"use strict";

const ORANGE = [255, 150, 40]; // above 0: speaks for
const BLUE = [80, 150, 255]; // below 0: speaks against
const WHITE = [255, 255, 255];

// From 0 to 1, how strong the colours of numbers are. The root: small ones are to be seen, too.
function strengthsOf(values) {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
  return values.map((v) => Math.sqrt(Math.abs(v) / most));
}

// A colour as canvases want it, made darker by `light`, from 0 (black) to 1.
function dotOf([red, green, blue], light) {
  return (255 << 24) | ((light * blue) << 16) | ((light * green) << 8) | (light * red);
}

function putImage(canvas, width, dots) {
  const image = new ImageData(width, dots.length / width);
  new Uint32Array(image.data.buffer).set(dots);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// 28x28 pixels from 0, black, to 1, white, row by row, as in MNIST. If `spoke` is given, which is
// what whichInkSpoke returns, ink is orange where it spoke for an answer, blue where against it.
function paintPixels(canvas, pixels, spoke = new Float32Array(784)) {
  const strengths = strengthsOf(spoke);
  const dots = Array.from(pixels, (v, i) => {
    const colour = spoke[i] > 0 ? ORANGE : BLUE;
    const mixed = colour.map((part) => 255 + strengths[i] * (part - 255));
    return dotOf(mixed, v);
  });
  putImage(canvas, 28, dots);
}

// The images of a layer side by side, or its numbers as dots: brighter where a number is larger, of
// the colour `above` where it is above 0, blue below. data has, row by row, for each pixel one number
// of each image.
function paintTiles(canvas, shape, data, above) {
  const [height, width, count] = shape.length === 3 ? shape : [1, 1, data.length];
  const gap = width > 1 ? 1 : 0; // dots between images, which are seen through
  let columns = Math.floor(Math.sqrt(2 * count));
  while (count % columns !== 0) columns += 1; // so 512 are 32x16, full rows
  const fullWidth = columns * (width + gap) - gap;
  const fullHeight = (count / columns) * (height + gap) - gap;
  const dots = new Uint32Array(fullWidth * fullHeight);
  strengthsOf(data).forEach((strength, at) => {
    const tile = at % count;
    const place = Math.floor(at / count);
    const x = (tile % columns) * (width + gap) + (place % width);
    const y = Math.floor(tile / columns) * (height + gap) + Math.floor(place / width);
    dots[y * fullWidth + x] = dotOf(data[at] > 0 ? above : BLUE, strength);
  });
  putImage(canvas, fullWidth, dots);
}

// A picture with what it is called, for a screen reader, and what stands below it.
function makeFigure(name, caption) {
  const figure = document.createElement("figure");
  figure.innerHTML = '<canvas role="img"></canvas><figcaption></figcaption>';
  figure.firstChild.setAttribute("aria-label", name);
  figure.lastChild.textContent = caption;
  return figure;
}
