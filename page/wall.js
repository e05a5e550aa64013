// A hundred test images on a wall: which ones are read right, and one to be chosen.
"use strict";

function openWall() {
  const { test_images: images, test_labels: labels } = network;
  const read = labels.map((_, index) => likeliest(predict(imageAt(images, index))));
  const right = read.filter((label, index) => label === labels[index]).length;
  $("wall-images").replaceChildren(...read.map((label, index) => makeTile(index, label)));
  $("wall-text").textContent = say(
    "It reads {right} of {all} right. The others have a frame, and ✗ says as what it reads them. " +
      "Of each kind the hardest one is among them. Choose one to see why.",
    { right, all: labels.length },
  );
  $("wall").showModal();
}

function makeTile(index, label) {
  const button = document.createElement("button"); // in a form that closes the dialog
  button.innerHTML = "<canvas></canvas><span></span>";
  const isRight = label === network.test_labels[index];
  const name = network.class_names[network.test_labels[index]];
  const read = network.class_names[label];
  button.className = isRight ? "" : "wrong";
  button.lastChild.textContent = isRight ? "" : `✗ ${read}`;
  button.setAttribute("aria-label", say("{name}, read as {read}", { name, read }));
  button.onclick = () => showExample(index);
  paintPixels(button.firstChild, imageAt(network.test_images, index));
  return button;
}
