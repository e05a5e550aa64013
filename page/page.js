// The page: one draws, and it shows what the network (network.js) answers about the strokes
// (strokes.js). pad.js is what one draws on, why.js shows how an answer comes about, lessons.js what
// the visitor teaches it.
"use strict";
const $ = (id) => document.getElementById(id);
const source = `<!DOCTYPE html>\n${document.documentElement.outerHTML}\n`; // this page, for Save

// --- Start ---------------------------------------------------------------------------------------

function start() {
  wall = { images: decode(network.test_images), labels: network.test_labels, inputs: [] };
  // A page that computes something else than Keras does not answer.
  if (!answersAsKeras()) {
    $("about").setAttribute("role", "alert");
    $("about").textContent = say(
      "WARNING: this page computes something else than Keras, since it does not know some setting " +
        "of a layer. So it does not answer.",
    );
    return;
  }
  if (network.taught) restore(network.taught.map(decodeFloats)); // a page that was saved
  if (network.kind === "clothes") {
    document.body.className = "clothes";
    document.title = $("title").textContent = say("Draw a piece of clothing");
    network.class_names = network.class_names.map(translate);
  }
  makeBars();
  makeWhy();
  for (const id of ["left", "middle", "right"]) $(id).hidden = false;
  listen();
  clearReport();
  showLessons();
  if (network.kind === "digits") strokes = DEMO;
  show();
}

// What the network learned from, for somebody who has never heard of MNIST.
function showAbout() {
  const known = {
    MNIST: say("60,000 handwritten digits (MNIST)"),
    "MNIST sample (7,000 digits)": say("6,000 handwritten digits of MNIST"),
    "Fashion-MNIST": say("60,000 small photos of clothes (Fashion-MNIST)"),
  };
  const data = known[network.data] ?? network.data;
  const values = { data, accuracy: percent(network.accuracy) };
  $("about").textContent = isTaught()
    ? say(
        "This network has learned from {data}, and from you. Before, it read {accuracy} of others " +
          "right.",
        values,
      )
    : say("This network has learned from {data}. It reads {accuracy} of others right.", values);
  if (network.kind === "clothes") {
    $("about").textContent += say(" It knows no digits, and drawn lines are new to it.");
  }
}

// The ten answers: a click chooses one, to be explained and to be taught.
function makeBars() {
  const rows = network.class_names.map((name, label) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    const text = document.createElement("span");
    const lane = document.createElement("em");
    text.textContent = name;
    lane.append(document.createElement("i"));
    button.append(text, lane, document.createElement("b"));
    button.onclick = () => {
      chosenAnswer = chosenAnswer === label ? null : label;
      show();
    };
    row.append(button);
    return row;
  });
  $("bars").replaceChildren(...rows);
}

// --- Show ----------------------------------------------------------------------------------------

// What the network is asked about: 784 numbers from 0 to 1, or undefined.
function currentPixels() {
  if (example >= 0) return imageOf(wall, example);
  return strokes.length > 0 ? prepare(strokes) : undefined;
}

// Why what is drawn can be no digit, "" if it can. Only with the pen up: a 7 begins as a dash.
function whyRefused() {
  const isDrawing = example < 0 && strokes.length > 0;
  return settled && isDrawing && network.kind === "digits" ? whyNoDigit(strokes) : "";
}

function percent(share) {
  if (share > 0.999) return ">99.9%";
  if (share < 0.001) return "<0.1%";
  return `${(100 * share).toFixed(1)}%`;
}

function show() {
  drawPad();
  const pixels = currentPixels();
  const refusal = whyRefused();
  const shares = predict(pixels ?? new Float32Array(784)); // also gives the layers their outputs
  const answers = pixels !== undefined && refusal === "";
  if (!answers) chosenAnswer = null;
  let answer = refusal === "" ? "" : "?";
  if (answers) answer = network.class_names[likeliest(shares)];
  $("best").textContent = answer;
  $("sure").textContent = answers ? ` · ${percent(Math.max(...shares))}` : "";
  $("note").textContent = refusal || noteOn(answers);
  showBars(answers ? shares : undefined);
  showTeach();
  showAgain(answers);
  if (settled && !isDemo() && !teaching) announce();
  showWhy(pixels, answers ? shares : undefined); // asks about other images
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
    number.textContent = share.startsWith("<") ? "" : share; // nine times "<0.1%" says nothing
    button.setAttribute("aria-label", say("{name}, {share}: why?", { name, share }));
    button.setAttribute("aria-pressed", label === chosenAnswer);
    button.disabled = !shares;
  });
}

// The button that teaches the chosen answer.
function showTeach() {
  const isOffered = chosenAnswer !== null && !isDemo() && teachable() !== undefined;
  $("teach").style.visibility = isOffered ? "" : "hidden";
  if (!isOffered) return;
  const name = network.class_names[chosenAnswer];
  const article = /^[8A]/.test(name) ? "an" : "a"; // an 8, an ankle boot
  $("teach").textContent = say("It is {article} {name}: learn it", { article, name });
}

// The line below the answer.
function noteOn(answers) {
  if (lessonNote !== "") return lessonNote;
  if (example >= 0) {
    return say("A test image: {name}.", { name: network.class_names[wall.labels[example]] });
  }
  const isOpen = answers && !isDemo() && teachable() && chosenAnswer === null;
  return isOpen ? say("Wrong? Click the right answer.") : "";
}

// For a screen reader: once, when the pen is up and nothing follows.
function announce() {
  let answer = $("best").textContent;
  if (answer === "?") answer = say("No answer.");
  else if (answer !== "") answer = say("It reads {answer}.", { answer: $("answer").textContent });
  setText($("heard"), `${answer} ${$("note").textContent}`.trim());
}

// Only what is new, or a screen reader reads it again.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- Begin ---------------------------------------------------------------------------------------

function listen() {
  $("pad").onpointerdown = penDown;
  $("pad").onpointermove = penMoves;
  $("pad").onlostpointercapture = penUp;
  document.onkeydown = keyDown;
  $("clear").onclick = clear;
  $("undo").onclick = undo;
  $("teach").onclick = judge;
  $("examples").onclick = openWall;
  $("close").onclick = () => $("wall").close();
  $("unteach").onclick = undoLesson;
  $("save").onclick = savePage;
  $("save-digits").onclick = saveDigits;
  window.onresize = show;
  matchMedia("(prefers-color-scheme: dark)").onchange = show;
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
