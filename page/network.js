// A neural network in plain JavaScript: how it answers (`predict`), how it learns (`learn`), and
// the layers of a convnet. It is the one that train.py trained with Keras, and answers the same.
//
// For whoever wants to see the whole way from pixels to answer: read it from top to bottom. Nothing
// here knows of the page around it, and `node` can run it, too.
"use strict";

// What train.py stores, as far as it matters for reading on:
//   layers: a list of {kind, config, weights}: "Dense", its settings in Keras, arrays of weights
//   shape: of an image, as the first layer wants it
//   paper, ink: the numbers that white paper and full ink were in training, usually 0 and 1
// The weights stand there as text; `openNetwork`, at the end, makes numbers of them.
let network = null;

// --- What a network is: layers; each makes new numbers from those of the one before it -----------

// For each kind of layer and each activation, the function that computes it; they follow below.
const layers = {};
const activations = {};

// 784 numbers, 0 (paper) to 1 (ink), row by row: returns ten probabilities.
function predict(pixels) {
  const { paper, ink } = network;
  let x = {
    shape: network.shape,
    data: Float32Array.from(pixels, (v) => paper + v * (ink - paper)),
  };
  for (const layer of network.layers) {
    layer.input = x.data; // kept for learn, and to be shown
    x = layers[layer.kind](x, layer);
    const activation = activations[layer.config.activation ?? "linear"];
    x = { shape: x.shape, data: activation(x.data) };
    layer.output = x;
  }
  return [...x.data];
}

// Dense: each unit adds up all inputs, each times a weight of its own, and a bias. The weight from
// input i to unit u stands at weights[i * units + u]: first all that begin at input 0, and so on.
layers.Dense = (x, layer) => {
  const [weights, bias] = layer.weights;
  const sums = new Float32Array(layer.config.units);
  if (bias) sums.set(bias);
  addWeighted(sums, x.data, weights);
  return { shape: [sums.length], data: sums };
};

function addWeighted(sums, data, weights) {
  const units = sums.length;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value === 0) continue; // most pixels are paper, and add nothing
    const first = i * units;
    for (let u = 0; u < units; u++) sums[u] += value * weights[first + u];
  }
}

activations.linear = (data) => data;
activations.relu = (data) => data.map((v) => Math.max(v, 0));

// Softmax makes sums into probabilities: positive numbers that together are 1.
activations.softmax = (data) => {
  const largest = data.reduce((a, b) => Math.max(a, b)); // without it, powers could be too large
  const powers = data.map((v) => Math.exp(v - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((v) => v / sum);
};

// That is all that the network of train.py computes.

// --- How it learns -------------------------------------------------------------------------------

// One step of training, on one image. The loss is minus the logarithm of the right answer's
// probability: high where that got little. When the sum of a unit grows, the loss changes with it
// by the unit's error: its probability, less 1 for the right answer. And a weight changes the sum
// by its input. So the gradient of the loss for a weight is error times input, and the weight takes
// a step the other way. Only the last Dense layer learns here; the earlier layers stay.
function learn(pixels, right) {
  const probabilities = predict(pixels);
  const { input, weights: arrays } = teachable();
  const [weights, bias] = arrays;
  // A large input makes large gradients, so the step shrinks with it (the 1 stands for the bias).
  // That 0.3 is neither too slow nor too much was found by trying.
  const step = 0.3 / (1 + input.reduce((sum, v) => sum + v * v, 0)); // the learning rate
  const units = probabilities.length;
  for (let u = 0; u < units; u++) {
    const error = probabilities[u] - (u === right ? 1 : 0);
    for (let i = 0; i < input.length; i++) weights[i * units + u] -= step * error * input[i];
    if (bias) bias[u] -= step * error; // as if its input were 1
  }
}

// The last Dense layer, if softmax makes its sums into the answers, either as its own activation or
// as a layer behind it. Otherwise undefined: then the gradient is not what learn takes for it.
function teachable() {
  const last = network.layers.at(-1);
  const beforeLast = network.layers.at(-2);
  const hasSoftmax = last.kind === "Softmax" || last.config.activation === "softmax";
  if (!hasSoftmax) return undefined;
  if (last.kind === "Dense") return last;
  const bareSums = beforeLast?.kind === "Dense" && beforeLast.config.activation === "linear";
  return bareSums ? beforeLast : undefined;
}

// --- Which ink spoke? ----------------------------------------------------------------------------

// How many pixels wide and high a piece is that is erased. Of several sizes this one tells nearly as
// much as single pixels, in a fifth of the time (docs/measured.md).
const PIECE = 3;

// How much the ink of each pixel spoke for the answer `first` rather than `second`: erase the image
// piece by piece, and each time ask again. Where `first` loses when it is erased, ink spoke for it,
// and the number is above 0; where `first` gains, below 0. That works with every network.
function whichInkSpoke(pixels, first, second) {
  const spoke = new Float32Array(784);
  const before = lead(predict(pixels), first, second);
  const pieces = Math.ceil(28 / PIECE); // in a row
  const pieceOf = (at) => {
    return Math.floor(at / 28 / PIECE) * pieces + Math.floor((at % 28) / PIECE);
  };
  for (let piece = 0; piece < pieces * pieces; piece++) {
    const erased = pixels.map((v, at) => (pieceOf(at) === piece ? 0 : v));
    const ink = pixels.reduce((sum, v, at) => sum + v - erased[at], 0);
    if (ink === 0) continue;
    const change = before - lead(predict(erased), first, second);
    pixels.forEach((v, at) => {
      if (pieceOf(at) === piece) spoke[at] = change * v / ink; // each pixel gets its share
    });
  }
  predict(pixels); // what each layer keeps is about the whole image again
  return spoke;
}

// By how much an answer is ahead of another: the logarithm of how many times as probable it is.
function lead(shares, first, second) {
  const least = 1e-30; // a share can be so small that it is stored as 0
  return Math.log(Math.max(shares[first], least)) - Math.log(Math.max(shares[second], least));
}

// --- The layers of a convnet ---------------------------------------------------------------------
// x is {shape, data}: shape [28, 28, 32] means 28 rows of 28 pixels of 32 numbers, and data has all
// of them, end to end.

// A window goes over the image in steps. Returns where it begins at each, along one side: with
// padding "same" it also looks over both edges, where there is nothing.
function begins(size, window, step, padding) {
  const count = Math.ceil((padding === "same" ? size : size - window + 1) / step);
  const missing = Math.max(0, (count - 1) * step + window - size);
  return Array.from({ length: count }, (_, n) => n * step - Math.floor(missing / 2));
}

// Returns how many rows and columns of places the window has, and for each place, row by row, the
// pixels that it sees there, row by row, too: their numbers, -1 over the edge.
function slide([height, width], [tall, wide], { strides, padding }) {
  const tops = begins(height, tall, strides[0], padding);
  const lefts = begins(width, wide, strides[1], padding);
  const places = [];
  for (const top of tops) {
    for (const left of lefts) {
      const pixels = [];
      for (let row = top; row < top + tall; row++) {
        for (let column = left; column < left + wide; column++) {
          const isInside = row >= 0 && row < height && column >= 0 && column < width;
          pixels.push(isInside ? row * width + column : -1);
        }
      }
      places.push(pixels);
    }
  }
  return { rows: tops.length, columns: lefts.length, places };
}

// Conv2D: at each place the same small Dense layer reads what the window sees. Its weights stand in
// the order of the window's parts, for each part in that of its inputs, and for each input in that
// of the filters.
layers.Conv2D = (x, layer) => {
  const [weights, bias] = layer.weights;
  const { filters, kernel_size: window } = layer.config;
  const inputs = x.shape[2];
  const { rows, columns, places } = slide(x.shape, window, layer.config);
  const data = new Float32Array(places.length * filters);
  places.forEach((pixels, place) => {
    const sums = data.subarray(place * filters, (place + 1) * filters);
    if (bias) sums.set(bias);
    pixels.forEach((pixel, part) => {
      if (pixel < 0) return;
      const seen = x.data.subarray(pixel * inputs, (pixel + 1) * inputs);
      const first = part * inputs * filters;
      addWeighted(sums, seen, weights.subarray(first, first + inputs * filters));
    });
  });
  return { shape: [rows, columns, filters], data };
};

// Pooling: the numbers that a window sees become one.
function pool(x, window, config, combine) {
  const channels = x.shape[2];
  const { rows, columns, places } = slide(x.shape, window, config);
  const data = [];
  for (const pixels of places) {
    const inside = pixels.filter((pixel) => pixel >= 0);
    for (let c = 0; c < channels; c++) {
      data.push(combine(inside.map((pixel) => x.data[pixel * channels + c])));
    }
  }
  return { shape: [rows, columns, channels], data: Float32Array.from(data) };
}
const largestOf = (list) => list.reduce((a, b) => Math.max(a, b));
const meanOf = (list) => list.reduce((a, b) => a + b) / list.length;
layers.MaxPooling2D = (x, { config }) => pool(x, config.pool_size, config, largestOf);
layers.AveragePooling2D = (x, { config }) => pool(x, config.pool_size, config, meanOf);
layers.GlobalAveragePooling2D = (x) => {
  const [height, width, channels] = x.shape;
  const { data } = pool(x, [height, width], { strides: [1, 1] }, meanOf); // one window sees all
  return { shape: [channels], data };
};

// BatchNormalization: less the mean of training, by the deviation of training, for each channel.
layers.BatchNormalization = (x, { config, weights }) => {
  const [scales, shifts, means, variances] = weights;
  const data = x.data.map((v, i) => {
    const c = i % means.length;
    return (v - means[c]) / Math.sqrt(variances[c] + config.epsilon) * scales[c] + shifts[c];
  });
  return { shape: x.shape, data };
};

layers.Flatten = (x) => ({ shape: [x.data.length], data: x.data });
layers.Reshape = (x, { config }) => {
  const shape = config.target_shape; // in which a -1 stands for what is left
  const known = shape.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
  return { shape: shape.map((size) => (size === -1 ? x.data.length / known : size)), data: x.data };
};
layers.Rescaling = (x, { config }) => {
  return { shape: x.shape, data: x.data.map((v) => v * config.scale + config.offset) };
};

// Activations as layers, and more of them to try in the place of relu.
layers.Activation = (x) => x; // predict applies it, as after every layer
layers.ReLU = (x) => ({ shape: x.shape, data: activations.relu(x.data) });
layers.Softmax = (x) => ({ shape: x.shape, data: activations.softmax(x.data) });
const sigmoid = (v) => 1 / (1 + Math.exp(-v));
activations.sigmoid = (data) => data.map(sigmoid);
activations.tanh = (data) => data.map(Math.tanh);
activations.elu = (data) => data.map((v) => (v < 0 ? Math.exp(v) - 1 : v));
activations.leaky_relu = (data) => data.map((v) => (v < 0 ? 0.2 * v : v));
activations.silu = (data) => data.map((v) => v * sigmoid(v));

// --- From text to numbers and back ---------------------------------------------------------------

// Makes `network` of the JSON text that train.py put into the page.
function openNetwork(text) {
  network = JSON.parse(text);
  if (network === null) return; // a page without a network
  for (const layer of network.layers) {
    layer.weights = layer.weights.map((text) => new Float32Array(decode(text).buffer));
  }
  network.test_images = decode(network.test_images);
}

function decode(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// The bytes that Python's zlib.compress packed.
async function unpack(base64) {
  const packed = new Blob([decode(base64)]).stream();
  const unpacked = new Response(packed.pipeThrough(new DecompressionStream("deflate")));
  return new Uint8Array(await unpacked.arrayBuffer());
}

function encode(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

// How far these answers may be from Keras's. Usual are 0.000001, since both round differently; where
// Keras itself computes in half precision, up to 0.013.
const TOLERANCE = 0.03;

// Whether this network answers as Keras does: asked about every tenth of the test images that
// train.py stores with it, it gives the answers that Keras gave.
function answersAsKeras() {
  for (let index = 0; index < network.test_labels.length; index += 10) {
    const here = predict(imageAt(network.test_images, index));
    const there = network.test_answers[index];
    const isSame = here.every((share, label) => Math.abs(share - there[label]) < TOLERANCE);
    if (!isSame) return false;
  }
  return true;
}

// One of several images, bytes end to end: its pixels, from 0 to 1.
function imageAt(images, index) {
  return Array.from(images.subarray(784 * index, 784 * (index + 1)), (v) => v / 255);
}

function likeliest(shares) {
  return shares.indexOf(largestOf(shares));
}

if (typeof module !== "undefined") {
  module.exports = { layers, activations, openNetwork, predict, learn, teachable, whichInkSpoke };
}
