// Why it gave that answer, for whoever wants to follow it: which ink spoke for it, and which units. A
// unit that one chooses shows how it computes its number. What is computed stands in network.js;
// here it is only shown.
"use strict";

const UNITS_WIDTH = 448; // dots: about how wide the tiles of the first layer are, all together
const BETWEEN_WIDTH = 220; // those of the layers between
const MOST_NAMED = 6; // units that are shown as images of their weights

let chosenAnswer = null; // null: the given one
let chosenUnit = null; // counted from 0; null: the one that says most

// --- What there is to show -----------------------------------------------------------------------

// The first layer, if it reads the pixels themselves: Dense, or Conv2D. Otherwise undefined.
function firstLayer() {
  const first = network.layers.find((layer) => layer.weights.length > 0);
  const readsPixels = ["Dense", "Conv2D"].includes(first?.kind) && first.input.length === 784;
  return readsPixels ? first : undefined;
}

function unitsOf(layer) {
  return layer.config.units ?? layer.config.filters;
}

// The layers between the first one and the answers that make new numbers.
function deeperLayers() {
  const kinds = ["Dense", "Conv2D", "MaxPooling2D", "AveragePooling2D"];
  const isHidden = (layer) =>
    kinds.includes(layer.kind) &&
    layer !== network.layers.at(-1) &&
    layer !== teachable() &&
    layer !== firstLayer();
  return network.layers.filter(isHidden);
}

// Whether the units of the first layer are what the answers add up: then a unit speaks for answers.
function unitsSpeak() {
  const first = firstLayer();
  const last = teachable();
  return (
    first !== undefined &&
    last !== undefined &&
    first !== last &&
    last.input.length === unitsOf(first) &&
    deeperLayers().length === 0
  );
}

// How active a unit is: its number, or the largest of its image.
function activityOf({ output }, unit) {
  const count = output.shape.at(-1);
  let most = -Infinity;
  for (let at = unit; at < output.data.length; at += count) most = Math.max(most, output.data[at]);
  return most;
}

function mostActiveUnit(layer) {
  let best = 0;
  for (let unit = 1; unit < unitsOf(layer); unit++) {
    if (activityOf(layer, unit) > activityOf(layer, best)) best = unit;
  }
  return best;
}

// How much each unit says for the answer `first` rather than `second`: its number times what its
// weights for the two differ by.
function contributions(first, second) {
  const { input, weights } = teachable();
  return Array.from(input, (v, i) => v * (weights[0][i * 10 + first] - weights[0][i * 10 + second]));
}

// Where the largest numbers of a list are, whatever their signs.
function strongest(values, count) {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
  return order.slice(0, count);
}

// How unit `unit` of the first layer gets its number: {inputs, weights, bias, sum, place}. A filter
// does this at each place; here it is the one where it answers most.
function arithmetic(layer, unit) {
  const [weights, bias] = layer.weights;
  const count = unitsOf(layer);
  const weightsOfUnit = [];
  for (let at = unit; at < weights.length; at += count) weightsOfUnit.push(weights[at]);
  let inputs = [...layer.input];
  let place = { top: 0, left: 0, height: 28, width: 28 };
  if (layer.kind === "Conv2D") {
    place = strongestPlace(layer, unit);
    inputs = [];
    for (let y = place.top; y < place.top + place.height; y++) {
      for (let x = place.left; x < place.left + place.width; x++) {
        const outside = y < 0 || y > 27 || x < 0 || x > 27;
        inputs.push(outside ? 0 : layer.input[28 * y + x]);
      }
    }
  }
  const products = inputs.map((v, i) => v * weightsOfUnit[i]);
  const ownBias = bias ? bias[unit] : 0;
  const sum = products.reduce((a, b) => a + b) + ownBias;
  return { inputs, weights: weightsOfUnit, products, bias: ownBias, sum, place };
}

// Where in the image the window of a filter lies when it stops at row, column of its output.
function windowAt(layer, row, column) {
  const {
    kernel_size: [height, width],
    strides: [down, across],
    padding,
  } = layer.config;
  return {
    top: row * down - stops(28, height, down, padding).over,
    left: column * across - stops(28, width, across, padding).over,
    height,
    width,
  };
}

function strongestPlace(layer, unit) {
  const {
    shape: [rows, columns, count],
    data,
  } = layer.output;
  let best = 0;
  for (let at = 1; at < rows * columns; at++) {
    if (data[at * count + unit] > data[best * count + unit]) best = at;
  }
  return windowAt(layer, Math.floor(best / columns), best % columns);
}

// --- What does not change ------------------------------------------------------------------------

function makeWhy() {
  $("between-layers").append(...deeperLayers().map(makeLayer));
  $("between").hidden = deeperLayers().length === 0;
  const first = firstLayer();
  $("units-part").hidden = $("numbers").hidden = first === undefined;
  $("strongest-figure").hidden = !unitsSpeak();
  if (first === undefined) return;
  const isFilter = first.kind === "Conv2D";
  const values = {
    count: unitsOf(first),
    size: isFilter ? first.config.kernel_size.join("×") : "",
  };
  $("units-title").textContent = isFilter
    ? say("{count} filters look at it", values)
    : say("{count} units look at it", values);
  $("units").setAttribute("aria-label", $("units-title").textContent);
  $("units-how").textContent = isFilter
    ? say(
        "Each looks everywhere at {size} pixels, times weights of its own: bright where it finds " +
          "what it looks for. The layers after that put this together.",
        values,
      )
    : say("Each adds up all pixels, times its weights.");
  $("unit-label").textContent = isFilter ? say("Filter") : say("Unit");
  $("inputs-caption").textContent = isFilter ? say("pixels there") : say("pixels");
  $("where-figure").hidden = !isFilter;
  $("unit").max = unitsOf(first);
  $("unit").oninput = () => chooseUnit(Number($("unit").value) - 1);
  $("unit").onchange = show; // after odd numbers: say which unit is shown
  $("units").onclick = (event) => {
    const box = $("units").getBoundingClientRect();
    const { columns, rows } = arrangement(first.output);
    const column = Math.floor(((event.clientX - box.x) / box.width) * columns);
    const row = Math.floor(((event.clientY - box.y) / box.height) * rows);
    openUnit(row * columns + column);
  };
  const shown = unitsSpeak() ? Math.min(MOST_NAMED, unitsOf(first)) : 0;
  for (let i = 0; i < shown; i++) $("strongest").append(makeStrongest());
}

function makeLayer(layer) {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  const caption = document.createElement("figcaption");
  caption.textContent = `${translate(layer.kind)}: ${layer.output.shape.join("×")}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption.textContent);
  figure.append(canvas, caption);
  return figure;
}

// A button with the image of a unit's weights, and what it says.
function makeStrongest() {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.append(document.createElement("canvas"), document.createElement("span"));
  item.append(button);
  return item;
}

// Counted from 0.
function chooseUnit(unit) {
  const last = unitsOf(firstLayer()) - 1;
  chosenUnit = Math.min(last, Math.max(0, Math.round(unit)));
  show();
}

function openUnit(unit) {
  $("numbers").open = true;
  chooseUnit(unit);
  $("unit-title").focus({ preventScroll: true }); // in the number itself a phone would open its keyboard
  $("numbers").scrollIntoView({ block: "nearest" });
}

// A new drawing begins with the answer that it gets.
function forgetChoice() {
  chosenUnit = null;
  chosenAnswer = null;
}

// --- Why this answer -----------------------------------------------------------------------------

// The answer that is explained, and the one against which: [first, second]. An answer that was
// chosen is set against the given one, that one against the likeliest of the others.
function whichTwo(shares) {
  const best = likeliest(shares);
  const others = [...shares.keys()].filter((label) => label !== best);
  const second = others.reduce((a, b) => (shares[b] > shares[a] ? b : a));
  if (chosenAnswer === null || chosenAnswer === best) return [best, second];
  return [chosenAnswer, best];
}

// pixels are 784 numbers from 0 to 1 about which the network was asked last, undefined if the pad is
// empty; shares its answers, undefined while there is none.
function showWhy(pixels, shares) {
  const isExplained = shares !== undefined && settled; // the pen is up
  $("legend").style.visibility = isExplained ? "" : "hidden";
  if (isExplained) {
    const two = whichTwo(shares);
    const values = { name: network.class_names[two[0]], rival: network.class_names[two[1]] };
    const title =
      two[0] === likeliest(shares)
        ? say("Why {name}, and not {rival}?", values)
        : say("What speaks for {name}, rather than {rival}?", values);
    setText($("why-title"), title);
    setText($("spoke-for"), say("This ink speaks for {name}.", values));
    setText($("spoke-against"), say("This ink speaks for {rival}.", values));
    if (!teaching) paintInk($("seen"), pixels, whichInkSpoke(pixels, ...two));
    showUnits(two, values);
  } else {
    setText($("why-title"), say("Why?"));
    paintPixels($("seen"), pixels ?? new Float32Array(784));
    showUnits();
  }
  const canvases = $("between-layers").querySelectorAll("canvas");
  deeperLayers().forEach((layer, i) => {
    paintTiles(canvases[i], layer.output, { across: BETWEEN_WIDTH });
  });
  const isEmpty = pixels === undefined;
  $("unit-detail").hidden = isEmpty && chosenUnit === null; // no unit says most about nothing
  if (firstLayer() && !$("unit-detail").hidden) showUnitDetail(isExplained ? whichTwo(shares) : null);
}

// The units of the first layer: how active each is, or, where they are what the answers add up, what
// each says for one of two answers.
function showUnits(two, values) {
  const first = firstLayer();
  if (first === undefined) return;
  const { shape } = first.output;
  $("units-say").style.visibility = two ? "" : "hidden";
  $("strongest-figure").style.visibility = two ? "" : "hidden";
  if (!two || !unitsSpeak()) {
    const isEmpty = first.input.every((v) => v === network.paper);
    const data = isEmpty ? new Float32Array(first.output.data.length) : first.output.data;
    paintTiles($("units"), { shape, data }, { across: UNITS_WIDTH });
    return;
  }
  const said = contributions(...two);
  paintTiles($("units"), { shape, data: said }, { signed: true, across: UNITS_WIDTH });
  const inFavour = said.filter((v) => v > 0).sort((a, b) => b - a);
  const sum = inFavour.reduce((a, b) => a + b, 0);
  let [half, units] = [0, 0];
  while (half < sum / 2) half += inFavour[units++];
  setText(
    $("units-say"),
    say(
      " Orange speaks for {name}, blue for {rival}. None decides alone: the strongest has {most} of " +
        "what speaks for {name}; {units} make half.",
      { ...values, units, most: sum > 0 ? percent(inFavour[0] / sum) : "0%" },
    ),
  );
  const items = $("strongest").children;
  strongest(said, items.length).forEach((unit, i) => {
    const button = items[i].firstChild;
    const caption = `${unit + 1}: ${signed(said[unit])}`;
    paintSigned(button.firstChild, arithmetic(first, unit).weights);
    button.className = said[unit] < 0 ? "against" : "";
    setText(button.lastChild, signed(said[unit], 2));
    button.setAttribute("aria-label", say("Unit {caption}. How?", { caption }));
    button.onclick = () => openUnit(unit);
  });
}

// --- One unit in numbers -------------------------------------------------------------------------

// Whether relu makes all that a unit says to the layers behind it 0.
function isSilent(layer, unit) {
  return layer.config.activation === "relu" && activityOf(layer, unit) === 0;
}

// two: the answers that are explained, or null.
function showUnitDetail(two) {
  const layer = firstLayer();
  const speaks = two !== null && unitsSpeak();
  const saysMost = speaks ? strongest(contributions(...two), 1)[0] : mostActiveUnit(layer);
  const unit = chosenUnit ?? saysMost;
  if (document.activeElement !== $("unit") || Number($("unit").value) !== unit + 1) {
    $("unit").value = unit + 1;
  }
  let remark = "";
  if (unit === saysMost) remark = speaks ? say("(it says most)") : say("(the most active one)");
  if (isSilent(layer, unit)) remark = say("(silent for this image)");
  setText($("unit-most"), remark);
  const how = arithmetic(layer, unit);
  const isInk = how.inputs.every((v) => v >= 0 && v <= 1); // or it was trained on other numbers
  const paint = isInk ? paintPixels : paintSigned;
  paint($("inputs"), how.inputs, how.place.width);
  paintSigned($("weights"), how.weights, how.place.width);
  paintSigned($("products"), how.products, how.place.width);
  if (layer.kind === "Conv2D") paintSigned($("where"), whereItAnswers(layer, unit), 28);
  setText($("sum"), inNumbers(layer, how));
  setText($("says"), speaks ? saysInNumbers(unit, ...two) : "");
  setText($("softmax"), two && teachable() ? softmaxInNumbers(...two) : "");
}

// One line: the two largest products, what all of them are together, the bias, and what relu does.
function inNumbers(layer, { inputs, weights, products, bias, sum }) {
  const shown = strongest(products, 2).map(
    (i) => `${inDigits(inputs[i])} × ${inDigits(weights[i])}`,
  );
  const text = say(
    "Each pixel times its weight, all added up: {products} + … = {total}. Plus a constant of " +
      "its own (its bias), {bias}: {sum}.",
    {
      products: shown.join(" + "),
      total: inDigits(sum - bias),
      bias: inDigits(bias),
      sum: inDigits(sum),
    },
  );
  if (layer.config.activation !== "relu") return text;
  return (
    text +
    (sum < 0
      ? say(" A negative sum becomes 0 (relu): silent for this image.")
      : say(" It stays so; a negative sum would become 0 (relu)."))
  );
}

// What a unit says for one of two answers, and what all of them do.
function saysInNumbers(unit, first, second) {
  const { input, weights } = teachable();
  const own = weights[0].subarray(unit * 10, unit * 10 + 10);
  return say(
    "Its weight for {name} is {first}, for {rival} {second}. That number times their difference: " +
      "{number} × {difference} = {said}.",
    {
      name: network.class_names[first],
      rival: network.class_names[second],
      number: inDigits(input[unit]),
      first: inDigits(own[first]),
      second: inDigits(own[second]),
      difference: inDigits(own[first] - own[second]),
      said: signed(input[unit] * (own[first] - own[second])),
    },
  );
}

// The sums of the last layer, of which softmax makes the percentages.
function softmaxInNumbers(first, second) {
  const last = teachable();
  const sums = layers.Dense({ data: last.input }, last).data;
  return say(
    "In the end the last layer adds up one sum for each answer, {sum} for {name} and {other} for " +
      "{rival}; softmax makes percentages of the ten: the larger a sum is beside the others, the " +
      "more it gets.",
    {
      name: network.class_names[first],
      rival: network.class_names[second],
      sum: inDigits(sums[first]),
      other: inDigits(sums[second]),
    },
  );
}

// For each pixel of the image, how strongly a filter answers with the middle of its window there.
function whereItAnswers(layer, unit) {
  const {
    shape: [rows, columns, count],
    data,
  } = layer.output;
  const [down, across] = layer.config.strides;
  const values = new Float32Array(784);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { top, left, height, width } = windowAt(layer, row, column);
      const firstRow = top + Math.floor((height - down) / 2);
      const firstColumn = left + Math.floor((width - across) / 2);
      for (let y = Math.max(0, firstRow); y < Math.min(28, firstRow + down); y++) {
        for (let x = Math.max(0, firstColumn); x < Math.min(28, firstColumn + across); x++) {
          values[28 * y + x] = data[(row * columns + column) * count + unit];
        }
      }
    }
  }
  return values;
}

function inDigits(v, decimals = 3) {
  return v.toFixed(decimals).replace("-", "−"); // a real minus
}

function signed(v, decimals) {
  return v < 0 ? inDigits(v, decimals) : `+${inDigits(v, decimals)}`;
}
