// Why it gave that answer: which ink spoke for it, and which units, and how one of these computes
// its number. What is computed stands in network.js; here it is only shown.
"use strict";

const MOST_NAMED = 6; // units that are shown as images of their weights

let chosenAnswer = null; // null: the given one

// --- What there is to show -----------------------------------------------------------------------

// The layers that make new numbers, without the one that answers.
function hiddenLayers() {
  const kinds = ["Dense", "Conv2D", "MaxPooling2D", "AveragePooling2D"];
  const last = teachable() ?? network.layers.at(-1);
  return network.layers.filter((layer) => kinds.includes(layer.kind) && layer !== last);
}

// The Dense layer that reads the pixels, if the answers add up nothing but its units: then a unit
// speaks for answers. Otherwise undefined.
function speakingLayer() {
  const [only, ...more] = hiddenLayers();
  const speaks =
    more.length === 0 &&
    only?.kind === "Dense" &&
    only.input.length === 784 &&
    teachable()?.input.length === only.config.units;
  return speaks ? only : undefined;
}

// What does not change.
function makeWhy() {
  const layer = speakingLayer();
  $("units-part").hidden = layer === undefined;
  $("layers-part").hidden = layer !== undefined || hiddenLayers().length === 0;
  if (layer) {
    $("units-title").textContent = say("{count} units look at it", { count: layer.config.units });
    return;
  }
  const figures = hiddenLayers().map(({ kind, output }) => {
    const name = `${kind}: ${output.shape.join("×")}`;
    return makeFigure(name, name);
  });
  $("layers").replaceChildren(...figures);
}

// --- Why this answer -----------------------------------------------------------------------------

// The answer that is explained, and the one against which: [first, second]. An answer that was
// chosen is set against the given one, that one against the likeliest of the others.
function whichTwo(shares) {
  const [best, second] = largestFirst(shares);
  if (chosenAnswer === null || chosenAnswer === best) return [best, second];
  return [chosenAnswer, best];
}

// pixels are 784 numbers from 0 to 1 about which the network was asked last; shares its answers,
// undefined while there is none.
function showWhy(pixels, shares) {
  const isExplained = shares !== undefined && settled; // the pen is up
  for (const part of document.querySelectorAll(".explained")) {
    part.style.visibility = isExplained ? "" : "hidden";
  }
  showLayers(pixels);
  if (!isExplained) {
    $("why-title").textContent = say("Why?");
    paintPixels($("seen"), pixels);
    return;
  }
  const two = whichTwo(shares);
  const [name, rival] = two.map((label) => network.class_names[label]);
  $("why-title").textContent =
    two[0] === likeliest(shares)
      ? say("Why {name}, and not {rival}?", { name, rival })
      : say("What speaks for {name}, rather than {rival}?", { name, rival });
  $("spoke-for").textContent = say("This ink speaks for {name}.", { name });
  $("spoke-against").textContent = say("This ink speaks for {name}.", { name: rival });
  paintPixels($("seen"), pixels, whichInkSpoke(pixels, ...two));
  if (speakingLayer()) showUnits(pixels, ...two);
}

// How large the numbers of the layers are; of an empty pad nothing.
function showLayers(pixels) {
  const isEmpty = pixels.every((v) => v === 0);
  const canvases = speakingLayer() ? [$("units")] : $("layers").querySelectorAll("canvas");
  hiddenLayers().forEach(({ output }, i) => {
    const data = isEmpty ? output.data.map(() => 0) : output.data;
    paintTiles(canvases[i], output.shape, data, WHITE);
  });
}

// What each unit says for the answer `first` rather than `second`: its number times what its weights
// for the two differ by. Of those that say most their weights, one for each pixel.
function showUnits(pixels, first, second) {
  const { input, weights } = teachable();
  const said = Array.from(input, (v, unit) => {
    return v * (weights[0][unit * 10 + first] - weights[0][unit * 10 + second]);
  });
  paintTiles($("units"), [said.length], said, ORANGE);
  const strongest = largestFirst(said).slice(0, MOST_NAMED);
  const figures = strongest.map((unit) => {
    const name = say("Unit {unit}", { unit: unit + 1 });
    const figure = makeFigure(name, signed(said[unit], 2));
    paintTiles(figure.firstChild, [28, 28, 1], weightsOf(unit), ORANGE);
    return figure;
  });
  $("strongest").replaceChildren(...figures);
  showNumbers(strongest[0], pixels, first, second);
}

// Where the numbers of a list are, the largest first, whatever their signs.
function largestFirst(values) {
  return [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
}

function weightsOf(unit) {
  const { input, config, weights } = speakingLayer();
  return input.map((_, pixel) => weights[0][pixel * config.units + unit]);
}

// --- One unit in numbers -------------------------------------------------------------------------

function showNumbers(unit, pixels, first, second) {
  const layer = speakingLayer();
  const weights = weightsOf(unit);
  const products = layer.input.map((v, i) => v * weights[i]);
  const total = products.reduce((a, b) => a + b);
  const bias = layer.weights[1]?.[unit] ?? 0;
  const { input, weights: [forAnswers] } = teachable();
  const difference = forAnswers[unit * 10 + first] - forAnswers[unit * 10 + second];
  $("unit-title").textContent = say("Unit {unit} in numbers", { unit: unit + 1 });
  paintPixels($("inputs"), pixels);
  paintTiles($("weights"), [28, 28, 1], weights, ORANGE);
  paintTiles($("product"), [28, 28, 1], products, ORANGE);
  $("sum").textContent = say(
    "All products added up: {total}. Plus a constant of its own (its bias), {bias}: {sum}. On the " +
      "way to the last layer ({activation}) that becomes {number}. Times {difference}, its weight " +
      "for {name} less that for {rival}: {said}.",
    {
      total: inDigits(total),
      bias: inDigits(bias),
      sum: inDigits(total + bias),
      activation: layer.config.activation,
      number: inDigits(input[unit]),
      difference: inDigits(difference),
      name: network.class_names[first],
      rival: network.class_names[second],
      said: signed(input[unit] * difference),
    },
  );
}

function inDigits(v, decimals = 3) {
  return v.toFixed(decimals).replace("-", "−"); // a real minus
}

function signed(v, decimals) {
  return v < 0 ? inDigits(v, decimals) : `+${inDigits(v, decimals)}`;
}
