// The test images that the page has: a hundred on a wall, to be chosen, and up to a thousand on
// which it is seen what a lesson cost.
"use strict";

// Two sets, {images, labels, inputs}: images are bytes, 784 of each image; inputs have for each
// image what the last layer gets, once that was computed.
let wall = null;
let others = null; // unpacked with the first lesson

// The pixels of an image, from 0 to 1.
function imageOf(set, index) {
  return Array.from(set.images.subarray(784 * index, 784 * index + 784), (v) => v / 255);
}

// What the network with these weights in its last layer reads in each image of a set.
async function readAll(set, weights) {
  const read = [];
  for (let index = 0; index < set.labels.length; index++) {
    if (index % 50 === 0) await pause(0); // so that the page lives on
    read.push(readImage(set, index, weights));
  }
  return read;
}

// Only the last Dense layer ever learns here. What the layers before it make of a test image stays
// as it is, and need not be computed again.
function readImage(set, index, weights) {
  const last = teachable();
  if (!last) return likeliest(predict(imageOf(set, index)));
  if (!set.inputs[index]) {
    predict(imageOf(set, index));
    set.inputs[index] = last.input.slice();
  }
  const sums = layers.Dense({ data: set.inputs[index] }, { config: last.config, weights });
  return likeliest(sums.data); // softmax would not change which is the largest
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// --- The wall ------------------------------------------------------------------------------------

async function openWall() {
  const read = await readAll(wall, teachable()?.weights);
  $("wall-images").replaceChildren(...read.map((label, index) => makeTile(index, label)));
  const right = read.filter((label, index) => label === wall.labels[index]).length;
  $("wall-text").textContent = say(
    "It reads {right} of {all} right. The others have a frame, and ✗ says as what it reads them. " +
      "Of each kind the hardest one is among them. Choose one to see why.",
    { right, all: read.length },
  );
  $("wall").showModal();
}

function makeTile(index, label) {
  const button = document.createElement("button"); // in a form that closes the dialog
  button.innerHTML = "<canvas></canvas><span></span>";
  const isRight = label === wall.labels[index];
  const name = network.class_names[wall.labels[index]];
  const read = network.class_names[label];
  button.className = isRight ? "" : "wrong";
  button.lastChild.textContent = isRight ? "" : `✗ ${read}`;
  button.setAttribute("aria-label", say("{name}, read as {read}", { name, read }));
  button.onclick = () => showExample(index);
  paintPixels(button.firstChild, imageOf(wall, index));
  return button;
}
