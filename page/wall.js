// The test images that the page has: a hundred on a wall, to be chosen, and up to a thousand on
// which it is seen what a lesson cost.
"use strict";

// Two sets, {images, labels, inputs}: images are bytes, 784 of each image; inputs have for each
// image what the last layer gets, once that was computed.
let wall = null;
let others = null; // unpacked with the first lesson

function openWallImages() {
  wall = { images: decode(network.test_images), labels: network.test_labels, inputs: [] };
}

async function openOtherImages() {
  if (others !== null) return;
  const isOld = typeof DecompressionStream === "undefined"; // a browser from before 2023
  const { packed, labels } = network.other_images;
  others = { images: new Uint8Array(0), labels: [], inputs: [] };
  if (!isOld) others = { images: await unpack(packed), labels, inputs: [] };
}

// The pixels of an image, from 0 to 1.
function imageOf(set, index) {
  return pixelsOf(set.images.subarray(784 * index, 784 * index + 784));
}

function pixelsOf(bytes) {
  return Array.from(bytes, (v) => v / 255);
}

// What the network with these weights in its last layer reads in each image of a set.
async function readAll(set, weights) {
  const labels = [];
  let since = performance.now();
  for (let index = 0; index < set.labels.length; index++) {
    labels.push(readImage(set, index, weights));
    if (performance.now() - since > 20) {
      // so that the page lives on
      await pause(0);
      since = performance.now();
    }
  }
  return labels;
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
  return likeliest([...sums.data]); // softmax would not change which is the largest
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// --- The wall ------------------------------------------------------------------------------------

function makeWall() {
  wall.labels.forEach((label, index) => {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    button.append(canvas, document.createElement("span"));
    button.setAttribute("aria-label", network.class_names[label]);
    button.onclick = () => {
      $("wall").close();
      showExample(index);
    };
    paintPixels(canvas, imageOf(wall, index));
    $("wall-images").append(button);
  });
}

async function openWall() {
  if ($("wall-images").children.length === 0) makeWall();
  $("wall-text").textContent = say("The network reads them...");
  $("wall").showModal();
  const read = await readAll(wall, teachable()?.weights);
  const taught = wall.labels.filter((_, index) => isTaughtImage(index)).length;
  let right = 0;
  wall.labels.forEach((label, index) => {
    markTile(index, read[index]);
    if (read[index] === label && !isTaughtImage(index)) right += 1;
  });
  const values = { right, all: wall.labels.length - taught, taught };
  $("wall-text").textContent = say(
    "It reads {right} of {all} right. The others have a frame, and ✗ says as what it reads them. " +
      "Of each kind the hardest one is among them. Choose one to see why.",
    values,
  );
  if (taught > 0) {
    $("wall-text").textContent += say(
      " Not counted (✎, {taught}): those that you taught it. It knows them by heart.",
      values,
    );
  }
}

// Mark a test image as read right or wrong, or as taught.
function markTile(index, label) {
  const button = $("wall-images").children[index];
  const name = network.class_names[wall.labels[index]];
  const read = network.class_names[label];
  let mark = "";
  let text = say("{name}, read right", { name });
  if (label !== wall.labels[index]) {
    mark = `✗ ${read}`;
    text = say("{name}, read wrong, as {read}", { name, read });
  }
  if (isTaughtImage(index)) {
    mark = `✎ ${read}`;
    text = say("{name}, taught, read as {read}", { name, read });
  }
  button.className = mark.startsWith("✗") ? "wrong" : "";
  button.lastChild.textContent = mark;
  button.setAttribute("aria-label", text);
}
