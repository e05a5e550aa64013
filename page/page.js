// The page: it shows what the network (network.js) answers about the strokes (strokes.js).
"use strict";
const source = `<!DOCTYPE html>\n${document.documentElement.outerHTML}\n`; // this page, for Save
const $ = (id) => document.getElementById(id);
const chinese = navigator.language.startsWith("zh");
const say = (english, inChinese) => (chinese ? inChinese : english);
openNetwork($("network").textContent);

// --- The page -------------------------------------------------------------------------------------

function percent(share) {
  return share > 0.999 ? ">99.9%" : `${(100 * share).toFixed(1)}%`;
}

let strokes = []; // x and y are from 0 to 1, so that the window may change its size
let cleared = []; // the strokes that Clear took away, for Undo
let example = -1; // which test image is shown; -1: the drawing
let pointer = null; // the finger that draws
let judged = null; // the drawing that was counted as right or wrong
const counted = { right: 0, all: 0 }; // of the visitor's own digits
let ready = false; // after the page has seen that it answers as Keras does
let teaching = false;
let trained = null; // the weights that train.py found, for Forget
let rightNow = null; // how many test images the network reads right as it is now
let testImages = new Uint8Array(0);
let examples = null; // the order in which test images are shown, once it is known
let exampleAt = -1; // where in that order the last one was
let focused = null; // what had the keyboard's focus before it learned
let asked = false; // whether the visitor wants to see what it looked at where it is sure, too
let waiting = false; // for the next frame: a line is drawn at once, the network asked once a frame

function start() {
  testImages = decode(network.test_images);
  predict(new Float32Array(784)); // so that each layer has an input and an output
  describe();
  makeBars();
  for (const id of ["sheet", "tools", "reading", "choice", "lesson"]) $(id).hidden = false;
  listen();
  show();
  setTimeout(check); // the page is to be seen first
}

function describe() {
  showAbout();
  if (network.kind === "clothes") {
    document.body.className = network.kind;
    document.title = $("title").textContent = say("Draw a piece of clothing", "画一件衣物");
    $("hint").textContent = say("Draw a piece of clothing here", "在这里画一件衣物");
    $("how").textContent = say("Wrong? Click what it should have been, and it learns.",
      "认错了？点一下正确的名称，它就会学。");
    $("why").textContent = say("Your strokes, drawn anew like a digit of MNIST. But this network has "
      + "learned from small photos of clothes: a drawing of lines is new to it, and it is often wrong.",
      "这里像处理 MNIST 数字那样把笔画重新画了一遍。但这个网络学的是衣物的小照片，没见过线条画，所以常常认错。");
    if (chinese) {
      network.class_names = "T恤 裤子 套头衫 连衣裙 外套 凉鞋 衬衫 运动鞋 包 短靴".split(" ");
    }
  }
  const sizes = [784];
  let count = 0;
  for (const layer of network.layers) {
    for (const array of layer.weights) count += array.length;
    if (["Dense", "Conv2D"].includes(layer.kind)) sizes.push(layer.output.shape.join("×"));
  }
  const number = count.toLocaleString("en-US");
  $("size").textContent = say(`${sizes.join(" → ")}, ${number} weights. What they do: README.md, step 3. `
    + "Below: the numbers that each layer makes of what you draw; bright is large.",
    `${sizes.join(" → ")}，共 ${number} 个权重。它们的作用见 README 第 3 步。下面是每一层根据你写的字算出的数，越亮越大。`);
  for (const layer of shownLayers()) {
    const figure = document.createElement("figure");
    const canvas = document.createElement("canvas");
    const caption = document.createElement("figcaption");
    caption.textContent = `${layer.kind}: ${layer.output.shape.join("×")}`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption.textContent);
    figure.append(canvas, caption);
    $("inside").append(figure);
  }
}

function showAbout() {
  const accuracy = percent(network.accuracy);
  $("about").textContent = say(`The network that train.py trained on ${network.data} answers while you `
    + `draw. It gets ${accuracy} of the test images right.`,
    `train.py 用 ${network.data} 训练的网络，在你写的同时给出答案。它在测试集上的准确率是 ${accuracy}。`);
  if (network.taught) {
    $("about").textContent += say(" Since then it was corrected in this page.",
      " 之后它在本页面里被纠正过。");
  }
  if (network.kind === "clothes") {
    $("about").textContent += say(" It knows clothes, and no digits.", "它只认识衣物，不认识数字。");
  }
}

// The layers whose numbers are shown: those that make new ones, but for the last, which the bars show.
function shownLayers() {
  const kinds = ["Dense", "Conv2D", "MaxPooling2D", "AveragePooling2D"];
  return network.layers.filter((layer) => kinds.includes(layer.kind) && layer.output.data.length !== 10);
}

function makeBars() {
  network.class_names.forEach((name, label) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = name;
    button.onclick = () => judge(label);
    row.append(button, document.createElement("i"), document.createElement("b"));
    $("bars").append(row);
  });
  if (!teachable()) {
    $("taught").textContent = say("This network cannot be corrected here: its last layer is no "
      + "Dense layer with softmax.", "这个网络不能在这里纠正：它的最后一层不是带 softmax 的全连接层。");
  }
  const first = network.layers.find((layer) => layer.weights.length > 0);
  if (first?.kind === "Dense" && first.input.length === 784) {
    $("unit").max = first.config.units;
    $("unit-choice").hidden = false;
    const canvas = $("inside").querySelector("canvas");
    $("unit").oninput = showWeights;
    $("unit").onchange = () => { // after odd numbers: say which unit is shown
      $("unit").value = chosenUnit() + 1;
    };
    if (canvas) {
      canvas.style.cursor = "pointer";
      canvas.onclick = (event) => {
        const box = canvas.getBoundingClientRect();
        const column = Math.floor((event.clientX - box.x) / box.width * canvas.width);
        const row = Math.floor((event.clientY - box.y) / box.height * canvas.height);
        $("unit").value = Math.min(first.config.units, row * canvas.width + column + 1);
        showWeights();
      };
    }
    showWeights();
  }
}

function chosenUnit() { // counted from 0
  const number = Math.round(Number($("unit").value));
  return Math.min(Number($("unit").max), Math.max(1, number)) - 1;
}

function showWeights() {
  const first = network.layers.find((layer) => layer.weights.length > 0);
  const { units } = first.config;
  const unit = chosenUnit();
  const values = Array.from({ length: 784 }, (_, i) => first.weights[0][i * units + unit]);
  paintSigned($("weights"), values, 28);
}

// A page that computes something else than Keras does not answer.
function check() {
  if (!answersAsKeras()) {
    for (const id of ["sheet", "tools", "reading", "choice", "lesson"]) $(id).hidden = true;
    $("about").setAttribute("role", "alert");
    $("about").textContent = say("WARNING: this page computes something else than Keras, since it does "
      + "not know some setting of a layer. So it does not answer.",
      "警告：本页面的计算结果与 Keras 不一致，因为它不认识某一层的某个设置，所以不给出答案。");
    return;
  }
  if (teachable()) {
    trained = teachable().weights.map((array) => array.slice());
    if (network.taught) {
      network.taught.forEach((text, i) => teachable().weights[i].set(decodeFloats(text)));
    }
    $("forget").hidden = !network.taught;
  }
  ready = true;
  setTeaching(false);
  show();
}

// What the network is asked about: 784 numbers from 0 to 1, or undefined.
function currentPixels() {
  if (example >= 0) return testImage(example);
  return strokes.length > 0 ? prepare(strokes) : undefined;
}

function testImage(index) {
  return Array.from(testImages.subarray(784 * index, 784 * index + 784), (v) => v / 255);
}

async function countRight() { // of the test images that the page keeps
  let right = 0;
  for (let index = 0; index < network.test_labels.length; index++) {
    if (likeliest(predict(testImage(index))) === network.test_labels[index]) right += 1;
    if (index % 10 === 9) await new Promise((done) => setTimeout(done)); // so that the page lives on
  }
  return right;
}

// --- Correct it -----------------------------------------------------------------------------------

// While it learns, nothing else may change.
function setTeaching(value) {
  teaching = value;
  if (value) focused = document.activeElement; // a button loses it when it is disabled
  for (const button of document.querySelectorAll("button")) button.disabled = value;
  if (!value) focused?.focus({ preventScroll: true });
}

async function judge(label) { // the visitor says what the drawing is
  const pixels = currentPixels();
  if (!ready || teaching || pixels === undefined) return;
  const isDrawing = example < 0;
  if (isDrawing && $("answer").textContent === "?") return; // it was refused: two digits, or a dash
  setTeaching(true);
  $("taught").textContent = say("It learns...", "正在学……");
  if (isDrawing && judged !== strokes) {
    judged = strokes;
    counted.all += 1;
    if (likeliest(predict(pixels)) === label) counted.right += 1;
    $("own").textContent = say(`Of the digits for which you said what they are, it read ${counted.right} of `
      + `${counted.all} right at first; of the test images of ${network.data}, ${percent(network.accuracy)}.`,
      `在你告诉过它答案的数字里，${counted.all} 个中它一开始认对了 ${counted.right} 个；${network.data} 的测试图像上是 ${percent(network.accuracy)}。`);
  }
  rightNow ??= await countRight();
  await teach(pixels, label);
  setTeaching(false);
  show();
}

async function teach(pixels, label) { // step after step, until the right answer has 60%
  const before = predict(pixels)[label];
  const slow = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let steps = 0;
  while (predict(pixels)[label] < 0.6 && steps < 60) {
    learn(pixels, label);
    steps += 1;
    if (slow) {
      show();
      await new Promise((done) => setTimeout(done, 80));
    }
  }
  const name = network.class_names[label];
  const from = percent(before);
  if (steps === 0) {
    $("taught").textContent = say(`Nothing to learn: ${name} already has ${from}.`,
      `不用再学：${name} 已经有 ${from}。`);
    return;
  }
  const to = percent(predict(pixels)[label]);
  const rightBefore = rightNow;
  rightNow = await countRight();
  $("forget").hidden = false;
  const all = network.test_labels.length;
  $("taught").textContent = say(`${steps} steps of training: ${name} went from ${from} to ${to}. Of ${all} `
    + `test images, the hardest among them, it reads ${rightNow} right, ${rightBefore} before.`,
    `训练了 ${steps} 步：${name} 从 ${from} 变成 ${to}。${all} 张测试图像（包括最难的）中它认对 ${rightNow} 张，之前是 ${rightBefore} 张。`);
}

function forget() {
  trained.forEach((array, i) => teachable().weights[i].set(array));
  rightNow = null; // to be counted when it is needed
  $("forget").hidden = true;
  $("save").focus();
  delete network.taught;
  showAbout();
  $("taught").textContent = say("It is again as train.py left it.", "它又和 train.py 训练完时一样了。");
  show();
}

// Download this page with the weights as they are now: as `taught`, beside those of train.py.
function save() {
  const saved = JSON.parse($("network").textContent);
  delete saved.taught;
  if (!$("forget").hidden) saved.taught = teachable().weights.map(encode);
  const text = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const page = source.replace($("network").textContent, () => text);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  link.download = "draw.html";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  show();
}

// The next test image, first those that the network reads wrong.
async function showExample() {
  if (examples === null) {
    setTeaching(true);
    const wrong = [];
    const right = [];
    for (let index = 0; index < network.test_labels.length; index++) {
      const isRight = likeliest(predict(testImage(index))) === network.test_labels[index];
      (isRight ? right : wrong).push(index);
      if (index % 10 === 9) await new Promise((done) => setTimeout(done));
    }
    examples = [...wrong, ...right];
    rightNow = right.length;
    setTeaching(false);
  }
  if (strokes.length > 0) cleared = strokes; // Undo brings the drawing back
  beginAnew();
  exampleAt = (exampleAt + 1) % examples.length;
  example = examples[exampleAt];
  show();
}

// --- Show -----------------------------------------------------------------------------------------

function show() {
  drawPad();
  if (ready) showAnswer();
}

function drawPad() {
  const pad = $("pad");
  const context = pad.getContext("2d");
  const style = getComputedStyle(pad);
  pad.width = Math.round(pad.getBoundingClientRect().width * devicePixelRatio); // empties it; sharp everywhere
  pad.height = pad.width;
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, pad.width, pad.width);
  context.scale(pad.width, pad.width);
  context.strokeStyle = context.fillStyle = style.color;
  context.lineWidth = 0.05;
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
    const edge = (n) => Math.round(n * pad.width / 28); // whole pixels of the screen, without a seam
    testImage(example).forEach((v, at) => {
      const column = at % 28;
      const row = Math.floor(at / 28);
      context.globalAlpha = v;
      context.fillRect(edge(column), edge(row), edge(column + 1) - edge(column), edge(row + 1) - edge(row));
    });
  }
  $("hint").hidden = strokes.length > 0 || example >= 0;
}

function showAnswer() {
  const names = network.class_names;
  const pixels = currentPixels();
  let note = "";
  if (example >= 0) {
    const number = exampleAt + 1;
    const name = names[network.test_labels[example]];
    note = say(`Test image ${number} of ${examples.length}: it is ${name}.`,
      `第 ${number} 张测试图像（共 ${examples.length} 张）：它是 ${name}。`);
  } else if (pixels !== undefined && network.kind === "digits") {
    note = refusal(whyNoDigit(strokes));
  }
  const refused = example < 0 && note !== "";
  const answers = pixels !== undefined && !refused;
  const shares = predict(pixels ?? new Float32Array(784)); // this also gives the layers their outputs
  const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
  const [best, second] = order;
  let answer = "";
  if (answers) answer = names[best];
  if (refused) answer = "?";
  if ($("answer").textContent !== answer) $("answer").textContent = answer; // or it is read out again
  if ($("note").textContent !== note) $("note").textContent = note;
  [...$("bars").children].forEach((row, i) => {
    row.className = answers && i === best ? "best" : "";
    row.children[1].style.width = answers ? `${100 * shares[i]}%` : "0";
    row.lastChild.textContent = answers ? percent(shares[i]) : "";
    row.firstChild.disabled = teaching || !answers || !teachable();
  });
  $("how").hidden = !answers || !teachable() || $("taught").textContent !== "";
  $("why").hidden = example >= 0; // a test image is shown to it as it is
  paintGrey($("seen"), pixels ?? new Float32Array(784));
  shownLayers().forEach((layer, i) => showLayer($("inside").querySelectorAll("canvas")[i], layer.output));
  const explained = answers && whichPixelsSpoke(pixels, best, second) !== undefined;
  $("guess").hidden = !explained || (shares[best] >= 0.9 && !asked);
  $("ask-why").hidden = !explained || !$("guess").hidden;
  if (!$("guess").hidden) showWhy(pixels, shares, best, second);
}

function refusal(reason) {
  const texts = {
    "": "",
    dot: say("That is a dot, no digit.", "这是一个点，不是数字。"),
    dash: say("That is a dash, no digit.", "这是一条横线，不是数字。"),
    two: say("One digit, please: there are two things side by side.",
      "请只写一个数字：这里并排有两样东西。"),
  };
  return texts[reason];
}

function showWhy(pixels, shares, best, second) {
  const names = network.class_names;
  const spoken = whichPixelsSpoke(pixels, best, second);
  $("guess-title").textContent = say("What did it look at?", "它看的是哪里？");
  $("guess-text").textContent = say(`Orange pixels speak for ${names[best]} (${percent(shares[best])}) and `
    + `against ${names[second]} (${percent(shares[second])}), blue ones the other way round.`,
    `橙色的像素支持 ${names[best]}（${percent(shares[best])}）、反对 ${names[second]}（${percent(shares[second])}），蓝色的正好相反。`);
  paintSigned($("spoken"), spoken, 28);
}

// The numbers of a layer as squares, or its images as tiles, about twice as wide as high. data has
// them row by row, for each pixel one of each image.
function showLayer(canvas, { shape, data }) {
  const [height, width, count] = shape.length === 3 ? shape : [1, 1, data.length];
  let columns = Math.ceil(Math.sqrt(2 * count));
  while (columns < count && count % columns !== 0) columns += 1; // so 512 are 32x16, full rows
  const across = columns * width;
  const values = new Float32Array(data.length);
  data.forEach((v, at) => {
    const tile = at % count;
    const x = Math.floor(at / count) % width;
    const y = Math.floor(at / count / width);
    const row = Math.floor(tile / columns) * height + y;
    values[row * across + (tile % columns) * width + x] = v;
  });
  paintSigned(canvas, values, across, [255, 255, 255]);
}

// Numbers from 0 to 1: white ink on black, as in MNIST.
function paintGrey(canvas, pixels) {
  const image = new ImageData(28, 28);
  pixels.forEach((v, i) => image.data.set([255 * v, 255 * v, 255 * v, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Numbers of both signs: orange (or another colour) above 0, blue below, black at 0.
function paintSigned(canvas, values, columns, colour = [255, 150, 40]) {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
  const rows = Math.ceil(values.length / columns);
  const image = new ImageData(columns, rows);
  values.forEach((v, i) => {
    const strength = Math.sqrt(Math.abs(v) / most); // the root: small ones are to be seen, too
    const [red, green, blue] = v > 0 ? colour : [70, 140, 255];
    image.data.set([strength * red, strength * green, strength * blue, 255], 4 * i);
  });
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// --- Draw -----------------------------------------------------------------------------------------

function draw(events) { // more points; a stroke that leaves the canvas runs along its edge
  const box = $("pad").getBoundingClientRect();
  const inside = (v) => Math.min(1, Math.max(0, v));
  const stroke = strokes.at(-1);
  for (const { clientX, clientY } of events) {
    const point = [inside((clientX - box.x) / box.width), inside((clientY - box.y) / box.height)];
    const last = stroke.at(-1);
    const near = last && Math.hypot(point[0] - last[0], point[1] - last[1]) < 0.005;
    if (!near) stroke.push(point); // nearer ones would add nothing
  }
  drawPad();
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    show();
  });
}

function beginAnew() { // an empty pad, and nothing said of the last drawing
  strokes = [];
  example = -1;
  if (teachable()) $("taught").textContent = "";
}

function clear() {
  pointer = null;
  if (strokes.length > 0) cleared = strokes;
  beginAnew();
  show();
}

function undo() { // the last stroke, or what Clear took away
  pointer = null;
  if (strokes.length > 0) {
    strokes.pop();
  } else {
    strokes = cleared;
    cleared = [];
  }
  example = -1;
  show();
}

function listen() {
  const pad = $("pad");
  pad.onpointerdown = (event) => {
    const other = pointer !== null || event.button !== 0; // a second finger, another mouse button
    if (other || teaching) return;
    pointer = event.pointerId;
    pad.setPointerCapture(pointer); // to hear of it outside of the canvas, too
    if (strokes.length === 0) beginAnew();
    cleared = [];
    strokes.push([]);
    draw([event]);
  };
  pad.onpointermove = (event) => { // of which a browser may bring several at once
    if (event.pointerId === pointer) draw(event.getCoalescedEvents?.() ?? [event]);
  };
  pad.onlostpointercapture = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    show();
  };
  document.onkeydown = (event) => {
    if (teaching || event.target.id === "unit") return;
    if (["Escape", "Delete"].includes(event.key)) clear();
    // With Caps Lock the key is "Z"; on a German keyboard Z has another place; a Cyrillic one has none.
    const latin = /^[a-z]$/i.test(event.key);
    const isZ = latin ? event.key.toLowerCase() === "z" : event.code === "KeyZ";
    if (isZ && (event.ctrlKey || event.metaKey) && !event.shiftKey) undo();
  };
  $("clear").onclick = clear;
  $("undo").onclick = undo;
  $("example").onclick = showExample;
  $("forget").onclick = forget;
  $("save").onclick = save;
  $("ask-why").onclick = () => {
    asked = true;
    show();
    $("guess-title").focus();
  };
  window.onresize = show;
  matchMedia("(prefers-color-scheme: dark)").onchange = show;
  matchMedia("print").onchange = show; // the pad in the colours of paper
}

if (chinese) {
  document.documentElement.lang = "zh-Hans";
  document.title = "写一个数字";
  for (const element of document.querySelectorAll("[data-zh]")) element.textContent = element.dataset.zh;
  const labels = { pad: "在这里写", bars: "每个答案的概率", seen: "网络看到的图像", spoken: "每个像素的作用",
    weights: "一个单元的权重" };
  for (const [id, label] of Object.entries(labels)) $(id).setAttribute("aria-label", label);
  $("clear").title = "Esc 键、Delete 键";
}
if (network) {
  start();
} else {
  $("about").textContent = say("There is no network in this page yet. Run python train.py first: it "
    + "trains one and puts it into a copy of this page, outputs/draw.html. Open that one.",
    "这个页面里还没有神经网络。请先运行 python train.py：它会训练一个网络，并把它放进本页面的副本 outputs/draw.html。请打开那个文件。");
}
