// What the visitor teaches the network, what a lesson brought and what it cost, and how to take it
// back. How the network learns stands in network.js.
"use strict";

const ENOUGH = 0.6; // a lesson ends when the right answer has this much
const MOST_STEPS = 60;
const STEP_MS = 80; // how long each step is to be seen
const MOST_SHOWN = 6; // images of each kind that a lesson changed

let teaching = false;
let hurried = false; // the visitor draws on: the lesson is not shown step by step any more
let trained = null; // the weights that train.py found, for "Forget all lessons"
let lessonNote = ""; // what is said of the last lesson beside the answer
// What the visitor said what it is: {drawing, testIndex, image, label}. drawing are the strokes, or
// testIndex says which image of the wall it is (-1: none); image are its pixels as bytes.
let named = [];
// For each lesson {digit, weights}: one of those, and the last layer's weights before it.
let pastLessons = [];
let drawnSince = []; // drawings since the last lesson
let focused = null; // what had the keyboard's focus before a lesson

// --- What was taught -----------------------------------------------------------------------------

function isNamed(drawing) {
  return named.some((digit) => digit.drawing === drawing);
}

function isTaughtImage(index) {
  return named.some((digit) => digit.testIndex === index);
}

// What was said before of the same drawing, or of the same test image, is not true any more.
function nameDigit(digit) {
  const isSame = (other) =>
    digit.testIndex < 0 ? other.drawing === digit.drawing : other.testIndex === digit.testIndex;
  named = [...named.filter((other) => !isSame(other)), digit];
}

function forgetDigit(digit) {
  named = named.filter((other) => other !== digit);
}

function ownDigits() {
  return named.filter((digit) => digit.testIndex < 0);
}

// Whether the network is another than that of train.py.
function isTaught() {
  return pastLessons.length > 0;
}

// --- A lesson ------------------------------------------------------------------------------------

// While it learns, one may draw on, but begin no other lesson.
function setTeaching(value) {
  teaching = value;
  hurried = false;
  if (value) focused = document.activeElement; // a button loses it when it is disabled
  $("examples").disabled = value;
  showButtons();
}

// What can be used now; the rest is not there.
function showButtons() {
  const own = ownDigits().length;
  $("unteach").hidden = $("forget").hidden = $("save").hidden = !isTaught();
  $("save-digits").hidden = own === 0;
  $("save-digits").textContent = say("Save my digits ({count})", { count: own });
  for (const id of ["unteach", "forget", "save", "save-digits"]) $(id).disabled = teaching;
  $("lesson").hidden = !isTaught() && own === 0;
}

// The visitor says what is on the pad.
async function judge(label) {
  const pixels = currentPixels();
  if (!ready || teaching || demo || pixels === undefined || refused()) return;
  const image = Uint8Array.from(pixels, (v) => Math.round(255 * v));
  const digit = { drawing: strokes, testIndex: example, image, label };
  const lesson = { digit, weights: teachable().weights.map((array) => array.slice()) };
  nameDigit(digit);
  setTeaching(true);
  clearReport();
  drawnSince = [];
  chosenAnswer = label; // not why it gave the old answer
  lessonNote = say("It learns...");
  show();
  await teach(lesson, pixels);
  if (lesson.steps > 0) {
    $("cost").textContent = say("It reads other test images, to see what that cost...");
    show();
    await showCost(lesson);
    showEarlier(digit);
  }
  setTeaching(false);
  show();
  if (document.activeElement === document.body) focused?.focus({ preventScroll: true });
}

// Step after step, until the right answer has enough.
async function teach(lesson, pixels) {
  const { label, drawing } = lesson.digit;
  const before = predict(pixels)[label];
  const slow = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let steps = 0;
  while (predict(pixels)[label] < ENOUGH && steps < MOST_STEPS) {
    learn(pixels, label);
    steps += 1;
    if (slow && !hurried) show();
    await pause(slow && !hurried ? STEP_MS : 0);
  }
  const share = predict(pixels)[label];
  const values = {
    steps,
    name: network.class_names[label],
    from: percent(before),
    to: percent(share),
    enough: `${100 * ENOUGH}%`,
  };
  lesson.steps = steps;
  if (steps > 0) pastLessons.push(lesson);
  const note = noteOfLesson(lesson, share, values);
  // Who draws on meanwhile has another drawing before them: it is not said of that one.
  lessonNote = strokes === drawing ? note : "";
  $("steps").textContent = stepsInWords(lesson, share, values);
  showAbout();
}

function noteOfLesson({ steps, digit }, share, values) {
  if (steps === 0) return say("Nothing to learn: {name} has {from} already. It is kept.", values);
  if (share < ENOUGH) {
    return say("Not learned: {name} has {to} after {steps} small changes.", values);
  }
  if (digit.testIndex < 0) return say("It now reads your {name}.", values);
  const truth = network.class_names[wall.labels[digit.testIndex]];
  return values.name === truth
    ? say("It now reads it as {name}.", values)
    : say("It now reads it as {name}, but it is labelled {truth}.", { ...values, truth });
}

// What a step is, and why there are no more of them.
function stepsInWords({ steps }, share, values) {
  if (steps === 0 || share < ENOUGH) return ""; // the note has said it
  const text =
    steps === 1
      ? say("One small change of its weights brought {name} from {from} to {to}.", values)
      : say("{steps} small changes of its weights brought {name} from {from} to {to}.", values);
  return text + say(" It stops at {enough}, so as not to forget others.", values);
}

// --- What it cost, and what it brought -----------------------------------------------------------

// How many of the test images that nobody can teach it here are read right before and after.
async function showCost({ weights }) {
  await openOtherImages();
  const before = await readAll(others, weights);
  const after = await readAll(others, teachable().weights);
  const first = await readAll(others, trained);
  const rightOf = (read) => read.map((label, index) => label === others.labels[index]);
  const [wasRight, isRight, firstRight] = [before, after, first].map(rightOf);
  const count = (list) => list.filter((right) => right).length;
  const all = [...others.labels.keys()];
  const forgotten = all.filter((index) => wasRight[index] && !isRight[index]);
  const learned = all.filter((index) => !wasRight[index] && isRight[index]);
  const values = {
    all: all.length.toLocaleString("en-US"),
    before: count(wasRight),
    after: count(isRight),
    first: count(firstRight),
    forgotten: forgotten.length,
    learned: learned.length,
  };
  $("cost").textContent = "";
  if (all.length === 0) return; // all are on the wall
  let text = say(
    "Of {all} other test images it read {before} right before this lesson, and reads {after} " +
      "now: {forgotten} forgotten (✗), {learned} learned (✓).",
    values,
  );
  if (forgotten.length + learned.length === 0) {
    text = say("It reads {all} other test images as before: {after} right.", values);
  }
  if (pastLessons.length > 1) text += say(" Before all lessons: {first}.", values);
  $("cost").textContent = text;
  for (const index of [...forgotten.slice(0, MOST_SHOWN), ...learned.slice(0, MOST_SHOWN)]) {
    showChange($("changes"), imageOf(others, index), others.labels[index], after[index]);
  }
}

// Whether what the visitor named before is still read.
function showEarlier(digit) {
  const earlier = named.filter((other) => other !== digit);
  if (earlier.length === 0) return;
  const read = earlier.map(({ image }) => likeliest(predict(pixelsOf(image))));
  const wrong = earlier.filter(({ label }, i) => read[i] !== label);
  $("earlier").textContent = say(
    "Of the {all} that you named before, it reads {right} right.",
    { all: earlier.length, right: earlier.length - wrong.length },
  );
  for (const other of wrong.slice(-MOST_SHOWN)) {
    showChange($("misread"), pixelsOf(other.image), other.label, read[earlier.indexOf(other)]);
  }
}

function showChange(place, pixels, label, read) {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  const caption = document.createElement("figcaption");
  const values = { name: network.class_names[label], read: network.class_names[read] };
  canvas.setAttribute("role", "img");
  canvas.setAttribute(
    "aria-label",
    read === label
      ? say("{name}, now read right", values)
      : say("{name}, now read as {read}", values),
  );
  caption.textContent = `${read === label ? "✓" : "✗"} ${values.read}`;
  paintPixels(canvas, pixels);
  figure.append(canvas, caption);
  place.append(figure);
}

// Whether what was learned helps with other drawings: the visitor draws it again. Each drawing since
// is read by the network as it is, and by the network before the lesson.
function showAgain() {
  const lesson = pastLessons.at(-1);
  const isDrawn = settled && !teaching && !demo && example < 0 && strokes.length > 0;
  if (lesson && isDrawn && strokes !== lesson.digit.drawing && !drawnSince.includes(strokes)) {
    drawnSince.push(strokes);
  }
  const drawings = drawnSince.filter((drawing) => drawing.length > 0 && !whyNoDigit(drawing));
  let text = "";
  if (lesson && lesson.digit.testIndex < 0) text = say("Draw it again, a little differently.");
  if (lesson && drawings.length > 0) {
    const { label } = lesson.digit;
    const values = { name: network.class_names[label], count: drawings.length, now: 0, before: 0 };
    for (const drawing of drawings) {
      const last = teachable();
      if (likeliest(predict(prepare(drawing))) === label) values.now += 1;
      const old = { config: last.config, weights: lesson.weights };
      const sums = layers.Dense({ data: last.input }, old);
      if (likeliest([...sums.data]) === label) values.before += 1;
    }
    text = say(
      "Drawn since: {count}. It reads {now} as {name}; before the lesson it would have been " +
        "{before}.",
      values,
    );
  }
  setText($("again"), text);
}

function clearReport() {
  lessonNote = "";
  for (const id of ["steps", "cost", "changes", "earlier", "misread", "saved"]) {
    $(id).replaceChildren();
  }
}

// --- Take it back --------------------------------------------------------------------------------

function restore(weights) {
  weights.forEach((array, i) => teachable().weights[i].set(array));
}

function undoLesson() {
  const lesson = pastLessons.pop();
  restore(lesson.weights);
  forgetDigit(lesson.digit);
  afterUndo(say("The last lesson is undone."));
}

function forgetAll() {
  restore(trained);
  for (const { digit } of pastLessons) forgetDigit(digit);
  pastLessons = [];
  afterUndo(say("It is again as it was before your lessons."));
}

function afterUndo(note) {
  const button = document.activeElement;
  clearReport();
  drawnSince = [];
  lessonNote = note;
  showAbout();
  showButtons();
  // what is not there any more would lose the keyboard's place
  if (button.hidden || $("lesson").hidden) $("clear").focus();
  show();
}
