// The way from ink to answer, for whoever wants to follow it: the image, the units of the first
// layer, the ten answers. A unit that one chooses shows how it computes its number, an answer which
// numbers speak for it. What is computed stands in network.js; here it is only shown.
"use strict";

const TILES_WIDTH = 448; // dots: about how wide the tiles of a layer are, all together
const DEEPER_WIDTH = 220; // those of the layers between
const GAP = 2; // dots between tiles
const DECIMALS = 3;
const MOST_NAMED = 4; // numbers that speak for an answer, in words
const MOST_LINES = 12; // and as lines
const ORANGE = [255, 150, 40]; // above 0
const BLUE = [70, 140, 255]; // below 0
const WHITE = [255, 255, 255];

let chosenUnit = null; // counted from 0; null: the most active one
let chosenAnswer = null; // null: a unit is shown

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

// What the last layer adds up, as numbers of the shape that they had: an image of each unit, or a
// list.
function lastInput() {
  const last = teachable();
  const before = network.layers.slice(0, network.layers.indexOf(last)).reverse();
  const size = last.input.length;
  const images = before.find(
    ({ output }) => output.shape.length === 3 && output.data.length === size,
  );
  if (images) return { shape: images.output.shape, data: last.input };
  if (size === 784) return { shape: [28, 28, 1], data: last.input };
  return { shape: [size], data: last.input };
}

// How much each of these numbers speaks for an answer: the number times its weight.
function contributions(answer) {
  const {
    input,
    weights: [weights],
  } = teachable();
  return Array.from(input, (v, i) => v * weights[i * 10 + answer]);
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

// --- Show it -------------------------------------------------------------------------------------

function makePath() {
  const shown = [firstLayer(), ...deeperLayers()];
  const hidden = shown.filter((layer) => layer !== undefined && layer !== teachable());
  const sizes = hidden.map((layer) => layer.output.shape.join("×"));
  let weightCount = 0;
  for (const layer of network.layers) {
    for (const array of layer.weights) weightCount += array.length;
  }
  $("size").textContent = say("{sizes}: {count} weights.", {
    sizes: [say("28×28 pixels"), ...sizes, say("10 answers")].join(" → "),
    count: weightCount.toLocaleString("en-US"),
  });
  $("way").textContent = wayInWords();
  $("invitation").hidden = firstLayer() === undefined || teachable() === undefined;
  network.class_names.forEach((name, label) => {
    $("answers").append(makeAnswer(name, label));
    $("speaks").append(makeSpeaker(name));
  });
  $("deeper").append(...deeperLayers().map(makeLayer));
  $("deeper-layers").hidden = deeperLayers().length === 0;
  const first = firstLayer();
  $("units-figure").hidden = first === undefined;
  $("unit-detail").hidden = first === undefined;
  if (first) makeUnits(first);
}

// What happens from left to right in the row, for whoever has never seen a neural network.
function wayInWords() {
  const first = firstLayer();
  const values = {
    paper: Number(network.paper.toFixed(2)),
    ink: Number(network.ink.toFixed(2)),
    count: first && unitsOf(first),
    data: learnedFrom(),
  };
  let text = say("Your drawing is made into an image of 28×28 pixels.");
  if (first?.kind === "Dense") {
    text += say(
      " Each of the {count} units multiplies every pixel ({paper} is black, {ink} white) by a " +
        "weight of its own, and adds all up: the brighter its square, the larger its sum.",
      values,
    );
  } else if (first) {
    text += say(
      " Each of the {count} filters looks everywhere at a few pixels, multiplies each ({paper} " +
        "is black, {ink} white) by a weight of its own, and adds them up: the brighter, the " +
        "larger the sum.",
      values,
    );
  }
  text += unitsSpeak()
    ? say(
        " Each unit then speaks for or against each of the ten answers; all these votes together " +
          "make the percentages.",
      )
    : say(" In the end there is one sum for each answer; they make the percentages.");
  return text + say(" The weights were found by learning from {data}.", values);
}

// At the end of the row, to be asked why.
function makeAnswer(name, label) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const text = document.createElement("span");
  text.textContent = name;
  button.append(text, document.createElement("i"));
  button.setAttribute("aria-label", say("{name}: why?", { name }));
  button.disabled = !teachable();
  button.onclick = () => {
    chosenAnswer = chosenAnswer === label ? null : label;
    show();
  };
  item.append(button);
  return item;
}

// A row of what a unit says to the answers: name, bar, number.
function makeSpeaker(name) {
  const item = document.createElement("li");
  const text = document.createElement("em");
  const lane = document.createElement("span");
  text.textContent = name;
  lane.append(document.createElement("i"));
  item.append(text, lane, document.createElement("b"));
  return item;
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

function makeUnits(first) {
  const isFilter = first.kind === "Conv2D";
  nameUnits(first);
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
    chooseUnit(row * columns + column);
  };
}

// Counted from 0.
function chooseUnit(unit) {
  const last = unitsOf(firstLayer()) - 1;
  chosenUnit = Math.min(last, Math.max(0, Math.round(unit)));
  chosenAnswer = null;
  show();
}

// A new drawing begins with the unit that is most active for it.
function forgetChoice() {
  chosenUnit = null;
  chosenAnswer = null;
}

// pixels are 784 numbers from 0 to 1 about which the network was asked last; shares its answers, or
// undefined while there is nothing to answer; isEmpty whether nothing is drawn.
function showPath(pixels, shares, isEmpty) {
  paintImage($("seen"), pixels, 28, { grey: true });
  const canvases = $("deeper").querySelectorAll("canvas");
  deeperLayers().forEach((layer, i) =>
    paintTiles(canvases[i], layer.output, { across: DEEPER_WIDTH }),
  );
  if (teachable() === undefined || isEmpty) chosenAnswer = null;
  const best = shares ? shares.indexOf(largestOf(shares)) : -1;
  [...$("answers").querySelectorAll("button")].forEach((button, label) => {
    button.lastChild.style.width = shares ? `${100 * shares[label]}%` : "0";
    button.lastChild.parentElement.className = label === best ? "best" : "";
    button.setAttribute("aria-pressed", label === chosenAnswer);
    button.disabled = isEmpty || !teachable();
  });
  const first = firstLayer();
  const isCalm = isEmpty && chosenUnit === null; // no unit is the most active one for nothing
  $("unit-detail").hidden = first === undefined || chosenAnswer !== null || isCalm;
  $("answer-detail").hidden = chosenAnswer === null;
  if (chosenAnswer !== null) showAnswerDetail(pixels, shares);
  if (first === undefined) return;
  nameUnits(first);
  if (isCalm) {
    showCalm(first);
    return;
  }
  const unit = chosenUnit ?? mostActiveUnit(first);
  const how = arithmetic(first, unit);
  if (chosenAnswer !== null && unitsSpeak()) {
    const data = contributions(chosenAnswer);
    paintTiles($("units"), { shape: first.output.shape, data }, { colour: ORANGE });
  } else {
    paintTiles($("units"), first.output, { chosen: chosenAnswer === null ? unit : undefined });
  }
  if (chosenAnswer === null) showUnitDetail(first, unit, how);
  drawLines(first, unit, how.place);
}

// The units of an empty pad: all dark, without a line.
function showCalm({ output: { shape, data } }) {
  paintTiles($("units"), { shape, data: new Float32Array(data.length) });
  $("lines").width = 0;
}

// Below the units: how many there are, or what their colours say about the chosen answer.
function nameUnits(first) {
  const count = unitsOf(first);
  let text = say("{count} units", { count });
  if (first.kind === "Conv2D") {
    text = say("{count} filters, each an image", { count });
  } else if (chosenAnswer !== null && unitsSpeak()) {
    text = speakingColours(count);
  }
  $("units-caption").textContent = text;
  $("units").setAttribute("aria-label", text);
}

function speakingColours(count) {
  const name = network.class_names[chosenAnswer];
  return say("All {count}: orange speaks for {name}, blue against.", { count, name });
}

// Whether relu makes all that a unit says to the layers behind it 0.
function isSilent(layer, unit) {
  return layer.config.activation === "relu" && activityOf(layer, unit) === 0;
}

function showUnitDetail(layer, unit, how) {
  const isFilter = layer.kind === "Conv2D";
  if (document.activeElement !== $("unit") || Number($("unit").value) !== unit + 1) {
    $("unit").value = unit + 1;
  }
  let remark = chosenUnit === null ? say("(the most active one for this image)") : "";
  if (isSilent(layer, unit)) remark = say("(silent for this image)");
  $("unit-most").textContent = remark;
  const isInk = how.inputs.every((v) => v >= 0 && v <= 1); // or it was trained on other numbers
  paintImage($("inputs"), how.inputs, how.place.width, { grey: isInk });
  paintImage($("weights"), how.weights, how.place.width);
  paintImage($("products"), how.products, how.place.width);
  if (isFilter) paintImage($("where"), whereItAnswers(layer, unit), 28);
  $("sum").textContent = inNumbers(layer, how);
  $("speaks-for").hidden = !unitsSpeak();
  if (!unitsSpeak()) return;
  $("speaks-how").textContent = isSilent(layer, unit)
    ? say("It would speak for (orange) and against (blue) these answers, with these weights:")
    : say("It speaks for (orange) and against (blue) these answers, with these weights:");
  const weights = teachable().weights[0];
  const own = Array.from({ length: 10 }, (_, answer) => weights[unit * 10 + answer]);
  const most = own.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
  [...$("speaks").children].forEach((row, answer) => {
    const bar = row.children[1].firstChild;
    const length = (50 * Math.abs(own[answer])) / most; // from the middle to one side, in percent
    bar.className = own[answer] < 0 ? "against" : "";
    bar.style.width = `${length}%`;
    bar.style.left = own[answer] < 0 ? `${50 - length}%` : "50%";
    row.lastChild.textContent = signed(own[answer]);
  });
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

function showAnswerDetail(pixels, shares) {
  const name = network.class_names[chosenAnswer];
  const parts = contributions(chosenAnswer);
  const bias = teachable().weights[1]?.[chosenAnswer] ?? 0;
  const count = parts.length.toLocaleString("en-US");
  const share = shares ? percent(shares[chosenAnswer]) : "–";
  $("why-title").textContent = say("Why {share} for {name}?", { name, share });
  $("why-sum").textContent = say(
    "It adds up {count} numbers, each times a weight, and a bias: {sum}. " +
      "Softmax makes percentages of the ten sums: the larger a sum is beside the others, the " +
      "more it gets. Of the {count}, these {named} say most:",
    {
      count,
      sum: inDigits(parts.reduce((a, b) => a + b) + bias),
      named: Math.min(MOST_NAMED, parts.length),
    },
  );
  nameStrongest(parts);
  $("parts-figure").hidden = unitsSpeak(); // then the units above show it
  if (!unitsSpeak()) {
    paintTiles($("parts"), { shape: lastInput().shape, data: parts }, { colour: ORANGE });
    $("parts-caption").textContent = speakingColours(count);
  }
  showSpoken(pixels, shares);
}

// In words, which numbers say most to the chosen answer.
function nameStrongest(parts) {
  const { shape, data } = lastInput();
  const weights = teachable().weights[0];
  const items = strongest(parts, MOST_NAMED).map((i) => {
    const item = document.createElement("li");
    const weight = weights[i * 10 + chosenAnswer];
    const product = `${inDigits(data[i])} × ${inDigits(weight)} = ${signed(parts[i])}`;
    item.textContent = `${nameOfNumber(shape, i)}: ${product}`;
    if (unitsSpeak()) makeChooser(item, i);
    return item;
  });
  $("strongest").replaceChildren(...items);
}

// The text becomes a button that leads to the unit.
function makeChooser(item, unit) {
  const button = document.createElement("button");
  button.textContent = item.textContent;
  button.onclick = () => {
    chooseUnit(unit);
    $("unit-title").focus(); // in the number itself a phone would open its keyboard
  };
  item.replaceChildren(button);
}

// Which pixels speak for the chosen answer, against the likeliest of the others.
function showSpoken(pixels, shares) {
  $("spoken-figure").hidden = true;
  if (!shares) return;
  const others = [...shares.keys()].filter((label) => label !== chosenAnswer);
  const rival = others.reduce((a, b) => (shares[b] > shares[a] ? b : a));
  const spoken = whichPixelsSpoke(pixels, chosenAnswer, rival);
  if (!spoken) return;
  $("spoken-figure").hidden = false;
  paintImage($("spoken"), spoken, 28);
  $("spoken-caption").textContent = say(
    "Pixels: orange speaks for {name} and against {rival}, blue the " + "other way round.",
    { name: network.class_names[chosenAnswer], rival: network.class_names[rival] },
  );
}

// Where the largest numbers of a list are, whatever their signs.
function strongest(values, count) {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
  return order.slice(0, count);
}

function nameOfNumber(shape, index) {
  if (shape.length === 1) return say("unit {unit}", { unit: index + 1 });
  const [, columns, count] = shape;
  const place = Math.floor(index / count);
  return say("image {tile}, row {row}, column {column}", {
    tile: (index % count) + 1,
    row: Math.floor(place / columns) + 1,
    column: (place % columns) + 1,
  });
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

// --- Numbers -------------------------------------------------------------------------------------

function inDigits(v) {
  return v.toFixed(DECIMALS).replace("-", "−"); // a real minus
}

function signed(v) {
  return v < 0 ? inDigits(v) : `+${inDigits(v)}`;
}

// --- Paint ---------------------------------------------------------------------------------------

// The colour of a number, as canvases want it: black at 0, bright where it is as large as `most`.
// The root: small ones are to be seen, too.
function colourOf(v, most, above) {
  const strength = Math.min(1, Math.sqrt(Math.abs(v) / most));
  const [red, green, blue] = v > 0 ? above : BLUE;
  return (255 << 24) | ((strength * blue) << 16) | ((strength * green) << 8) | (strength * red);
}

function largestSize(values) {
  return values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
}

// Numbers as an image, row by row; grey: from 0, black, to 1, white, as in MNIST. Otherwise orange
// is above 0, blue below.
function paintImage(canvas, values, columns, { grey = false } = {}) {
  const image = new ImageData(columns, values.length / columns);
  const colours = new Uint32Array(image.data.buffer);
  const most = largestSize(values);
  values.forEach((v, i) => {
    const level = Math.round(255 * v);
    colours[i] = grey
      ? (255 << 24) | (level << 16) | (level << 8) | level
      : colourOf(v, most, ORANGE);
  });
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// The images of a layer, or its numbers as squares, are tiles: in how many columns and rows.
function arrangement({ shape, data }) {
  const [height, width, count] = shape.length === 3 ? shape : [1, 1, data.length];
  let columns = Math.ceil(Math.sqrt(2 * count));
  while (columns < count && count % columns !== 0) columns += 1; // so 512 are 32x16, full rows
  return { height, width, count, columns, rows: Math.ceil(count / columns) };
}

// data has, row by row, for each pixel one number of each image. `chosen` is framed.
function paintTiles(
  canvas,
  { shape, data },
  { chosen, colour = WHITE, across = TILES_WIDTH } = {},
) {
  const { height, width, count, columns, rows } = arrangement({ shape, data });
  const scale = Math.max(1, Math.round(across / columns / width) - (width === 1 ? GAP : 0));
  const stepX = width * scale + GAP;
  const stepY = height * scale + GAP;
  const image = new ImageData(columns * stepX + GAP, rows * stepY + GAP);
  // what is not painted is seen through: the gaps
  const colours = new Uint32Array(image.data.buffer);
  const most = largestSize(data);
  data.forEach((v, at) => {
    const tile = at % count;
    const place = Math.floor(at / count);
    const left = (tile % columns) * stepX + (place % width) * scale + GAP;
    const top = Math.floor(tile / columns) * stepY + Math.floor(place / width) * scale + GAP;
    const painted = colourOf(v, most, colour);
    for (let y = top; y < top + scale; y++) {
      for (let x = left; x < left + scale; x++) colours[y * image.width + x] = painted;
    }
  });
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.putImageData(image, 0, 0);
  if (chosen === undefined) return;
  context.lineWidth = 4;
  context.strokeStyle = `rgb(${ORANGE})`;
  context.strokeRect(
    (chosen % columns) * stepX + GAP / 2,
    Math.floor(chosen / columns) * stepY + GAP / 2,
    stepX,
    stepY,
  );
}

// Lines from the pixels to the chosen unit, and from it to the ten answers: the thicker, the larger
// the weight. With an answer chosen, from the units that say most to it.
function drawLines(layer, unit, place) {
  const row = $("row").getBoundingClientRect();
  const canvas = $("lines");
  canvas.width = Math.round(row.width * devicePixelRatio);
  canvas.height = Math.round(row.height * devicePixelRatio);
  const context = canvas.getContext("2d");
  context.scale(canvas.width / row.width, canvas.height / row.height);
  context.translate(-row.x, -row.y); // from here on in places of the window
  if (chosenAnswer === null) drawWindow(context, place, spotOfTile(layer, unit));
  if (!unitsSpeak()) {
    drawWayToAnswers(context);
  } else if (chosenAnswer === null) {
    if (isSilent(layer, unit)) return;
    const weights = teachable().weights[0].slice(unit * 10, unit * 10 + 10);
    weights.forEach((weight, answer) => {
      drawLine(
        context,
        spotOfTile(layer, unit),
        spotOfAnswer(answer),
        weight / largestSize(weights),
      );
    });
  } else {
    const parts = contributions(chosenAnswer);
    for (const i of strongest(parts, MOST_LINES)) {
      drawLine(
        context,
        spotOfTile(layer, i),
        spotOfAnswer(chosenAnswer),
        parts[i] / largestSize(parts),
      );
    }
  }
}

// strength: from -1 to 1, how thick, and in which colour.
function drawLine(context, from, to, strength) {
  context.lineWidth = 0.5 + 3 * Math.abs(strength);
  context.strokeStyle = `rgb(${strength < 0 ? BLUE : ORANGE})`;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

// A frame around the pixels that a unit sees, and lines from there to the unit.
function drawWindow(context, { top, left, height, width }, spot) {
  const seen = $("seen").getBoundingClientRect();
  const pixel = seen.width / 28;
  const x = seen.x + pixel * left;
  const y = seen.y + pixel * top;
  context.strokeStyle = `rgb(${ORANGE})`;
  context.lineWidth = 1.5;
  context.strokeRect(x, y, pixel * width, pixel * height);
  drawLine(context, [x + pixel * width, y], spot, 0);
  drawLine(context, [x + pixel * width, y + pixel * height], spot, 0);
}

// Through the layers between, which are shown below.
function drawWayToAnswers(context) {
  const box = $("units").getBoundingClientRect();
  const from = stacked()
    ? [box.x + box.width / 2, box.bottom]
    : [box.right, box.y + box.height / 2];
  for (let answer = 0; answer < 10; answer++) drawLine(context, from, spotOfAnswer(answer), 0);
}

// Where on the screen the middle of a tile of the units is.
function spotOfTile(layer, tile) {
  const box = $("units").getBoundingClientRect();
  const { columns, rows } = arrangement(layer.output);
  return [
    box.x + (box.width * ((tile % columns) + 0.5)) / columns,
    box.y + (box.height * (Math.floor(tile / columns) + 0.5)) / rows,
  ];
}

// Whether the answers stand below the units, as on a phone.
function stacked() {
  return $("answers").getBoundingClientRect().y > $("units").getBoundingClientRect().bottom;
}

// Where lines from the units meet an answer.
function spotOfAnswer(answer) {
  const box = $("answers").children[answer].getBoundingClientRect();
  return stacked() ? [box.x + box.width / 2, box.y] : [box.x, box.y + box.height / 2];
}
