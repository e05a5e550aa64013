// The page: one draws, and it shows what the network (network.js) answers about the strokes
// (strokes.js). path.js shows how that comes about, lessons.js what the visitor teaches it.
"use strict";
const $ = (id) => document.getElementById(id);

const PAUSE_MS = 500; // the pen is up for so long: the digit may be finished
const NEAR = 0.005; // points that are nearer to each other add nothing; the pad is 1 wide
const LINE = 0.05; // how wide the pen is on the pad
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

let strokes = []; // x and y are from 0 to 1, so that the window may change its size
let cleared = []; // the strokes that Clear took away, for Undo
let touched = false; // whether the visitor has drawn, cleared or chosen anything
let demo = false; // whether what is on the pad is the example that is drawn by itself
let example = -1; // which test image is shown; -1: the drawing
let pointer = null; // the finger, the pen or the mouse that draws: {id, type}
let settled = true; // nothing was drawn for a moment
let settling = 0; // the timer that waits for this
let ready = false; // after the page has seen that it answers as Keras does
let waiting = false; // for the next frame: a line is drawn at once, the network asked once a frame
let lessonNote = ""; // what is said of the last lesson

// --- Start ---------------------------------------------------------------------------------------

function start() {
  testImages = decode(network.test_images);
  predict(new Float32Array(784)); // so that each layer has an input and an output
  describe();
  makeBars();
  makePath();
  for (const id of ["left", "middle", "path"]) $(id).hidden = false;
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
    $("anew").textContent = say(
      "Your strokes are drawn anew like a digit of MNIST. But this network has " +
        "learned from small photos of clothes: a drawing of lines is new to it, and it is " +
        "often wrong.",
    );
    network.class_names = network.class_names.map(translate);
  }
  showAbout();
  showHint();
}

function dataName() {
  return translate(network.data);
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
        "A network that learned from {data} answers while you draw. Before your lessons it read " +
          "{accuracy} of others right.",
        values,
      )
    : say(
        "A network that learned from {data} answers while you draw. Of others that it had " +
          "never seen it reads {accuracy} right.",
        values,
      );
  if (network.kind === "clothes") {
    $("about").textContent += say(" It knows clothes, and no digits.");
  }
}

function makeBars() {
  network.class_names.forEach((name, label) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = name;
    button.setAttribute("aria-label", say("It is: {name}", { name }));
    button.onclick = () => judge(label);
    row.append(button, document.createElement("i"), document.createElement("b"));
    $("bars").append(row);
  });
  if (!teachable()) {
    $("how").textContent = say(
      "This network cannot be corrected here: its last layer is no Dense layer " + "with softmax.",
    );
  }
}

// A page that computes something else than Keras does not answer.
function check() {
  if (!answersAsKeras()) {
    for (const id of ["left", "middle", "path"]) $(id).hidden = true;
    $("about").setAttribute("role", "alert");
    $("about").textContent = say(
      "WARNING: this page computes something else than Keras, since it does " +
        "not know some setting of a layer. So it does not answer.",
    );
    return;
  }
  if (teachable()) {
    trained = teachable().weights.map((array) => array.slice());
    if (network.taught) restore(network.taught.map(decodeFloats));
  }
  ready = true;
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

function showHint() {
  let text =
    network.kind === "clothes" ? say("Draw a piece of clothing here") : say("Draw a digit here");
  if (demo) text = say("An example: draw your own");
  $("hint").textContent = text;
  $("hint").hidden = !demo && (strokes.length > 0 || example >= 0);
}

// --- What is on the pad --------------------------------------------------------------------------

// What the network is asked about: 784 numbers from 0 to 1, or undefined.
function currentPixels() {
  if (example >= 0) return testImage(example);
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
  if (ready) showAnswer();
}

function drawPad() {
  const pad = $("pad");
  const context = pad.getContext("2d");
  const style = getComputedStyle(pad);
  // empties it; sharp everywhere
  pad.width = Math.round(pad.getBoundingClientRect().width * devicePixelRatio);
  pad.height = pad.width;
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, pad.width, pad.width);
  context.scale(pad.width, pad.width);
  context.strokeStyle = context.fillStyle = style.color;
  context.globalAlpha = demo ? 0.5 : 1;
  context.lineWidth = LINE;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...stroke[0]);
    for (const [x, y] of stroke) context.lineTo(x, y);
    context.lineTo(stroke.at(-1)[0] + 0.001, stroke.at(-1)[1]); // a dot, too, is a line
    context.stroke();
  }
  if (example >= 0) {
    context.resetTransform();
    // whole pixels of the screen, without a seam
    const edge = (n) => Math.round((n * pad.width) / 28);
    testImage(example).forEach((v, at) => {
      const column = at % 28;
      const row = Math.floor(at / 28);
      context.globalAlpha = v;
      context.fillRect(
        edge(column),
        edge(row),
        edge(column + 1) - edge(column),
        edge(row + 1) - edge(row),
      );
    });
  }
}

function showAnswer() {
  const names = network.class_names;
  const pixels = currentPixels();
  const reason = whyRefused();
  // A dot is nothing yet: it has neither size nor direction.
  const answers = pixels !== undefined && !refused() && reason !== "dot";
  // this also gives the layers their outputs
  const shares = predict(pixels ?? new Float32Array(784));
  const best = likeliest(shares);
  let answer = "";
  if (answers) answer = names[best];
  if (refused()) answer = "?";
  setText($("best"), answer);
  setText($("sure"), answers ? ` · ${percent(shares[best])}` : "");
  setText($("note"), noteOn(best));
  [...$("bars").children].forEach((row, i) => {
    row.className = answers && i === best ? "best" : "";
    row.children[1].style.width = answers ? `${100 * shares[i]}%` : "0";
    setText(row.lastChild, answers ? percent(shares[i]) : "");
    row.firstChild.disabled = teaching || demo || !answers || !teachable();
  });
  // There is nothing to correct yet; but that it cannot be corrected is always said.
  $("how").style.visibility = !teachable() || (answers && !demo) ? "" : "hidden";
  $("anew").hidden = example >= 0; // a test image is shown to it as it is
  const isEmpty = pixels === undefined;
  showPath(pixels ?? new Float32Array(784), answers ? shares : undefined, isEmpty);
  if (settled && !demo && !teaching) announce();
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
  const label = network.test_labels[example];
  const values = { name: network.class_names[label] };
  return label === best
    ? say("A test image: {name}. It is read right.", values)
    : say("A test image: {name}. It is read wrong.", values);
}

// For a screen reader: once, when the pen is up and nothing follows.
function announce() {
  let text = $("best").textContent;
  if (text === "?") text = say("No answer.");
  else if (text !== "") text = say("It reads {answer}.", { answer: text + $("sure").textContent });
  setText($("heard"), `${$("note").textContent} ${text}`.trim());
}

function unsettle() {
  settled = false;
  clearTimeout(settling);
}

function settleSoon() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    settled = true;
    show();
  }, PAUSE_MS);
}

// --- Draw ----------------------------------------------------------------------------------------

// More points; a stroke that leaves the canvas runs along its edge.
function draw(events) {
  const box = $("pad").getBoundingClientRect();
  const inside = (v) => Math.min(1, Math.max(0, v));
  const stroke = strokes.at(-1);
  for (const { clientX, clientY } of events) {
    const point = [inside((clientX - box.x) / box.width), inside((clientY - box.y) / box.height)];
    const last = stroke.at(-1);
    const near = last && Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR;
    if (!near) stroke.push(point);
  }
  drawPad();
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    show();
  });
}

// An empty pad, and nothing said of the last drawing.
function beginAnew() {
  strokes = [];
  touched = true;
  demo = false;
  example = -1;
  forgetChoice();
  if (!teaching) clearReport();
}

function clear() {
  pointer = null;
  if (strokes.length > 0 && !demo) cleared = strokes;
  beginAnew();
  settled = true;
  clearTimeout(settling);
  show();
}

// The last stroke, or what Clear took away.
function undo() {
  pointer = null;
  if (demo) return;
  if (!teaching) clearReport();
  if (strokes.length > 0) {
    strokes.pop();
  } else {
    strokes = cleared;
    cleared = [];
  }
  example = -1;
  settleSoon();
  show();
}

function showExample(index) {
  if (strokes.length > 0 && !demo) cleared = strokes; // Undo brings the drawing back
  beginAnew();
  example = index;
  settled = true;
  show();
  $("sheet").scrollIntoView({ block: "nearest" }); // on a phone it may be out of sight
}

function penDown(event) {
  if (event.button !== 0) return; // another mouse button
  const palm = pointer?.type === "touch" && event.pointerType === "pen";
  if (pointer !== null && !palm) return; // a second finger
  if (palm) strokes.pop(); // a hand that rests on the pad: the pen is meant
  pointer = { id: event.pointerId, type: event.pointerType };
  $("pad").setPointerCapture(event.pointerId); // to hear of it outside of the canvas, too
  hurried = true; // a lesson that is on its way ends soon
  const newDrawing = strokes.length === 0 || demo || (teaching && strokes === judged);
  if (newDrawing) beginAnew();
  if (!teaching) clearReport(); // it was about another drawing
  unsettle();
  cleared = [];
  strokes.push([]);
  draw([event]);
}

function penMoves(event) {
  if (event.pointerId !== pointer?.id) return;
  // all since the last frame; Firefox on Android has none
  const several = event.getCoalescedEvents?.() ?? [];
  draw(several.length > 0 ? several : [event]);
}

function penUp(event) {
  if (event.pointerId !== pointer?.id) return;
  pointer = null;
  settleSoon();
  show();
}

function keyDown(event) {
  if (event.target.id === "unit" || $("wall").open) return;
  if (["Escape", "Delete"].includes(event.key)) clear();
  // With Caps Lock the key is "Z"; on a German keyboard Z has another place; a Cyrillic one has
  // none.
  const latin = /^[a-z]$/i.test(event.key);
  const isZ = latin ? event.key.toLowerCase() === "z" : event.code === "KeyZ";
  if (isZ && (event.ctrlKey || event.metaKey) && !event.shiftKey) undo();
}

function listen() {
  $("pad").onpointerdown = penDown;
  $("pad").onpointermove = penMoves;
  $("pad").onlostpointercapture = penUp;
  document.onkeydown = keyDown;
  $("clear").onclick = clear;
  $("undo").onclick = undo;
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
