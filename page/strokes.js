// From the strokes of a pen to an image like MNIST's, and whether they are more than one digit.
"use strict";

const PEN = 2.9; // how wide MNIST's strokes are, in its pixels

// How much of each pixel, 28x28, a round pen covers that follows the strokes.
function drawInk(strokes) {
  const pixels = new Float32Array(784);
  for (const stroke of strokes) {
    stroke.forEach((point, n) => addLine(pixels, stroke[n - 1] ?? point, point));
  }
  return pixels;
}

function addLine(pixels, [x0, y0], [x1, y1]) {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squaredLength = dx * dx + dy * dy || 1; // a dot has none
  for (let at = 0; at < 784; at++) {
    const x = (at % 28) + 0.5 - x0;
    const y = Math.floor(at / 28) + 0.5 - y0;
    const along = Math.min(1, Math.max(0, (x * dx + y * dy) / squaredLength)); // 0 at its start
    const awayX = x - along * dx;
    const awayY = y - along * dy;
    const distance = Math.sqrt(awayX * awayX + awayY * awayY);
    const covered = Math.min(1, PEN / 2 - distance + 0.5); // at the pen's edge: half of it
    if (covered > pixels[at]) pixels[at] = covered;
  }
}

// The box around a list of points: {left, top, width, height}.
function boxAround(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

// Strokes, [[[x, y], ...], ...] in any unit, y downwards: 784 numbers from 0 to 1, row by row. As
// in MNIST, the ink is fitted into 20x20, and its centre of mass lies in the middle of 28x28: so it
// is drawn once in the middle, and once more moved.
function prepare(strokes) {
  const { left, top, width, height } = boxAround(strokes.flat());
  const scale = (20 - PEN) / (Math.max(width, height) || 1); // a dot has no size
  const drawnAround = (middleX, middleY) => {
    const place = ([x, y]) => [
      middleX + (x - left - width / 2) * scale,
      middleY + (y - top - height / 2) * scale,
    ];
    return drawInk(strokes.map((stroke) => stroke.map(place)));
  };
  const pixels = drawnAround(14, 14);
  let [sum, sumX, sumY] = [0, 0, 0];
  pixels.forEach((v, at) => {
    sum += v;
    sumX += v * ((at % 28) + 0.5);
    sumY += v * (Math.floor(at / 28) + 0.5);
  });
  return drawnAround(28 - sumX / sum, 28 - sumY / sum);
}

const APART = 0.2; // a gap of this part of the height, from top to bottom, parts two things

// Whether a drawing is two digits side by side, or more.
function areTwoThings(strokes) {
  const all = boxAround(strokes.flat());
  let right = all.left;
  for (const box of strokes.map(boxAround).sort((a, b) => a.left - b.left)) {
    if (box.left - right > APART * all.height) return true;
    right = Math.max(right, box.left + box.width);
  }
  return false;
}
