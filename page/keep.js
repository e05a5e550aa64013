// What can be saved: this page with what it learned, and the visitor's own digits.
"use strict";

// This page with the weights as they are now, with the lessons, so that they can be undone, and with
// what the visitor named.
function savePage() {
  const saved = JSON.parse($("network").textContent);
  saved.taught = {
    weights: teachable().weights.map(encode),
    named: named.map(({ testIndex, label, image }) => ({ testIndex, label, image: encode(image) })),
    lessons: pastLessons.map(({ digit, weights }) => ({
      digit: named.indexOf(digit), // -1: the same drawing was taught again later
      label: digit.label,
      weights: weights.map(encode),
    })),
  };
  const text = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const page = source.replace($("network").textContent, () => text);
  download(page, "text/html", "draw.html");
}

// Goes on where a page was saved.
function openLessons({ weights, named: digits, lessons }) {
  named = digits.map(({ testIndex, label, image }) => ({
    drawing: null,
    testIndex,
    label,
    image: decode(image),
  }));
  pastLessons = lessons.map((lesson) => ({
    digit: named[lesson.digit] ?? { drawing: null, testIndex: -1, label: lesson.label },
    weights: lesson.weights.map(decodeFloats),
  }));
  restore(weights.map(decodeFloats));
}

// The visitor's own digits, as training/own_digits.py reads them: the images end to end, as base64.
function saveDigits() {
  const digits = ownDigits();
  const images = new Uint8Array(784 * digits.length);
  digits.forEach(({ image }, i) => images.set(image, 784 * i));
  const labels = digits.map(({ label }) => label);
  download(JSON.stringify({ labels, images: encode(images) }), "application/json", "my_digits.json");
  $("saved").textContent += say(" To train with them: python train.py --add PATH/my_digits.json");
}

function download(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  $("saved").textContent = say("Saved as {name}, where your browser keeps what it downloads.", {
    name,
  });
  if (window.self !== window.top) {
    // nobody says whether a frame lets files through
    $("saved").textContent = say(
      "This page stands within another one, in a notebook perhaps, which may " +
        "not let it save a file. If none arrives: open outputs/draw.html itself in a browser.",
    );
  }
}
