// The pad: what is drawn on it with a mouse, a finger, a pen, and how that is taken back.
"use strict";

const PAUSE_MS = 500; // the pen is up for so long: the digit may be finished
const NEAR = 0.01; // points that are nearer to each other add nothing; the pad is 1 wide
const LINE = 0.05; // how wide the pen is on the pad
// The example that stands there at first, so that one sees what will be there.
const DEMO = [
  [
    [0.3, 0.34], [0.32, 0.27], [0.36, 0.21], [0.42, 0.17], [0.49, 0.16], [0.56, 0.17], [0.62, 0.21],
    [0.66, 0.27], [0.67, 0.34], [0.65, 0.41], [0.61, 0.47], [0.55, 0.54], [0.48, 0.6], [0.41, 0.67],
    [0.34, 0.73], [0.29, 0.78], [0.36, 0.78], [0.45, 0.78], [0.54, 0.78], [0.63, 0.78],
    [0.71, 0.78],
  ],
];

let strokes = []; // x and y are from 0 to 1, so that the window may change its size
let cleared = []; // the strokes that were there before an empty pad, for Undo
let example = -1; // which test image is shown; -1: the drawing
let pointer = null; // the id of the finger, the pen or the mouse that draws
let settled = true; // nothing was drawn for a moment
let settling = 0; // the timer that waits for this

function isDemo() {
  return strokes === DEMO;
}

// --- Show it -------------------------------------------------------------------------------------

function drawPad() {
  const pad = $("pad");
  const context = pad.getContext("2d");
  pad.width = Math.round(pad.getBoundingClientRect().width * devicePixelRatio); // empties it
  pad.height = pad.width;
  context.strokeStyle = context.fillStyle = getComputedStyle(pad).color;
  if (example >= 0) drawExample(context, pad.width);
  context.scale(pad.width, pad.width);
  context.globalAlpha = isDemo() ? 0.5 : 1;
  context.lineWidth = LINE;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0][0] + 0.001, stroke[0][1]); // a dot, too, is a line
    for (const point of stroke) context.lineTo(...point);
    context.stroke();
  }
  $("hint").textContent = isDemo() ? say("An example: draw your own") : say("Draw here");
  $("hint").hidden = !isDemo() && (strokes.length > 0 || example >= 0);
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

// --- Draw ----------------------------------------------------------------------------------------

function penDown(event) {
  if (event.button !== 0 || pointer !== null) return; // another mouse button, a second finger
  $("pad").setPointerCapture(event.pointerId); // to hear of it outside of the canvas, too
  // A drawing that was taught is finished: the next stroke begins another one.
  if (strokes.length === 0 || isDemo() || own.has(strokes)) beginAnew();
  clearReport(); // it was about another drawing
  clearTimeout(settling);
  settled = false;
  pointer = event.pointerId;
  strokes.push([]);
  draw([event]);
}

function penMoves(event) {
  if (event.pointerId !== pointer) return;
  // All since the last frame; not every browser tells them.
  draw([...(event.getCoalescedEvents?.() ?? []), event]);
}

function penUp(event) {
  if (event.pointerId !== pointer) return;
  pointer = null;
  settling = setTimeout(() => {
    settle();
    show();
  }, PAUSE_MS);
}

// More points; a stroke that leaves the canvas runs along its edge.
function draw(events) {
  const box = $("pad").getBoundingClientRect();
  const inside = (v) => Math.min(1, Math.max(0, v));
  const stroke = strokes.at(-1);
  for (const { clientX, clientY } of events) {
    const x = inside((clientX - box.x) / box.width);
    const y = inside((clientY - box.y) / box.height);
    const last = stroke.at(-1);
    if (!last || Math.hypot(x - last[0], y - last[1]) >= NEAR) stroke.push([x, y]);
  }
  show();
}

function settle() {
  clearTimeout(settling);
  settled = true;
}

// --- Take it back --------------------------------------------------------------------------------

// An empty pad, and nothing said of the last drawing.
function beginAnew() {
  if (strokes.length > 0 && !isDemo()) cleared = strokes;
  strokes = [];
  example = -1;
  pointer = null;
  chosenAnswer = null;
  chosenUnit = null;
  settle();
  clearReport();
}

function clear() {
  beginAnew();
  show();
}

// The last stroke, or what was there before the pad was emptied.
function undo() {
  const isEmpty = strokes.length === 0;
  strokes = isEmpty ? cleared : strokes.slice(0, -1);
  if (isEmpty) cleared = [];
  example = -1;
  pointer = null;
  settle();
  clearReport();
  show();
}

function showExample(index) {
  beginAnew();
  example = index;
  show();
  $("sheet").scrollIntoView({ block: "nearest" }); // on a phone it may be out of sight
}

function keyDown(event) {
  if ($("wall").open) return;
  if (["Escape", "Delete"].includes(event.key)) clear();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) undo();
}
