// The page: one draws, and it shows what the network (network.js) answers about the strokes
// (strokes.js). pad.js is what one draws on, why.js shows how an answer comes about, lessons.js what
// the visitor teaches it.
"use strict";
const $ = (id) => document.getElementById(id);

const DEMO_MS = 1400; // how long the example takes that is drawn by itself
const DEMO = [
  [0.3, 0.34], [0.32, 0.27], [0.36, 0.21], [0.42, 0.17], [0.49, 0.16], [0.56, 0.17], [0.62, 0.21],
  [0.66, 0.27], [0.67, 0.34], [0.65, 0.41], [0.61, 0.47], [0.55, 0.54], [0.48, 0.6], [0.41, 0.67],
  [0.34, 0.73], [0.29, 0.78], [0.36, 0.78], [0.45, 0.78], [0.54, 0.78], [0.63, 0.78],
  [0.71, 0.78],
];

// A browser's own "Save page as" saves what this script has made of the page. Such a page starts
// anew: from how it was in the beginning, which is kept in a script that nobody runs.
const untouched = $("untouched");
if (untouched) {
  $("main").innerHTML = untouched.textContent;
  untouched.remove();
  document.body.className = "";
}
const source = `<!DOCTYPE html>\n${document.documentElement.outerHTML}\n`; // this page, for Save
const beginning = document.createElement("script");
beginning.id = "untouched";
beginning.type = "text/plain";
beginning.textContent = $("main").innerHTML;
document.body.prepend(beginning); // before this script, which looks for it

let ready = false; // after the page has seen that it answers as Keras does

// --- Start ---------------------------------------------------------------------------------------

function start() {
  openWallImages();
  predict(new Float32Array(784)); // so that each layer has an input and an output
  describe();
  makeBars();
  makeWhy();
  for (const id of ["left", "middle", "right"]) $(id).hidden = false;
  listen();
  showButtons();
  show();
  setTimeout(check); // the page is to be seen first
}

function describe() {
  if (network.kind === "clothes") {
    document.body.className = network.kind;
    document.title = say("Draw a piece of clothing");
    $("title").textContent = document.title;
    $("prepared").textContent = say(
      "Your strokes are drawn anew like a digit of MNIST. But this network has " +
        "learned from small photos of clothes: a drawing of lines is new to it, and it is " +
        "often wrong.",
    );
    network.class_names = network.class_names.map(translate);
  }
  showAbout();
  showHint();
}

// What the network learned from, for somebody who has never heard of MNIST.
function learnedFrom() {
  const known = {
    MNIST: say("60,000 handwritten digits (MNIST)"),
    "MNIST sample (7,000 digits)": say("6,000 handwritten digits of MNIST"),
    "Fashion-MNIST": say("60,000 small photos of clothes (Fashion-MNIST)"),
  };
  return known[network.data] ?? network.data;
}

function showAbout() {
  const values = { data: learnedFrom(), accuracy: percent(network.accuracy) };
  $("about").textContent = isTaught()
    ? say(
        "This network has learned from {data}, and from you. Before, it read {accuracy} of others " +
          "right.",
        values,
      )
    : say("This network has learned from {data}. It reads {accuracy} of others right.", values);
  if (network.kind === "clothes") {
    $("about").textContent += say(" It knows clothes, and no digits.");
  }
}

// The ten answers: a click chooses one, to be explained and to be taught.
function makeBars() {
  network.class_names.forEach((name, label) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    const text = document.createElement("span");
    const lane = document.createElement("em");
    text.textContent = name;
    lane.append(document.createElement("i"));
    button.append(text, lane, document.createElement("b"));
    button.onclick = () => {
      touched = true;
      chosenAnswer = chosenAnswer === label ? null : label;
      show();
    };
    row.append(button);
    $("bars").append(row);
  });
}

// A page that computes something else than Keras does not answer.
function check() {
  if (!answersAsKeras()) {
    for (const id of ["left", "middle", "right"]) $(id).hidden = true;
    $("about").setAttribute("role", "alert");
    $("about").textContent = say(
      "WARNING: this page computes something else than Keras, since it does " +
        "not know some setting of a layer. So it does not answer.",
    );
    return;
  }
  if (teachable()) {
    trained = teachable().weights.map((array) => array.slice());
    if (network.taught) openLessons(network.taught);
  }
  ready = true;
  showAbout();
  showButtons();
  if (!touched && network.kind === "digits") drawDemo();
  show();
}

// --- The example that is drawn by itself, once, so that one sees what will be there --------------

function drawDemo() {
  demo = true;
  const start = performance.now();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const frame = () => {
    if (!demo) return; // the visitor draws
    const done = still ? 1 : Math.min(1, (performance.now() - start) / DEMO_MS);
    strokes = [DEMO.slice(0, Math.max(2, Math.round(done * DEMO.length)))];
    settled = done === 1;
    showHint();
    show();
    if (done < 1) requestAnimationFrame(frame);
  };
  frame();
}

// --- What is on the pad --------------------------------------------------------------------------

// What the network is asked about: 784 numbers from 0 to 1, or undefined.
function currentPixels() {
  if (example >= 0) return imageOf(wall, example);
  return strokes.length > 0 ? prepare(strokes) : undefined;
}

// Why what is drawn can be no digit, "" if it can. Only with the pen up: a 7 begins as a dash.
function whyRefused() {
  if (example >= 0 || strokes.length === 0 || network.kind !== "digits") return "";
  return whyNoDigit(strokes);
}

function refused() {
  return settled && whyRefused() !== "";
}

// --- Show ----------------------------------------------------------------------------------------

function percent(share) {
  if (share > 0.999) return ">99.9%";
  if (share < 0.001) return "<0.1%";
  return `${(100 * share).toFixed(1)}%`;
}

function show() {
  drawPad();
  showHint();
  showTools();
  if (ready) showAnswer();
}

function showAnswer() {
  showAgain(); // asks about other drawings: before the network is asked about this one
  const pixels = currentPixels();
  // A dot is nothing yet: it has neither size nor direction.
  const answers = pixels !== undefined && !refused() && whyRefused() !== "dot";
  // this also gives the layers their outputs
  const shares = predict(pixels ?? new Float32Array(784));
  const best = likeliest(shares);
  let answer = "";
  if (answers) answer = network.class_names[best];
  if (refused()) answer = "?";
  if (!answers) chosenAnswer = null;
  setText($("best"), answer);
  setText($("sure"), answers ? ` · ${percent(shares[best])}` : "");
  setText($("note"), noteOn(best) || (answers && !demo ? invitation() : ""));
  showBars(answers ? shares : undefined);
  showTeach();
  showWhy(pixels, answers ? shares : undefined);
  if (settled && !demo && !teaching) announce(noteOn(best));
}

function showBars(shares) {
  const best = shares ? likeliest(shares) : -1;
  [...$("bars").children].forEach((row, label) => {
    const button = row.firstChild;
    const [, lane, number] = button.children;
    const name = network.class_names[label];
    const share = shares ? percent(shares[label]) : "";
    row.className = label === best ? "best" : "";
    lane.firstChild.style.width = shares ? `${100 * shares[label]}%` : "0";
    setText(number, share.startsWith("<") ? "" : share); // nine times "<0.1%" says nothing
    button.setAttribute("aria-label", say("{name}, {share}: why?", { name, share }));
    button.setAttribute("aria-pressed", label === chosenAnswer);
    button.disabled = teaching || !shares;
  });
}

// The button that teaches the chosen answer.
function showTeach() {
  const isOffered = chosenAnswer !== null && !demo && teachable() !== undefined;
  $("teach").style.visibility = isOffered ? "" : "hidden";
  $("teach").disabled = teaching;
  if (!isOffered) return;
  const name = network.class_names[chosenAnswer];
  const article = /^[8A]/.test(name) ? "an" : "a"; // an 8, an ankle boot
  setText($("teach"), say("It is {article} {name}: learn it", { article, name }));
}

function invitation() {
  if (teachable()) return chosenAnswer === null ? say("Wrong? Click the right answer.") : "";
  return say(
    "This network cannot be corrected here: its last layer is no Dense layer with softmax.",
  );
}

// Only what is new, or a screen reader reads it again.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The line below the answer: why there is none, or what the last lesson did, or about a test image.
function noteOn(best) {
  if (refused()) {
    const texts = {
      dot: say("That is a dot, no digit."),
      dash: say("That is a dash, no digit."),
      two: say("Two things side by side: one digit, please."),
    };
    return texts[whyRefused()];
  }
  if (lessonNote !== "" || example < 0) return lessonNote;
  const label = wall.labels[example];
  const values = { name: network.class_names[label] };
  return label === best
    ? say("A test image: {name}. It is read right.", values)
    : say("A test image: {name}. It is read wrong.", values);
}

// For a screen reader: once, when the pen is up and nothing follows.
function announce(note) {
  let text = $("best").textContent;
  if (text === "?") text = say("No answer.");
  else if (text !== "") text = say("It reads {answer}.", { answer: text + $("sure").textContent });
  setText($("heard"), `${note} ${text}`.trim());
}

// --- Begin ---------------------------------------------------------------------------------------

function listen() {
  $("pad").onpointerdown = penDown;
  $("pad").onpointermove = penMoves;
  $("pad").onlostpointercapture = penUp;
  document.onkeydown = keyDown;
  $("clear").onclick = clear;
  $("undo").onclick = undo;
  $("teach").onclick = () => judge(chosenAnswer);
  $("examples").onclick = openWall;
  $("close").onclick = () => $("wall").close();
  $("unteach").onclick = undoLesson;
  $("forget").onclick = forgetAll;
  $("save").onclick = savePage;
  $("save-digits").onclick = saveDigits;
  window.onresize = show;
  matchMedia("(prefers-color-scheme: dark)").onchange = show;
  matchMedia("print").onchange = show; // the pad in the colours of paper
}

openNetwork($("network").textContent);
translatePage();
if (network) {
  start();
} else {
  $("about").textContent = say(
    "There is no network in this page yet. Run python train.py first: it " +
      "trains one and puts it into a copy of this page, outputs/draw.html. Open that one.",
  );
}
