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
  if (!teachable()) return likeliest(predict(imageOf(set, index)));
  if (!set.inputs[index]) {
    predict(imageOf(set, index));
    set.inputs[index] = teachable().input.slice();
  }
  return readBy(weights, set.inputs[index]);
}

// What the last layer would read with these weights, where `input` is what it gets.
function readBy(weights, input) {
  const { config } = teachable();
  const sums = layers.Dense({ data: input }, { config, weights });
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
  if (isTaught()) {
    $("wall-text").textContent += say(
      " Those that you taught it count, too: it knows them by heart.",
    );
  }
  $("wall").showModal();
}

function makeTile(index, label) {
  const button = document.createElement("button");
  const canvas = document.createElement("canvas");
  const mark = document.createElement("span");
  const name = network.class_names[wall.labels[index]];
  const read = network.class_names[label];
  let text = say("{name}, read right", { name });
  if (label !== wall.labels[index]) {
    button.className = "wrong";
    mark.textContent = `✗ ${read}`;
    text = say("{name}, read wrong, as {read}", { name, read });
  }
  button.setAttribute("aria-label", text);
  button.append(canvas, mark);
  button.onclick = () => {
    $("wall").close();
    showExample(index);
  };
  paintPixels(canvas, imageOf(wall, index));
  return button;
}
