// The pad: what is drawn on it with a mouse, a finger, a pen, and how that is taken back.
"use strict";

const PAUSE_MS = 500; // the pen is up for so long: the digit may be finished
const NEAR = 0.01; // points that are nearer to each other add nothing; the pad is 1 wide
const LINE = 0.05; // how wide the pen is on the pad

let strokes = []; // x and y are from 0 to 1, so that the window may change its size
let cleared = []; // the strokes that were there before an empty pad, for Undo
let example = -1; // which test image is shown; -1: the drawing
let pointer = null; // the id of the finger, the pen or the mouse that draws
let settled = true; // nothing was drawn for a moment
let settling = 0; // the timer that waits for this

// --- Show it -------------------------------------------------------------------------------------

function drawPad() {
  const pad = $("pad");
  const context = pad.getContext("2d");
  const width = Math.round(pad.getBoundingClientRect().width * devicePixelRatio);
  pad.width = pad.height = example >= 0 ? 28 : width; // also empties it
  context.strokeStyle = context.fillStyle = getComputedStyle(pad).color;
  if (example >= 0) {
    currentPixels().forEach((v, at) => {
      context.globalAlpha = v;
      context.fillRect(at % 28, Math.floor(at / 28), 1, 1);
    });
  }
  context.scale(width, width);
  context.lineWidth = LINE;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0][0] + 0.001, stroke[0][1]); // a dot, too, is a line
    for (const point of stroke) context.lineTo(...point);
    context.stroke();
  }
  $("hint").hidden = strokes.length > 0;
}

// --- Draw ----------------------------------------------------------------------------------------

function penDown(event) {
  if (event.button !== 0 || pointer !== null) return; // another mouse button, a second finger
  $("pad").setPointerCapture(event.pointerId); // to hear of it outside of the canvas, too
  // A drawing that was taught is finished: the next stroke begins another one.
  if (strokes.length === 0 || own.has(strokes)) clear();
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
  settling = setTimeout(settle, PAUSE_MS);
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
  show();
}

// --- Take it back --------------------------------------------------------------------------------

// Other strokes on the pad, and nothing said of what was there.
function putStrokes(drawn) {
  strokes = drawn;
  example = -1;
  pointer = null;
  chosenAnswer = null;
  clearReport();
  settle();
}

function clear() {
  if (strokes.length > 0) cleared = strokes;
  putStrokes([]);
}

// The last stroke, or what was there before the pad was emptied.
function undo() {
  putStrokes(strokes.length > 0 ? strokes.slice(0, -1) : cleared);
}

function showExample(index) {
  clear();
  example = index;
  show();
  $("sheet").scrollIntoView({ block: "nearest" }); // on a phone it may be out of sight
}

function keyDown(event) {
  if ($("wall").open) return;
  if (event.key === "Escape") clear();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) undo();
}
