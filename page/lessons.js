// What the visitor teaches the network, what a lesson brought and what it cost, how to take it back
// and how to keep it. How the network learns stands in network.js.
"use strict";

const ENOUGH = 0.6; // a lesson ends when the right answer has this much
const MOST_STEPS = 60;
const STEP_MS = 80; // how long each step is to be seen
const MOST_SHOWN = 6; // images of each kind that a lesson changed

let teaching = false;
let lessonNote = ""; // what is said of the last lesson beside the answer
let pastLessons = []; // for each {drawing, weights}: its strokes, and the last layer before it
// The drawings of which the visitor said what they are, for "Save my digits". For the strokes of
// each: {label, image}, its pixels as bytes.
const own = new Map();

// Whether the network is another than that of train.py.
function isTaught() {
  return pastLessons.length > 0 || network.taught !== undefined;
}

// What can be used now; the rest is not there.
function showLessons() {
  showAbout();
  $("lesson").hidden = !isTaught() && own.size === 0;
  $("unteach").hidden = pastLessons.length === 0;
  $("save").hidden = !isTaught();
  $("save-digits").hidden = own.size === 0;
  $("save-digits").textContent = say("Save my digits ({count})", { count: own.size });
}

// --- A lesson ------------------------------------------------------------------------------------

// The visitor says what is on the pad. One may draw on meanwhile, but begin no other lesson.
async function judge() {
  if (teaching) return;
  setTeaching(true);
  const pixels = currentPixels();
  const drawing = strokes;
  const label = chosenAnswer;
  const weights = teachable().weights.map((array) => array.slice());
  if (example < 0) {
    own.set(drawing, { label, image: Uint8Array.from(pixels, (v) => Math.round(255 * v)) });
  }
  clearReport();
  lessonNote = say("It learns...");
  show();
  const before = predict(pixels)[label];
  const steps = await teach(pixels, label);
  const share = predict(pixels)[label];
  if (steps > 0) {
    pastLessons.push({ drawing, weights });
    await showCost(weights);
  }
  const values = {
    steps,
    name: network.class_names[label],
    from: percent(before),
    to: percent(share),
    enough: `${100 * ENOUGH}%`,
  };
  if (steps > 0 && share >= ENOUGH) {
    $("steps").textContent = say(
      "Small changes of its weights: {steps}. They brought {name} from {from} to {to}. It stops " +
        "at {enough}, so as not to forget others.",
      values,
    );
  }
  // Who draws on meanwhile has another drawing before them: it is not said of that one.
  lessonNote = strokes === drawing ? noteOfLesson(steps, share, values) : "";
  setTeaching(false);
  showLessons();
  show();
}

function setTeaching(value) {
  teaching = value;
  for (const id of ["bars", "try", "keep"]) $(id).inert = value;
}

// Step after step, until the right answer has enough; returns how many there were.
async function teach(pixels, label) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let steps = 0;
  while (predict(pixels)[label] < ENOUGH && steps < MOST_STEPS) {
    learn(pixels, label);
    steps += 1;
    if (isStill) continue;
    show();
    await pause(STEP_MS);
  }
  return steps;
}

function noteOfLesson(steps, share, values) {
  if (steps === 0) return say("Nothing to learn: {name} has {from} already. It is kept.", values);
  if (share < ENOUGH) {
    return say("Not learned: {name} has {to} after {steps} small changes.", values);
  }
  return say("It now reads it as {name}.", values);
}

function clearReport() {
  lessonNote = "";
  for (const id of ["steps", "cost", "changes", "saved"]) $(id).replaceChildren();
}

// --- What it cost, and what it brought -----------------------------------------------------------

// How many of the test images that nobody can teach it here are read right before and after.
async function showCost(weights) {
  const { packed, labels } = network.other_images;
  others ??= { images: await unpack(packed), labels, inputs: [] };
  const before = await readAll(others, weights);
  const after = await readAll(others, teachable().weights);
  const indices = [...labels.keys()];
  const wasRight = indices.filter((index) => before[index] === labels[index]);
  const isRight = indices.filter((index) => after[index] === labels[index]);
  const forgotten = wasRight.filter((index) => after[index] !== labels[index]);
  const learned = isRight.filter((index) => before[index] !== labels[index]);
  $("cost").textContent = say(
    "Of {all} other test images it read {before} right before this lesson, and reads {after} now: " +
      "{forgotten} forgotten (✗), {learned} learned (✓).",
    {
      all: labels.length.toLocaleString("en-US"),
      before: wasRight.length,
      after: isRight.length,
      forgotten: forgotten.length,
      learned: learned.length,
    },
  );
  const shown = [...forgotten.slice(0, MOST_SHOWN), ...learned.slice(0, MOST_SHOWN)];
  $("changes").replaceChildren(...shown.map((index) => makeChange(index, after[index])));
}

// A test image that is now read as another digit.
function makeChange(index, read) {
  const label = others.labels[index];
  const values = { name: network.class_names[label], read: network.class_names[read] };
  const text =
    read === label
      ? say("{name}, now read right", values)
      : say("{name}, now read as {read}", values);
  const figure = makeFigure(text, `${read === label ? "✓" : "✗"} ${values.read}`);
  paintPixels(figure.firstChild, imageOf(others, index));
  return figure;
}

// Whether the last lesson helps with other drawings: the visitor draws it again.
function showAgain(answers) {
  const lesson = pastLessons.at(-1);
  let text = "";
  if (lesson) text = say("Draw it again, a little differently.");
  if (lesson && answers && settled && strokes !== lesson.drawing) {
    const read = readBy(lesson.weights, teachable().input);
    text = say("Before the last lesson it would have read {name}.", {
      name: network.class_names[read],
    });
  }
  setText($("again"), text);
}

// --- Take it back, or keep it --------------------------------------------------------------------

function restore(weights) {
  weights.forEach((array, i) => teachable().weights[i].set(array));
}

function undoLesson() {
  const { drawing, weights } = pastLessons.pop();
  restore(weights);
  own.delete(drawing);
  clearReport();
  lessonNote = say("The last lesson is undone.");
  showLessons();
  if ($("unteach").hidden) $("clear").focus(); // or the keyboard would lose its place
  show();
}

// This page with the weights as they are now.
function savePage() {
  const saved = JSON.parse($("network").textContent);
  saved.taught = teachable().weights.map(encode);
  const text = JSON.stringify(saved).replaceAll("<", "\\u003c");
  download(source.replace($("network").textContent, () => text), "text/html", "draw.html");
}

// The visitor's own digits, as training/own_digits.py reads them: the images end to end, as base64.
function saveDigits() {
  const digits = [...own.values()];
  const images = Uint8Array.from(digits.flatMap(({ image }) => [...image]));
  const labels = digits.map(({ label }) => label);
  download(JSON.stringify({ labels, images: encode(images) }), "application/json", "my_digits.json");
  $("saved").textContent = say("To train with them: python train.py --add PATH/my_digits.json");
}

function download(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
}
