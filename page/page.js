// The page: one draws, and it shows what the network (network.js) answers about the strokes
// (strokes.js). pad.js is what one draws on, why.js shows how an answer comes about, lessons.js what
// the visitor teaches it.
"use strict";
const $ = (id) => document.getElementById(id);

// --- Start ---------------------------------------------------------------------------------------

function start() {
  document.body.className = network.kind;
  if (network.kind === "clothes") {
    document.title = $("title").textContent = say("Draw a piece of clothing");
  }
  $("about").textContent = say(
    "This network has learned from images of {data}. It read {accuracy} of others right.",
    { data: network.data, accuracy: percent(network.accuracy) },
  );
  $("page").hidden = false;
  makeBars();
  makeWhy();
  $("pad").onpointerdown = penDown;
  $("pad").onpointermove = penMoves;
  $("pad").onlostpointercapture = penUp;
  document.onkeydown = keyDown;
  $("clear").onclick = clear;
  $("undo").onclick = undo;
  $("teach").onclick = judge;
  $("examples").onclick = openWall;
  $("unteach").onclick = undoLesson;
  $("save-digits").onclick = saveDigits;
  window.onresize = show;
  matchMedia("(prefers-color-scheme: dark)").onchange = show;
  showExample(1); // so that one sees what will be there; the first is the hardest
}

// The ten answers: a click chooses one, to be explained and to be taught.
function makeBars() {
  const empty = "<li><button><span></span><small></small><i></i></button></li>";
  $("bars").innerHTML = empty.repeat(10);
  [...$("bars").children].forEach((row, label) => {
    row.firstChild.onclick = () => {
      chosenAnswer = chosenAnswer === label ? null : label;
      show();
    };
  });
}

// --- Show ----------------------------------------------------------------------------------------

// What the network is asked about: 784 numbers from 0 to 1, all 0 if the pad is empty.
function currentPixels() {
  return example >= 0 ? imageAt(network.test_images, example) : prepare(strokes);
}

function percent(share) {
  if (share > 0.999) return ">99.9%";
  if (share < 0.001) return "<0.1%";
  return `${(100 * share).toFixed(1)}%`;
}

function show() {
  drawPad();
  const pixels = currentPixels();
  const answers = predict(pixels); // also gives the layers their outputs
  const isEmpty = example < 0 && strokes.length === 0;
  // Only with the pen up is anything refused: between its two strokes a 5 is two things.
  const isRefused = settled && network.kind === "digits" && areTwoThings(strokes);
  const shares = isEmpty || isRefused ? undefined : answers;
  if (!shares) chosenAnswer = null;
  showAnswer(shares, isRefused);
  showBars(shares);
  showButtons();
  const text = `${$("answer").textContent} ${$("note").textContent}`.trim();
  const isNews = $("heard").textContent !== text; // or a screen reader would say it again
  if (settled && !teaching && isNews) $("heard").textContent = text;
  showWhy(pixels, shares); // asks about other images
}

function showAnswer(shares, isRefused) {
  $("best").textContent = shares ? network.class_names[likeliest(shares)] : "";
  $("sure").textContent = shares ? ` · ${percent(Math.max(...shares))}` : "";
  let note = "";
  if (isRefused) {
    note = say("Two things side by side: one digit, please.");
  } else if (teaching) {
    note = say("It learns...");
  } else if (example >= 0) {
    note = say("A test image: {name}.", { name: network.class_names[network.test_labels[example]] });
  } else if (shares && teachable() && chosenAnswer === null) {
    note = say("Wrong? Click the right answer.");
  }
  $("note").textContent = note;
}

function showBars(shares) {
  const best = shares ? likeliest(shares) : -1;
  [...$("bars").children].forEach((row, label) => {
    const button = row.firstChild;
    const [text, number, bar] = button.children;
    const name = network.class_names[label];
    const share = shares ? percent(shares[label]) : "";
    row.className = label === best ? "best" : "";
    text.textContent = name;
    bar.style.width = shares ? `${100 * shares[label]}%` : "0";
    number.textContent = share.startsWith("<") ? "" : share; // nine times "<0.1%" says nothing
    button.setAttribute("aria-label", say("{name}, {share}: why?", { name, share }));
    button.setAttribute("aria-pressed", label === chosenAnswer);
    button.disabled = !shares;
  });
}

// --- Begin ---------------------------------------------------------------------------------------

openNetwork($("network").textContent);
translatePage();
if (!network) {
  $("missing").hidden = false;
} else if (!answersAsKeras()) {
  $("wrong").hidden = false; // and it does not answer
} else {
  start();
}
