// What the visitor teaches the network, what a lesson brought and what it cost, how to take it back,
// and how to keep the digits. How the network learns stands in network.js.
"use strict";

const ENOUGH = 0.6; // a lesson ends when the right answer has this much
const MOST_STEPS = 60;
const STEP_MS = 80; // how long each step is to be seen
const MOST_SHOWN = 6; // images of each kind that a lesson changed

let teaching = false;
const pastLessons = []; // for each {drawing, weights}: its strokes, and the last layer before it
const own = new Map(); // what the visitor said that a drawing is, for "Save my digits"
let others = null; // test images on which it is seen what a lesson cost, since the first lesson

// --- A lesson ------------------------------------------------------------------------------------

// The visitor says what is on the pad. One may draw on meanwhile, but begin no other lesson.
async function judge() {
  if (teaching) return;
  teaching = true;
  const drawing = strokes;
  const weights = teachable().weights.map((array) => array.slice());
  if (example < 0) own.set(drawing, chosenAnswer);
  clearReport();
  show();
  const steps = await teach(currentPixels(), chosenAnswer);
  if (steps > 0) {
    pastLessons.push({ drawing, weights });
    await showCost(weights);
  }
  $("lesson").hidden = false;
  teaching = false;
  show();
}

// Step after step, until the right answer has enough; says and returns how many there were.
async function teach(pixels, label) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const name = network.class_names[label];
  const before = predict(pixels)[label];
  if (before >= ENOUGH) {
    const values = { name, share: percent(before) };
    $("steps").textContent = say("Nothing to learn: {name} has {share} already.", values);
    return 0;
  }
  let share = before;
  let steps = 0;
  while (share < ENOUGH && steps < MOST_STEPS) {
    learn(pixels, label);
    share = predict(pixels)[label];
    steps += 1;
    if (isStill) continue;
    show();
    await pause(STEP_MS);
  }
  const enough = percent(ENOUGH);
  $("steps").textContent = say(
    "Small changes of its weights: {steps}. They brought {name} from {from} to {to}. It stops at " +
      "{enough}, or after {most} changes, so as not to forget others.",
    { steps, name, from: percent(before), to: percent(share), enough, most: MOST_STEPS },
  );
  return steps;
}

function clearReport() {
  for (const part of $("report").children) part.replaceChildren();
}

// What can be used now; the rest is not there.
function showButtons() {
  for (const id of ["bars", "try", "keep"]) $(id).inert = teaching;
  $("unteach").hidden = pastLessons.length === 0;
  $("save-digits").hidden = own.size === 0;
  $("save-digits").textContent = say("Save my digits ({count})", { count: own.size });
  const isOffered = chosenAnswer !== null && teachable() !== undefined;
  $("teach").style.visibility = isOffered ? "" : "hidden";
  if (!isOffered) return;
  const name = network.class_names[chosenAnswer];
  $("teach").textContent = say("The answer is {name}: learn it", { name });
}

// --- What it cost, and what it brought -----------------------------------------------------------

// How many of the test images that nobody can teach it here are read right before and after.
async function showCost(weights) {
  others ??= await openOthers();
  const { labels } = others;
  const before = readOthers(weights);
  const after = readOthers(teachable().weights);
  const isRight = (read, index) => read === labels[index];
  const changed = [...labels.keys()].filter((index) => before[index] !== after[index]);
  const forgotten = changed.filter((index) => before[index] === labels[index]);
  const learned = changed.filter((index) => after[index] === labels[index]);
  $("cost").textContent = say(
    "Of {all} other test images it read {before} right before this lesson, and reads {after} now: " +
      "{forgotten} forgotten (✗), {learned} learned (✓). Draw it again, a little differently.",
    {
      all: labels.length.toLocaleString("en-US"),
      before: before.filter(isRight).length,
      after: after.filter(isRight).length,
      forgotten: forgotten.length,
      learned: learned.length,
    },
  );
  const shown = [...forgotten.slice(0, MOST_SHOWN), ...learned.slice(0, MOST_SHOWN)];
  $("changes").replaceChildren(...shown.map((index) => makeChange(index, after[index])));
}

// These test images: bytes end to end, labels, and what the last layer gets of each. Only that layer
// ever learns here: what the layers before it make of an image stays, and is computed once.
async function openOthers() {
  const { packed, labels } = network.other_images;
  const images = await unpack(packed);
  const inputs = [];
  for (let index = 0; index < labels.length; index++) {
    if (index % 50 === 0) await pause(0); // so that the page lives on
    predict(imageAt(images, index));
    inputs.push(teachable().input);
  }
  return { images, labels, inputs };
}

// What the network reads in each of them with these weights in its last layer.
function readOthers(weights) {
  const { config } = teachable();
  return others.inputs.map((data) => {
    const sums = layers.Dense({ data }, { config, weights });
    return likeliest(sums.data); // softmax would not change which is the largest
  });
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// A test image that is now read as another digit.
function makeChange(index, read) {
  const label = others.labels[index];
  const values = { name: network.class_names[label], read: network.class_names[read] };
  const mark = read === label ? "✓" : "✗";
  const figure = makeFigure(say("{name}, read as {read}", values), `${mark} ${values.read}`);
  paintPixels(figure.firstChild, imageAt(others.images, index));
  return figure;
}

// --- Take it back, or keep it --------------------------------------------------------------------

function undoLesson() {
  const { drawing, weights } = pastLessons.pop();
  weights.forEach((array, i) => teachable().weights[i].set(array));
  own.delete(drawing);
  clearReport();
  $("steps").textContent = say("The last lesson is undone.");
  show();
  if ($("unteach").hidden) $("clear").focus(); // or the keyboard would lose its place
}

// The visitor's own digits, as training/own_digits.py reads them: the images end to end, as base64.
function saveDigits() {
  const pixels = [...own.keys()].flatMap((drawing) => [...prepare(drawing)]);
  const images = encode(Uint8Array.from(pixels, (v) => Math.round(255 * v)));
  const text = JSON.stringify({ labels: [...own.values()], images });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "my_digits.json";
  link.click();
  $("saved").textContent = say("To train with them: python train.py --add PATH/my_digits.json");
}
