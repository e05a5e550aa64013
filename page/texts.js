// In which language the page speaks. A text stands in English where it is said; this table has it in
// Chinese, in simplified characters, for every browser that asks for any Chinese.
"use strict";

const chinese = navigator.language.startsWith("zh");

const CHINESE = {
  // What stands in draw.html.
  "Draw a digit": "写一个数字",
  "Draw here": "在这里写",
  "Clear": "清除",
  "Undo": "撤销",
  "It knows only these ten, and can be sure and wrong. Try a letter.":
    "它只认识这十个，也可能很有把握却是错的。写一个字母试试。",
  "Test images": "测试图像",
  "Close": "关闭",
  "How probable each answer is": "每个答案的概率",
  "Your lessons": "你教它的",
  "Undo the lesson": "撤销这次学习",
  "What the network sees": "网络看到的图像",
  "Found by erasing bits and asking again.":
    "办法是一小块一小块地擦掉，每擦一块再问它一次。",
  "What each layer makes of it": "每一层从中得出什么",
  "The brighter, the larger the number: a filter is bright where it finds what it looks for.":
    "越亮，数越大：滤波器在找到它要找的东西的地方发亮。",
  "Unit {unit}": "单元 {unit}",
  "Weights of the strongest:": "作用最大的几个，它们的权重：",
  "Orange: ink here raises the sum. Blue: ink here lowers it.":
    "橙色：这里有笔迹，和就变大。蓝色：这里有笔迹，和就变小。",
  "Your strokes are drawn anew, as MNIST's digits are: in 20×20 pixels, about 3 pixels wide, and with their centre of mass in the middle of 28×28.":
    "笔画是照着 MNIST 的样子重新画的：放进 20×20 像素，宽约 3 个像素，重心对准 28×28 图像的中心。",

  // What it answers.
  "Draw a piece of clothing": "画一件衣物",
  "This network has learned from images of {data}. It read {accuracy} of others right.":
    "这个网络学过 {data} 的图像，学完时认对了 {accuracy} 的别的图像。",
  "{name}, {share}: why?": "{name}，{share}：为什么？",
  "Wrong? Click the right answer.": "认错了？点一下正确的答案。",
  "The answer is {name}: learn it": "答案是 {name}：学会它",
  "A test image: {name}.": "一张测试图像：{name}。",
  "Two things side by side: one digit, please.": "这里并排有两样东西：请只写一个数字。",
  "It reads {right} of {all} right. The others have a frame, and ✗ says as what it reads them. Of each kind the hardest one is among them. Choose one to see why.":
    "{all} 张中它认对 {right} 张。其余的带框，✗ 后面是它认成的答案。每一类里最难的一张都在其中。选一张看看为什么。",
  "There is no network in this page yet. Run python train.py first: it trains one and puts it into a copy of this page, outputs/draw.html. Open that one.":
    "这个页面里还没有神经网络。请先运行 python train.py：它会训练一个网络，并把它放进本页面的副本 outputs/draw.html。请打开那个文件。",
  "WARNING: this page computes something else than Keras, since it does not know some setting of a layer. So it does not answer.":
    "警告：本页面的计算结果与 Keras 不一致，因为它不认识某一层的某个设置，所以不给出答案。",

  // Why.
  "Why?": "为什么？",
  "Why {name}, and not {rival}?": "为什么是 {name}，不是 {rival}？",
  "What speaks for {name}, rather than {rival}?": "什么支持 {name}，而不是 {rival}？",
  "This ink speaks for {name}.": "这些笔迹支持 {name}。",
  "{count} units look at it": "{count} 个单元在看它",
  "Each adds up all pixels, times its weights.": "每个单元把所有像素各乘以自己的权重，再加起来。",
  "The orange ones speak for the answer, the blue ones for the other; none decides alone.":
    "橙色的支持这个答案，蓝色的支持另一个；没有哪个能单独决定。",
  "Unit {unit} in numbers": "用数字看单元 {unit}",
  "pixels": "像素",
  "its weights": "它的权重",
  "products": "乘积",
  "All products added up: {total}. Plus a constant of its own (its bias), {bias}: {sum}. On the way to the last layer ({activation}) that becomes {number}. Times {difference}, its weight for {name} less that for {rival}: {said}.":
    "所有乘积相加：{total}。加上它自己的一个常数（偏置）{bias}：{sum}。到达最后一层之前（{activation}），它变成 {number}。再乘以 {difference}，也就是它对 {name} 的权重减去对 {rival} 的权重：{said}。",
  "In the end the last layer adds up what all of them say for each answer, and softmax makes percentages of the ten sums: the larger a sum is beside the others, the more it gets.":
    "最后一层为每个答案把所有单元的作用加起来，softmax 再把十个和变成百分比：一个和比别的大得越多，分到的就越多。",

  // Lessons.
  "It learns...": "正在学……",
  "Nothing to learn: {name} has {share} already.": "不用学：{name} 已经有 {share}。",
  "Small changes of its weights: {steps}. They brought {name} from {from} to {to}. It stops at {enough}, or after {most} changes, so as not to forget others.":
    "权重小小地改了 {steps} 次，{name} 从 {from} 到了 {to}。到 {enough} 或者改了 {most} 次就停，免得忘了别的。",
  "Of {all} other test images it read {before} right before this lesson, and reads {after} now: {forgotten} forgotten (✗), {learned} learned (✓). Draw it again, a little differently.":
    "{all} 张别的测试图像中，学之前它认对 {before} 张，现在认对 {after} 张：忘了 {forgotten} 张（✗），学会 {learned} 张（✓）。再写一遍，写得稍微不一样。",
  "The last lesson is undone.": "已撤销最近一次学习。",
  "Save my digits ({count})": "保存我写的数字（{count}）",
  "To train with them: python train.py --add PATH/my_digits.json":
    "用它们来训练：python train.py --add 路径/my_digits.json",
  "{name}, read as {read}": "{name}，认作 {read}",
};

// A text in the reader's language, with values put in: say("It is: {name}", { name: "4" }).
function say(english, values = {}) {
  const text = (chinese && CHINESE[english]) || english;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The texts of draw.html itself.
function translatePage() {
  document.documentElement.lang = chinese ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.textContent.trim().replace(/\s+/g, " "));
  }
  for (const element of document.querySelectorAll("[aria-label]")) {
    element.setAttribute("aria-label", say(element.getAttribute("aria-label")));
  }
}
