// The network of the page: what it is, how it answers, and how it learns. Everything that is computed
// with weights stands here, and nothing that a visitor sees; `node` can run it, too.
"use strict";

// What train.py puts into `network`, as far as it matters for reading on:
//   layers: a list of {kind, config, weights}: "Dense", its settings in Keras, its arrays of weights
//   shape: of an image, as the first layer wants it; paper, ink: the values that these had in training
//   means: the mean image of each class; answers: what Keras answers about these ten
//   test_images, test_labels: a hundred of them, to see what learning costs
// Arrays stand there as text (base64); `openNetwork` decodes them.
let network = null;

// --- What a network is: layers; each makes new numbers from those of the one before it -------------

// For each kind of layer and each activation, the function that computes it; they follow below.
const layers = {};
const activations = {};

// 784 numbers, 0 (paper) to 1 (ink), row by row: returns ten probabilities.
function predict(pixels) {
  const { paper, ink } = network; // usually 0 and 1
  const values = Float32Array.from(pixels, (v) => paper + v * (ink - paper));
  let x = { shape: network.shape, data: values };
  for (const layer of network.layers) {
    layer.input = x.data; // kept for learn and whichPixelsSpoke
    x = layers[layer.kind](x, layer);
    const activation = activations[layer.config.activation ?? "linear"];
    x = { shape: x.shape, data: activation(x.data) };
    layer.output = x; // to be shown
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

// With Flatten, below, this is all that the network `dense` of train.py computes.

// --- How it learns --------------------------------------------------------------------------------

// One step of training, on one image. The loss is minus the logarithm of the right answer's
// probability: high where that got little. When the sum of a unit grows, the loss changes with it by
// the unit's error: its probability, less 1 for the right answer. And a weight changes the sum by its
// input. So the gradient of the loss for a weight is error times input, and the weight takes a step
// the other way. Only the weights of the last Dense layer learn here; the earlier layers stay.
//
// A large input makes large gradients, so the step (the learning rate) shrinks with the input; the 1
// stands for the bias. That 0.3 is neither too slow nor too much was found by trying.
function learn(pixels, right) {
  const probabilities = predict(pixels);
  const { input, weights: [weights, bias] } = teachable();
  const step = 0.3 / (1 + input.reduce((sum, v) => sum + v * v, 0));
  const units = probabilities.length;
  for (let u = 0; u < units; u++) {
    const error = probabilities[u] - (u === right ? 1 : 0);
    for (let i = 0; i < input.length; i++) weights[i * units + u] -= step * input[i] * error;
    if (bias) bias[u] -= step * error;
  }
}

// The last Dense layer, if softmax makes its sums into the answers, either as its own activation or as
// a layer behind it. Otherwise undefined: then the gradient is not what learn takes for it.
function teachable() {
  const last = network.layers.findLastIndex((layer) => layer.kind === "Dense");
  const after = network.layers.slice(last + 1).filter((layer) => layer.kind !== "Dropout");
  const own = network.layers[last]?.config.activation;
  if (own === "softmax" && after.length === 0) return network.layers[last];
  const isSoftmax = (layer) => layer.kind === "Softmax" || layer.config.activation === "softmax";
  if (own === "linear" && after.length === 1 && isSoftmax(after[0])) return network.layers[last];
  return undefined;
}

// --- The layers of a convnet ----------------------------------------------------------------------
// x is {shape, data}: shape [28, 28, 32] means 28 rows of 28 pixels of 32 numbers, and data has them
// all, end to end.

// A window goes over the image in steps. Returns at how many places it stops, and how far over the
// edge it begins: with padding "same" it also looks over both edges, where there is nothing.
function stops(size, window, step, padding) {
  if (padding !== "same") return { count: Math.ceil((size - window + 1) / step), over: 0 };
  const count = Math.ceil(size / step);
  const missing = Math.max(0, (count - 1) * step + window - size);
  return { count, over: Math.floor(missing / 2) };
}

// Calls `visit(place, pixel, part)` for each place of the window, and each pixel that it sees there;
// part is where in the window that is. All are counted row by row: a window of 3x3 on 28x28 pixels
// has 26x26 places, 0 to 675, and 9 parts, 0 to 8.
function slide(shape, window, config, visit) {
  const [height, width] = shape;
  const [tall, wide] = window;
  const [down, across] = config.strides;
  const vertical = stops(height, tall, down, config.padding);
  const horizontal = stops(width, wide, across, config.padding);
  for (let row = 0; row < vertical.count; row++) {
    for (let column = 0; column < horizontal.count; column++) {
      for (let i = 0; i < tall; i++) {
        for (let j = 0; j < wide; j++) {
          const seenRow = row * down - vertical.over + i;
          const seenColumn = column * across - horizontal.over + j;
          const outside = seenRow < 0 || seenRow >= height || seenColumn < 0 || seenColumn >= width;
          if (outside) continue;
          visit(row * horizontal.count + column, seenRow * width + seenColumn, i * wide + j);
        }
      }
    }
  }
}

function outputShape(shape, window, config, numbers) {
  const rows = stops(shape[0], window[0], config.strides[0], config.padding).count;
  const columns = stops(shape[1], window[1], config.strides[1], config.padding).count;
  return [rows, columns, numbers];
}

// Conv2D: at each place the same small Dense layer reads what the window sees. Its weights stand in
// the order of the window's parts, for each part in that of the inputs, for each input a filter's each.
layers.Conv2D = (x, layer) => {
  const [weights, bias] = layer.weights;
  const { filters, kernel_size: window } = layer.config;
  const inputs = x.shape[2];
  const shape = outputShape(x.shape, window, layer.config, filters);
  const sums = new Float32Array(shape[0] * shape[1] * filters);
  if (bias) for (let i = 0; i < sums.length; i += filters) sums.set(bias, i);
  slide(x.shape, window, layer.config, (place, pixel, part) => {
    const sumsHere = sums.subarray(place * filters, (place + 1) * filters);
    const seen = x.data.subarray(pixel * inputs, (pixel + 1) * inputs);
    const first = part * inputs * filters;
    addWeighted(sumsHere, seen, weights.subarray(first, first + inputs * filters));
  });
  return { shape, data: sums };
};

// Pooling: the numbers that a window sees become one.
function pool(x, window, config, combine) {
  const shape = outputShape(x.shape, window, config, x.shape[2]);
  const channels = shape[2];
  const lists = Array.from({ length: shape[0] * shape[1] * channels }, () => []);
  slide(x.shape, window, config, (place, pixel) => {
    for (let c = 0; c < channels; c++) {
      lists[place * channels + c].push(x.data[pixel * channels + c]);
    }
  });
  return { shape, data: Float32Array.from(lists, combine) };
}
const largestOf = (list) => list.reduce((a, b) => Math.max(a, b));
const meanOf = (list) => list.reduce((a, b) => a + b) / list.length;
layers.MaxPooling2D = (x, { config }) => pool(x, config.pool_size, config, largestOf);
layers.AveragePooling2D = (x, { config }) => pool(x, config.pool_size, config, meanOf);
layers.GlobalAveragePooling2D = (x) => {
  const [height, width] = x.shape;
  const all = pool(x, [height, width], { strides: [1, 1] }, meanOf); // one window, as large as all
  return { shape: [all.data.length], data: all.data };
};

// BatchNormalization: less the mean of training, by the deviation of training, for each channel. Its
// weights are the scales and the shifts, each only if it has them, then the means and the variances.
layers.BatchNormalization = (x, { config, weights }) => {
  const [means, variances] = weights.slice(-2);
  const channels = means.length;
  const scales = config.scale ? weights[0] : means.map(() => 1);
  const shifts = config.center ? weights.at(-3) : means.map(() => 0);
  const data = x.data.map((v, i) => {
    const c = i % channels;
    return (v - means[c]) / Math.sqrt(variances[c] + config.epsilon) * scales[c] + shifts[c];
  });
  return { shape: x.shape, data };
};

// LayerNormalization: the same with the mean and the deviation of the numbers of this place.
layers.LayerNormalization = (x, { config, weights }) => {
  const data = new Float32Array(x.data.length);
  const channels = x.shape.at(-1);
  for (let first = 0; first < data.length; first += channels) {
    const own = x.data.subarray(first, first + channels);
    const mean = meanOf(own);
    const variance = meanOf(own.map((v) => (v - mean) ** 2));
    for (let c = 0; c < channels; c++) {
      const scale = config.scale ? weights[0][c] : 1;
      const shift = config.center ? weights.at(-1)[c] : 0;
      data[first + c] = (own[c] - mean) / Math.sqrt(variance + config.epsilon) * scale + shift;
    }
  }
  return { shape: x.shape, data };
};

layers.Flatten = (x) => ({ shape: [x.data.length], data: x.data });
layers.Reshape = (x, { config: { target_shape: shape } }) => {
  const known = -shape.reduce((a, b) => a * b); // a -1 in it, which stands for what is left, cancels
  return { data: x.data, shape: shape.map((n) => (n === -1 ? x.data.length / known : n)) };
};
layers.Rescaling = (x, { config }) =>
  ({ shape: x.shape, data: x.data.map((v) => v * config.scale + config.offset) });
layers.Softmax = (x) => ({ shape: x.shape, data: activations.softmax(x.data) });
layers.LeakyReLU = (x, { config }) =>
  ({ shape: x.shape, data: x.data.map((v) => (v < 0 ? v * config.negative_slope : v)) });
layers.ReLU = (x, { config }) => {
  const most = config.max_value ?? Infinity;
  const relu = (v) => (v < config.threshold ? config.negative_slope * (v - config.threshold) : v);
  return { shape: x.shape, data: x.data.map((v) => Math.min(relu(v), most)) };
};
// These do nothing here: an activation comes after every layer, and the others are for training.
for (const kind of ["InputLayer", "Activation", "Dropout", "SpatialDropout2D", "GaussianDropout",
  "GaussianNoise", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomFlip", "RandomShear",
  "RandomGaussianBlur", "RandomBrightness", "RandomContrast"]) {
  layers[kind] = (x) => x;
}

const sigmoid = (v) => 1 / (1 + Math.exp(-v));
activations.sigmoid = (data) => data.map(sigmoid);
activations.tanh = (data) => data.map(Math.tanh);
activations.relu6 = (data) => data.map((v) => Math.min(Math.max(v, 0), 6));
activations.leaky_relu = (data) => data.map((v) => (v < 0 ? 0.2 * v : v));
activations.elu = (data) => data.map((v) => (v < 0 ? Math.exp(v) - 1 : v));
activations.silu = (data) => data.map((v) => v * sigmoid(v));
activations.gelu = (data) => data.map((v) => v * (1 + erf(v / Math.SQRT2)) / 2);

// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: to 1.5e-7.
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t
    + 0.254829592) * t;
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

// page.py reads these two lists, to know which networks this page can run.
const KNOWN_LAYERS = `
  Activation AveragePooling2D BatchNormalization Conv2D Dense Dropout Flatten GaussianDropout
  GaussianNoise GlobalAveragePooling2D InputLayer LayerNormalization LeakyReLU MaxPooling2D
  RandomBrightness RandomContrast RandomFlip RandomGaussianBlur RandomRotation RandomShear
  RandomTranslation RandomZoom ReLU Rescaling Reshape Softmax SpatialDropout2D`;
const KNOWN_ACTIVATIONS = `
  elu gelu leaky_relu linear relu relu6 sigmoid silu softmax tanh`;

// --- What did it look at? -------------------------------------------------------------------------

// How much each pixel spoke for the answer `first` against `second`: how their difference (before
// softmax) grows with the ink there, times the ink. That is found backwards, layer by layer: a number
// reaches the answers through every unit of its layer, so how much it matters is the sum of how much
// each unit matters, times the weight on the way there (the chain rule). Through a unit that relu has
// set to 0 nothing passes. Returns undefined if a layer is neither Dense (linear, relu, softmax) nor
// one that passes on what it gets.
function whichPixelsSpoke(pixels, first, second) {
  predict(pixels);
  let gradient = new Float32Array(10);
  gradient[first] = 1;
  gradient[second] = -1;
  for (const layer of [...network.layers].reverse()) {
    const passes = ["InputLayer", "Flatten", "Reshape", "Dropout", "Softmax"].includes(layer.kind);
    if (passes) continue;
    const { activation, units } = layer.config;
    if (layer.kind !== "Dense" || !["linear", "relu", "softmax"].includes(activation)) return undefined;
    const [weights] = layer.weights;
    const ofInput = new Float32Array(layer.input.length);
    for (let u = 0; u < units; u++) {
      if (activation === "relu" && layer.output.data[u] === 0) continue;
      for (let i = 0; i < ofInput.length; i++) ofInput[i] += weights[i * units + u] * gradient[u];
    }
    gradient = ofInput;
  }
  const scale = network.ink - network.paper;
  return gradient.map((slope, i) => slope * scale * pixels[i]);
}

// --- From text to numbers and back ----------------------------------------------------------------

// Makes `network` of the JSON text that train.py put into the page.
function openNetwork(text) {
  network = JSON.parse(text);
  if (network === null) return; // a page without a network
  for (const layer of network.layers) layer.weights = layer.weights.map(decodeFloats);
}

function decodeFloats(base64) {
  return new Float32Array(decode(base64).buffer);
}

function decode(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function encode(floats) {
  const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  let letters = "";
  for (let first = 0; first < bytes.length; first += 8192) { // a call takes only so many arguments
    letters += String.fromCharCode(...bytes.subarray(first, first + 8192));
  }
  return btoa(letters);
}

function likeliest(shares) {
  return shares.indexOf(largestOf(shares));
}

if (typeof module !== "undefined") {
  module.exports = { openNetwork, predict, learn, teachable, whichPixelsSpoke, likeliest };
}
