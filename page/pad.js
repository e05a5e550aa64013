// The pad: what is drawn on it with a mouse, a finger, a pen, and how that is taken back.
"use strict";

const PAUSE_MS = 500; // the pen is up for so long: the digit may be finished
const NEAR = 0.005; // points that are nearer to each other add nothing; the pad is 1 wide
const LINE = 0.05; // how wide the pen is on the pad

let strokes = []; // x and y are from 0 to 1, so that the window may change its size
let cleared = []; // the strokes that Clear took away, for Undo
let touched = false; // whether the visitor has drawn, cleared or chosen anything
let demo = false; // whether what is on the pad is the example that is drawn by itself
let example = -1; // which test image is shown; -1: the drawing
let pointer = null; // the finger, the pen or the mouse that draws: {id, type}
let settled = true; // nothing was drawn for a moment
let settling = 0; // the timer that waits for this
let waiting = false; // for the next frame: a line is drawn at once, the network asked once a frame

// --- Show it -------------------------------------------------------------------------------------

function drawPad() {
  const pad = $("pad");
  const context = pad.getContext("2d");
  const style = getComputedStyle(pad);
  // empties it; sharp everywhere
  pad.width = Math.round(pad.getBoundingClientRect().width * devicePixelRatio);
  pad.height = pad.width;
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, pad.width, pad.width);
  context.strokeStyle = context.fillStyle = style.color;
  if (example >= 0) drawExample(context, pad.width);
  context.scale(pad.width, pad.width);
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
}

// A test image, each pixel in whole pixels of the screen, without a seam.
function drawExample(context, width) {
  const edge = (n) => Math.round((n * width) / 28);
  imageOf(wall, example).forEach((v, at) => {
    const x = at % 28;
    const y = Math.floor(at / 28);
    context.globalAlpha = v;
    context.fillRect(edge(x), edge(y), edge(x + 1) - edge(x), edge(y + 1) - edge(y));
  });
}

function showHint() {
  let text =
    network.kind === "clothes" ? say("Draw a piece of clothing here") : say("Draw a digit here");
  if (demo) text = say("An example: draw your own");
  $("hint").textContent = text;
  $("hint").hidden = !demo && (strokes.length > 0 || example >= 0);
}

// Undo is grey while it has nothing to take back.
function showTools() {
  const isFocused = document.activeElement === $("undo");
  $("undo").disabled = demo || (strokes.length === 0 && cleared.length === 0);
  if (isFocused && $("undo").disabled) $("clear").focus(); // or the keyboard would lose its place
}

// --- Draw ----------------------------------------------------------------------------------------

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
  if (strokes.length === 0) {
    strokes = cleared;
    cleared = [];
  } else if (isNamed(strokes)) {
    strokes = strokes.slice(0, -1); // the digit that was taught stays as it was
  } else {
    strokes.pop();
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
  // A drawing that was taught is finished: the next stroke begins another one.
  if (strokes.length === 0 || demo || isNamed(strokes)) beginAnew();
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
