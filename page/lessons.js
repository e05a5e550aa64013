// What the visitor teaches the network, what a lesson cost, and how to take it back; the test
// images on which that is seen; and what can be saved. How the network learns stands in network.js.
"use strict";

const ENOUGH = 0.6; // a lesson ends when the right answer has this much
const MOST_STEPS = 60;
const STEP_MS = 80; // how long each step is to be seen
const MOST_SHOWN = 12; // images of what a lesson changed

let teaching = false;
let hurried = false; // the visitor draws on: the lesson is not shown step by step any more
let trained = null; // the weights that train.py found, for "Forget all lessons"
let pastLessons = []; // for each lesson what "Undo the lesson" needs
let judged = null; // the drawing that was counted as right or wrong
const counted = { right: 0, all: 0 }; // of the visitor's own digits
const ownDigits = []; // what "Save my digits" saves: {strokes, image, label}
let testImages = new Uint8Array(0);
let readings = null; // a promise of how each test image is read by the network as it is now
const lastInputs = []; // for each test image what the last layer gets, once that was computed
let focused = null; // what had the keyboard's focus before a lesson

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// --- The test images that the page has -----------------------------------------------------------

function testImage(index) {
  return Array.from(testImages.subarray(784 * index, 784 * index + 784), (v) => v / 255);
}

function readTestImages() {
  readings ??= readEachTestImage();
  return readings;
}

async function readEachTestImage() {
  const labels = [];
  let since = performance.now();
  for (let index = 0; index < network.test_labels.length; index++) {
    labels.push(readTestImage(index));
    markTile(index, labels[index]);
    if (performance.now() - since > 20) {
      // so that the page lives on
      await pause(0);
      since = performance.now();
    }
  }
  return labels;
}

// Only the last Dense layer ever learns here. What the layers before it make of a test image stays
// as it is, and need not be computed again.
function readTestImage(index) {
  const last = teachable();
  if (!last) return likeliest(predict(testImage(index)));
  if (!lastInputs[index]) {
    predict(testImage(index));
    lastInputs[index] = last.input.slice();
  }
  const sums = layers.Dense({ shape: [last.input.length], data: lastInputs[index] }, last);
  return likeliest([...sums.data]); // softmax would not change which is the largest
}

function makeWall() {
  network.test_labels.forEach((label, index) => {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    button.append(canvas, document.createElement("span"));
    button.setAttribute("aria-label", network.class_names[label]);
    button.onclick = () => {
      $("wall").close();
      showExample(index);
    };
    paintImage(canvas, testImage(index), 28, { grey: true });
    $("wall-images").append(button);
  });
}

// Mark a test image as read right or wrong, where the wall stands already.
function markTile(index, label) {
  const button = $("wall-images").children[index];
  if (!button) return;
  const name = network.class_names[network.test_labels[index]];
  const read = network.class_names[label];
  const right = label === network.test_labels[index];
  button.className = right ? "" : "wrong";
  button.lastChild.textContent = right ? "" : `✗ ${read}`;
  button.setAttribute(
    "aria-label",
    right
      ? say("{name}, read right", { name })
      : say("{name}, read wrong, as {read}", { name, read }),
  );
}

async function openWall() {
  if ($("wall-images").children.length === 0) makeWall();
  $("wall-text").textContent = say("The network reads them...");
  $("wall").showModal();
  const labels = await readTestImages();
  labels.forEach((label, index) => markTile(index, label));
  const right = labels.filter((label, index) => label === network.test_labels[index]).length;
  $("wall-text").textContent = say(
    "It reads {right} of these {all} right. Those in a frame it reads " +
      "wrong, ✗ says as what. They are not like the rest: of each kind, the one that was hardest " +
      "for it is among them. Of all test images it got {accuracy} right. Choose one to see why.",
    { right, all: labels.length, accuracy: percent(network.accuracy) },
  );
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

function showButtons() {
  $("unteach").disabled = teaching || pastLessons.length === 0;
  $("forget").disabled = teaching || !isTaught();
  $("save").disabled = teaching || !isTaught();
  $("save-digits").disabled = teaching || ownDigits.length === 0;
  $("grey").hidden = isTaught() || ownDigits.length > 0;
  $("save-digits").textContent =
    ownDigits.length === 0
      ? say("Save my digits")
      : say("Save my digits ({count})", { count: ownDigits.length });
}

// Whether the network is another than that of train.py, by a lesson here or before the page was
// saved.
function isTaught() {
  return pastLessons.length > 0 || network.taught !== undefined;
}

// The visitor says what is on the pad.
async function judge(label) {
  const pixels = currentPixels();
  if (!ready || teaching || demo || pixels === undefined || refused()) return;
  const lesson = { pixels, label, testIndex: example, strokes };
  if (example < 0) countAndKeep(pixels, label);
  setTeaching(true);
  clearReport();
  if (example < 0) showOwnCount();
  if (chosenAnswer !== null) chosenAnswer = label; // not why it gave the old answer
  lessonNote = say("It learns...");
  show();
  const before = await readTestImages();
  await teach(lesson);
  if (lesson.steps > 0) {
    sayHow(lesson);
    const after = await readTestImages();
    showCost(before, after);
  }
  setTeaching(false);
  show();
  if (document.activeElement === document.body) focused?.focus({ preventScroll: true });
}

function countAndKeep(pixels, label) {
  if (judged !== strokes) {
    judged = strokes;
    counted.all += 1;
    if (likeliest(predict(pixels)) === label) counted.right += 1;
  }
  const image = Uint8Array.from(pixels, (v) => Math.round(255 * v));
  forgetOwnDigit(strokes); // what was said of this drawing before
  ownDigits.push({ strokes, image, label });
}

function showOwnCount() {
  $("own").textContent = say(
    "Of the digits for which you said what they are, it read {right} of {all} " +
      "right at first; of the test images of {data}, {accuracy}.",
    { ...counted, data: dataName(), accuracy: percent(network.accuracy) },
  );
}

function forgetOwnDigit(drawing) {
  const index = ownDigits.findIndex((digit) => digit.strokes === drawing);
  if (index >= 0) ownDigits.splice(index, 1);
}

// Step after step, until the right answer has enough.
async function teach(lesson) {
  const { pixels, label } = lesson;
  const before = predict(pixels)[label];
  const slow = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const weights = teachable().weights.map((array) => array.slice());
  let steps = 0;
  while (predict(pixels)[label] < ENOUGH && steps < MOST_STEPS) {
    learn(pixels, label);
    steps += 1;
    if (slow && !hurried) show();
    await pause(slow && !hurried ? STEP_MS : 0);
  }
  const share = predict(pixels)[label];
  Object.assign(lesson, { steps, before, share });
  const values = {
    name: network.class_names[label],
    from: percent(before),
    to: percent(share),
    steps,
  };
  if (steps === 0) {
    lessonNote = say("Nothing to learn: {name} has {from} already.", values);
    return;
  }
  pastLessons.push({ ...lesson, weights, readings });
  readings = null;
  lessonNote = say("Not learned: {name} has {to} after {steps} small changes.", values);
  if (share >= ENOUGH) lessonNote = learnedNote(lesson);
  showAbout();
}

function learnedNote({ label, testIndex }) {
  const name = network.class_names[label];
  if (testIndex < 0) return say("It now reads your {name}.", { name });
  const truth = network.class_names[network.test_labels[testIndex]];
  return name === truth
    ? say("It now reads it as {name}.", { name })
    : say("It now reads it as {name}, but it is labelled {truth}.", { name, truth });
}

// What a step is, and why there are no more of them.
function sayHow({ label, steps, before, share }) {
  if (share < ENOUGH) return; // the note has said it
  const values = {
    steps,
    name: network.class_names[label],
    from: percent(before),
    to: percent(share),
    enough: `${100 * ENOUGH}%`,
  };
  let text = say(
    "{steps} small changes of its weights brought the answer {name} from {from} to {to}.",
    values,
  );
  if (steps === 1) {
    text = say(
      "One small change of its weights brought the answer {name} from {from} to {to}.",
      values,
    );
  }
  $("steps").textContent =
    text + say(" It stops at {enough}, so as not to forget others.", values);
}

// What it reads otherwise since the lesson. Images that were themselves taught would prove nothing.
function showCost(before, after) {
  const excluded = new Set(pastLessons.map((lesson) => lesson.testIndex));
  const forgotten = [];
  const learned = [];
  network.test_labels.forEach((label, index) => {
    if (excluded.has(index)) return;
    const wasRight = before[index] === label;
    const isRight = after[index] === label;
    if (wasRight && !isRight) forgotten.push(index);
    if (!wasRight && isRight) learned.push(index);
  });
  const own = [...excluded].filter((index) => index >= 0).length;
  const none = say("none");
  const values = {
    all: after.length - own,
    forgot: forgotten.length || none,
    learned: learned.length || none,
  };
  $("cost").textContent = say(
    "Of {all} test images, newly read wrong: {forgot}; newly read right: {learned}.",
    values,
  );
  if (own > 0) {
    $("cost").textContent += say(
      " Those that you taught ({own}) are not counted: what was learned by " +
        "heart proves nothing.",
      { own },
    );
  }
  for (const [indices, sign] of [
    [forgotten, "✗"],
    [learned, "✓"],
  ]) {
    for (const index of indices.slice(0, MOST_SHOWN)) {
      $("changes").append(changeFigure(index, sign, after[index]));
    }
  }
}

function changeFigure(index, sign, label) {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  const caption = document.createElement("figcaption");
  const read = network.class_names[label];
  const name = network.class_names[network.test_labels[index]];
  canvas.setAttribute("role", "img");
  canvas.setAttribute(
    "aria-label",
    sign === "✓"
      ? say("{name}, now read right", { name })
      : say("{name}, now read as {read}", { name, read }),
  );
  caption.textContent = `${sign} ${read}`;
  paintImage(canvas, testImage(index), 28, { grey: true });
  figure.append(canvas, caption);
  return figure;
}

function clearReport() {
  lessonNote = "";
  for (const id of ["steps", "cost", "changes", "saved", "own"]) $(id).replaceChildren();
}

// --- Take it back --------------------------------------------------------------------------------

function restore(weights) {
  weights.forEach((array, i) => teachable().weights[i].set(array));
}

function undoLesson() {
  const lesson = pastLessons.pop();
  restore(lesson.weights);
  readings = lesson.readings;
  forgetOwnDigit(lesson.strokes);
  afterUndo(say("The last lesson is undone."));
}

function forgetAll() {
  restore(trained);
  for (const lesson of pastLessons) forgetOwnDigit(lesson.strokes);
  pastLessons = [];
  readings = null;
  delete network.taught;
  afterUndo(say("It is again as it was before your lessons."));
}

function afterUndo(note) {
  const button = document.activeElement;
  clearReport();
  lessonNote = note;
  showAbout();
  showButtons();
  if (button.disabled) $("clear").focus(); // a disabled button would lose the keyboard's place
  show();
}

// --- Save ----------------------------------------------------------------------------------------

// This page with the weights as they are now: as `taught`, beside those of train.py.
function savePage() {
  const saved = JSON.parse($("network").textContent);
  saved.taught = teachable().weights.map(encode);
  const text = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const page = source.replace($("network").textContent, () => text);
  download(page, "text/html", "draw.html");
}

// The visitor's own digits, as train.py reads them.
function saveDigits() {
  const count = ownDigits.length;
  const images = new Uint8Array(784 * count);
  ownDigits.forEach(({ image }, i) => images.set(image, 784 * i));
  const labels = Uint8Array.from(ownDigits, ({ label }) => label);
  const content = makeNpz({
    images: { shape: [count, 28, 28], data: images },
    labels: { shape: [count], data: labels },
  });
  download(content, "application/octet-stream", "my_digits.npz");
  $("saved").textContent += say(" To train with them: python train.py --add PATH/my_digits.npz");
}

function download(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  $("saved").textContent = say("Saved as {name}, where your browser keeps what it downloads.", {
    name,
  });
  if (window.self !== window.top) {
    // nobody says whether a frame lets files through
    $("saved").textContent = say(
      "This page stands within another one, in a notebook perhaps, which may " +
        "not let it save a file. If none arrives: open outputs/draw.html itself in a browser.",
    );
  }
}
