// In which language the page speaks. A text stands in English where it is said; this table has it in
// Chinese, in simplified characters, for every browser that asks for any Chinese.
"use strict";

const chinese = navigator.language.startsWith("zh");

const CHINESE = {
  // What stands in draw.html.
  "Draw a digit": "写一个数字",
  "Draw a digit here": "在这里写一个数字",
  "Draw here": "在这里写",
  "Clear": "清除",
  "Escape, Delete": "Esc 键、Delete 键",
  "Undo": "撤销",
  "Ctrl+Z": "Ctrl+Z",
  "Test images": "测试图像",
  "Undo the lesson": "撤销这次学习",
  "Forget all lessons": "忘掉所有学习",
  "Save this page": "保存本页面",
  "Save my digits": "保存我写的数字",
  "With what it learned from you": "连同它从你这里学到的",
  "For train.py --add": "用于 train.py --add",
  "Grey until your first lesson. Then you can save this page with what it learned from you, and your digits for train.py --add.":
    "灰色的按钮要等你教过它才能用。那时可以保存本页面（连同它从你这里学到的），也可以保存你写的数字（用于 train.py --add）。",
  "The answer": "网络的回答",
  "How probable each answer is": "每个答案的概率",
  "Wrong? Click what it should have been, and it learns.": "认错了？点一下正确的答案，它就会学。",
  "From ink to answer": "从笔迹到答案",
  "Click a square or an answer to see why.": "点一个小方块或一个答案，看看为什么。",
  "What the network sees": "网络看到的图像",
  "28×28 pixels": "28×28 个像素",
  "Why this answer?": "为什么是这个答案？",
  "Pixels": "像素",
  "Weights": "权重",
  "its weights": "它的权重",
  "Products": "乘积",
  "products": "乘积",
  "Where it answers": "它在哪里有反应",
  "where it answers": "它在哪里有反应",
  "What speaks for this answer": "什么支持这个答案",
  "Which pixels spoke": "每个像素的作用",
  "The layers between": "中间的各层",
  "Why the image is not simply your drawing made small: its lines would be too thin, and it might lie in a corner; the network has never seen such images. So your strokes are drawn anew, as MNIST's digits are: fitted into 20×20 pixels, with a pen about 3 pixels wide, and with their centre of mass in the middle of 28×28.":
    "图像不是把你写的字直接缩小：那样笔画太细，位置也可能偏在一角，而网络从没见过这样的图像。所以这里照着 MNIST 的样子把笔画重新画了一遍：按比例放进 20×20 的方框，笔画宽约 3 个像素，重心对准 28×28 图像的中心。",
  "It always answers with one of these ten, even when you draw a letter or a face: it has never learned to say “none of them”. And a high percentage is no promise: it can be sure, and wrong. Try a letter.":
    "它总是从这十个答案里选一个，哪怕你画的是字母或笑脸：它从没学过说“都不是”。百分比高也不是保证：它可能很有把握，却是错的。写一个字母试试。",
  "Close": "关闭",

  // What it answers.
  "A network that learned from {data} answers while you draw. Of others that it had never seen it reads {accuracy} right.":
    "一个从 {data} 学会的网络，在你写的同时给出答案。对它从没见过的图像，它能认对 {accuracy}。",
  "A network that learned from {data} answers while you draw. Before your lessons it read {accuracy} of others right.":
    "一个从 {data} 学会的网络，在你写的同时给出答案。在你教它之前，它能认对别的图像的 {accuracy}。",
  "60,000 handwritten digits (MNIST)": "60,000 个手写数字（MNIST）",
  "6,000 handwritten digits of MNIST": "6,000 个 MNIST 手写数字",
  "60,000 small photos of clothes (Fashion-MNIST)": "60,000 张衣物小照片（Fashion-MNIST）",
  "MNIST sample (7,000 digits)": "MNIST 样本（7,000 个数字）",
  "An example: draw your own": "这是示例：请写你自己的",
  "It is: {name}": "这是：{name}",
  "It reads {answer}.": "它读作 {answer}。",
  "No answer.": "没有答案。",
  "That is a dot, no digit.": "这是一个点，不是数字。",
  "That is a dash, no digit.": "这是一条横线，不是数字。",
  "Two things side by side: one digit, please.": "这里并排有两样东西：请只写一个数字。",
  "A test image: {name}. It is read right.": "一张测试图像：{name}。认对了。",
  "A test image: {name}. It is read wrong.": "一张测试图像：{name}。认错了。",
  "There is no network in this page yet. Run python train.py first: it trains one and puts it into a copy of this page, outputs/draw.html. Open that one.":
    "这个页面里还没有神经网络。请先运行 python train.py：它会训练一个网络，并把它放进本页面的副本 outputs/draw.html。请打开那个文件。",
  "WARNING: this page computes something else than Keras, since it does not know some setting of a layer. So it does not answer.":
    "警告：本页面的计算结果与 Keras 不一致，因为它不认识某一层的某个设置，所以不给出答案。",

  // Lessons.
  "This network cannot be corrected here: its last layer is no Dense layer with softmax.":
    "这个网络不能在这里纠正：它的最后一层不是带 softmax 的全连接层。",
  "It learns...": "正在学……",
  "Nothing to learn: {name} has {from} already.": "不用再学：{name} 已经有 {from}。",
  "It now reads your {name}.": "现在它认得你的 {name} 了。",
  "It now reads it as {name}.": "现在它把这张认作 {name}。",
  "It now reads it as {name}, but it is labelled {truth}.":
    "现在它把这张认作 {name}，但它的标签是 {truth}。",
  "Not learned: {name} has {to} after {steps} small changes.":
    "没学会：小小地改了 {steps} 次，{name} 只有 {to}。",
  "One small change of its weights brought the answer {name} from {from} to {to}.":
    "权重小小地改了一次，答案 {name} 就从 {from} 到了 {to}。",
  "{steps} small changes of its weights brought the answer {name} from {from} to {to}.":
    "权重小小地改了 {steps} 次，答案 {name} 从 {from} 到了 {to}。",
  " It stops at {enough}, so as not to forget others.": "到 {enough} 就停，免得忘了别的。",
  "Of {all} test images, newly read wrong: {forgot}; newly read right: {learned}.":
    "{all} 张测试图像中，新认错的：{forgot}；新认对的：{learned}。",
  "none": "无",
  " Those that you taught ({own}) are not counted: what was learned by heart proves nothing.":
    "你教过的 {own} 张不算在内：背下来的不能说明什么。",
  "{name}, now read right": "{name}，现在认对了",
  "{name}, now read as {read}": "{name}，现在认成 {read}",
  "Of the digits for which you said what they are, it read {right} of {all} right at first; of the test images of {data}, {accuracy}.":
    "在你告诉过它答案的数字里，{all} 个中它一开始认对了 {right} 个；{data} 的测试图像上是 {accuracy}。",
  "The last lesson is undone.": "已撤销最近一次学习。",
  "It is again as it was before your lessons.": "它又和你教它之前一样了。",
  "Save my digits ({count})": "保存我写的数字（{count}）",
  "Saved as {name}, where your browser keeps what it downloads.": "已保存为 {name}，在浏览器的下载文件夹里。",
  " To train with them: python train.py --add PATH/my_digits.npz":
    "用它们来训练：python train.py --add 路径/my_digits.npz",
  "This page stands within another one, in a notebook perhaps, which may not let it save a file. If none arrives: open outputs/draw.html itself in a browser.":
    "本页面嵌在另一个页面里（可能是笔记本），那里也许不允许保存文件。如果没有收到文件，请直接用浏览器打开 outputs/draw.html。",

  // Test images.
  "The network reads them...": "网络正在认……",
  "It reads {right} of these {all} right. Those in a frame it reads wrong, ✗ says as what. They are not like the rest: of each kind, the one that was hardest for it is among them. Of all test images it got {accuracy} right. Choose one to see why.":
    "这 {all} 张中它认对 {right} 张。带框的认错了，✗ 后面是它认成的答案。它们比一般的难：每一类里最难的一张都在其中。全部测试图像的准确率是 {accuracy}。选一张看看为什么。",
  "{name}, read right": "{name}，认对了",
  "{name}, read wrong, as {read}": "{name}，认错了，认成 {read}",

  // From ink to answer.
  "{sizes}: {count} weights.": "{sizes}：共 {count} 个权重。",
  "10 answers": "10 个答案",
  "Orange: ink here raises the sum. Blue: ink here lowers it.":
    "橙色：这里有笔迹，和就变大。蓝色：这里有笔迹，和就变小。",
  "{count} units": "{count} 个单元",
  "{count} filters, each an image": "{count} 个滤波器，各得一幅图像",
  "{name}: why?": "{name}：为什么？",
  "Your drawing is made into an image of 28×28 pixels.": "你写的字先变成一幅 28×28 像素的图像。",
  " Each of the {count} units multiplies every pixel ({paper} is black, {ink} white) by a weight of its own, and adds all up: the brighter its square, the larger its sum.":
    "{count} 个单元各自把每个像素（{paper} 是黑，{ink} 是白）乘以自己的权重，再全部相加：方块越亮，和越大。",
  " Each of the {count} filters looks everywhere at a few pixels, multiplies each ({paper} is black, {ink} white) by a weight of its own, and adds them up: the brighter, the larger the sum.":
    "{count} 个滤波器各自在图像的每一处看几个像素，把每个像素（{paper} 是黑，{ink} 是白）乘以自己的权重，再相加：越亮，和越大。",
  " Each unit then speaks for or against each of the ten answers; all these votes together make the percentages.":
    "然后每个单元支持或反对十个答案中的每一个；所有的票合在一起，就是百分比。",
  " In the end there is one sum for each answer; they make the percentages.":
    "最后每个答案各有一个和，由它们得出百分比。",
  " The weights were found by learning from {data}.": "这些权重是从 {data} 学来的。",
  "Unit": "单元",
  "Filter": "滤波器",
  "pixels": "像素",
  "pixels there": "那里的像素",
  "(the most active one for this image)": "（对这幅图像反应最强）",
  "(silent for this image)": "（对这幅图像没有反应）",
  "It speaks for (orange) and against (blue) these answers, with these weights:":
    "它支持（橙色）或反对（蓝色）各个答案的权重：",
  "It would speak for (orange) and against (blue) these answers, with these weights:":
    "如果有反应，它支持（橙色）或反对（蓝色）各个答案的权重：",
  "Each pixel times its weight, all added up: {products} + … = {total}. Plus a constant of its own (its bias), {bias}: {sum}.":
    "每个像素乘以它的权重，全部相加：{products} + … = {total}。加上它自己的一个常数（偏置）{bias}：{sum}。",
  " A negative sum becomes 0 (relu): silent for this image.":
    "负数变成 0（relu）：它对这幅图像没有反应。",
  " It stays so; a negative sum would become 0 (relu).": "它保持不变；负数会变成 0（relu）。",
  "Why {share} for {name}?": "为什么 {name} 是 {share}？",
  "It adds up {count} numbers, each times a weight, and a bias: {sum}. Softmax makes percentages of the ten sums: the larger a sum is beside the others, the more it gets. Of the {count}, these {named} say most:":
    "它把 {count} 个数各乘以一个权重，再加上偏置：{sum}。softmax 把十个和变成百分比：一个和比别的大得越多，分到的就越多。{count} 个中作用最大的 {named} 个是：",
  "unit {unit}": "单元 {unit}",
  "image {tile}, row {row}, column {column}": "图像 {tile}，第 {row} 行第 {column} 列",
  "All {count}: orange speaks for {name}, blue against.": "全部 {count} 个：橙色支持 {name}，蓝色反对。",
  "Pixels: orange speaks for {name} and against {rival}, blue the other way round.":
    "像素：橙色支持 {name}、反对 {rival}，蓝色正好相反。",
  "Dense": "全连接层",
  "Conv2D": "卷积层",
  "MaxPooling2D": "最大池化层",
  "AveragePooling2D": "平均池化层",

  // A network of clothes.
  "Draw a piece of clothing": "画一件衣物",
  "Draw a piece of clothing here": "在这里画一件衣物",
  " It knows clothes, and no digits.": "它只认识衣物，不认识数字。",
  "Your strokes are drawn anew like a digit of MNIST. But this network has learned from small photos of clothes: a drawing of lines is new to it, and it is often wrong.":
    "这里像处理 MNIST 数字那样把笔画重新画了一遍。但这个网络学的是衣物的小照片，没见过线条画，所以常常认错。",
  "T-shirt": "T恤",
  "Trouser": "裤子",
  "Pullover": "套头衫",
  "Dress": "连衣裙",
  "Coat": "外套",
  "Sandal": "凉鞋",
  "Shirt": "衬衫",
  "Sneaker": "运动鞋",
  "Bag": "包",
  "Ankle boot": "短靴",
};

// A text in the reader's language, with values put in: say("It is: {name}", { name: "4" }).
function say(english, values = {}) {
  return translate(english).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A name, for example, into which nothing is put.
function translate(english) {
  return (chinese && CHINESE[english]) || english;
}

// The texts of draw.html itself.
function translatePage() {
  document.documentElement.lang = chinese ? "zh-Hans" : "en";
  document.title = say("Draw a digit");
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.textContent.trim().replace(/\s+/g, " "));
  }
  for (const attribute of ["aria-label", "title"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      element.setAttribute(attribute, say(element.getAttribute(attribute)));
    }
  }
}
