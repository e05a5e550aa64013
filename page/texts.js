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
  "It knows only these ten, and can be sure and wrong. Try a letter.":
    "它只认识这十个，也可能很有把握却是错的。写一个字母试试。",
  "Test images": "测试图像",
  "How probable each answer is": "每个答案的概率",
  "Your lessons": "你教它的",
  "Undo the lesson": "撤销这次学习",
  "Forget all lessons": "忘掉所有学习",
  "Save this page": "保存本页面",
  "With what it learned from you": "连同它从你这里学到的",
  "For train.py --add": "用于 train.py --add",
  "What the network sees": "网络看到的图像",
  "Found by erasing bits and asking again.":
    "办法是一小块一小块地擦掉，每擦一块再问它一次。",
  "Weights of the strongest:": "作用最大的几个，它们的权重：",
  "In numbers": "用数字看",
  "Pixels": "像素",
  "Weights": "权重",
  "its weights": "它的权重",
  "Products": "乘积",
  "products": "乘积",
  "Where it answers": "它在哪里有反应",
  "where it answers": "它在哪里有反应",
  "Orange: ink here raises the sum. Blue: ink here lowers it.":
    "橙色：这里有笔迹，和就变大。蓝色：这里有笔迹，和就变小。",
  "The layers between": "中间的各层",
  "How your drawing is prepared": "你写的字怎样变成图像",
  "Not simply your drawing made small: its lines would be too thin, and it might lie in a corner; the network has never seen such images. Your strokes are drawn anew, as MNIST's digits are: fitted into 20×20 pixels, with a pen about 3 pixels wide, and with their centre of mass in the middle of 28×28.":
    "图像不是把你写的字直接缩小：那样笔画太细，位置也可能偏在一角，而网络从没见过这样的图像。这里照着 MNIST 的样子把笔画重新画了一遍：按比例放进 20×20 的方框，笔画宽约 3 个像素，重心对准 28×28 图像的中心。",
  "Close": "关闭",

  // What it answers.
  "This network has learned from {data}. It reads {accuracy} of others right.":
    "这个网络学过 {data}，对别的图像能认对 {accuracy}。",
  "This network has learned from {data}, and from you. Before, it read {accuracy} of others right.":
    "这个网络学过 {data}，又跟你学过。在那之前，它对别的图像能认对 {accuracy}。",
  "60,000 handwritten digits (MNIST)": "60,000 个手写数字（MNIST）",
  "6,000 handwritten digits of MNIST": "6,000 个 MNIST 手写数字",
  "60,000 small photos of clothes (Fashion-MNIST)": "60,000 张衣物小照片（Fashion-MNIST）",
  "An example: draw your own": "这是示例：请写你自己的",
  "{name}, {share}: why?": "{name}，{share}：为什么？",
  "Wrong? Click the right answer.": "认错了？点一下正确的答案。",
  "It is {article} {name}: learn it": "这是 {name}：学会它",
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

  // Why.
  "Why?": "为什么？",
  "Why {name}, and not {rival}?": "为什么是 {name}，不是 {rival}？",
  "What speaks for {name}, rather than {rival}?": "什么支持 {name}，而不是 {rival}？",
  "This ink speaks for {name}.": "这些笔迹支持 {name}。",
  "This ink speaks for {rival}.": "这些笔迹支持 {rival}。",
  "{count} units look at it": "{count} 个单元在看它",
  "{count} filters look at it": "{count} 个滤波器在看它",
  "Each adds up all pixels, times its weights.":
    "每个单元把所有像素各乘以自己的权重，再加起来。",
  "Each looks everywhere at {size} pixels, times weights of its own: bright where it finds what it looks for. The layers after that put this together.":
    "每个滤波器在图像的每一处看 {size} 个像素，各乘以自己的权重：找到要找的东西，那里就亮。后面的各层再把这些合起来。",
  " Orange speaks for {name}, blue for {rival}. None decides alone: the strongest has {most} of what speaks for {name}; {units} make half.":
    "橙色的支持 {name}，蓝色的支持 {rival}。没有哪个能单独决定：在支持 {name} 的作用中，最强的一个占 {most}，{units} 个合起来占一半。",
  "Unit {caption}. How?": "单元 {caption}。怎么得来的？",
  "Unit": "单元",
  "Filter": "滤波器",
  "pixels": "像素",
  "pixels there": "那里的像素",
  "(it says most)": "（作用最大）",
  "(the most active one)": "（反应最强）",
  "(silent for this image)": "（对这幅图像没有反应）",
  "Each pixel times its weight, all added up: {products} + … = {total}. Plus a constant of its own (its bias), {bias}: {sum}.":
    "每个像素乘以它的权重，全部相加：{products} + … = {total}。加上它自己的一个常数（偏置）{bias}：{sum}。",
  " A negative sum becomes 0 (relu): silent for this image.":
    "负数变成 0（relu）：它对这幅图像没有反应。",
  " It stays so; a negative sum would become 0 (relu).": "它保持不变；负数会变成 0（relu）。",
  "Its weight for {name} is {first}, for {rival} {second}. That number times their difference: {number} × {difference} = {said}.":
    "它对 {name} 的权重是 {first}，对 {rival} 的是 {second}。上面的数乘以两者之差：{number} × {difference} = {said}。",
  "In the end the last layer adds up one sum for each answer, {sum} for {name} and {other} for {rival}; softmax makes percentages of the ten: the larger a sum is beside the others, the more it gets.":
    "最后一层为每个答案各算出一个和，{name} 是 {sum}，{rival} 是 {other}；softmax 把十个和变成百分比：一个和比别的大得越多，分到的就越多。",
  "Dense": "全连接层",
  "Conv2D": "卷积层",
  "MaxPooling2D": "最大池化层",
  "AveragePooling2D": "平均池化层",

  // Lessons.
  "This network cannot be corrected here: its last layer is no Dense layer with softmax.":
    "这个网络不能在这里纠正：它的最后一层不是带 softmax 的全连接层。",
  "It learns...": "正在学……",
  "Nothing to learn: {name} has {from} already. It is kept.":
    "不用再学：{name} 已经有 {from}。这个字留下了。",
  "It now reads your {name}.": "现在它认得你的 {name} 了。",
  "It now reads it as {name}.": "现在它把这张认作 {name}。",
  "It now reads it as {name}, but it is labelled {truth}.":
    "现在它把这张认作 {name}，但它的标签是 {truth}。",
  "Not learned: {name} has {to} after {steps} small changes.":
    "没学会：小小地改了 {steps} 次，{name} 只有 {to}。",
  "One small change of its weights brought {name} from {from} to {to}.":
    "权重小小地改了一次，{name} 就从 {from} 到了 {to}。",
  "{steps} small changes of its weights brought {name} from {from} to {to}.":
    "权重小小地改了 {steps} 次，{name} 从 {from} 到了 {to}。",
  " It stops at {enough}, so as not to forget others.": "到 {enough} 就停，免得忘了别的。",
  "It reads other test images, to see what that cost...": "它正在认别的测试图像，看看代价是什么……",
  "Of {all} other test images it read {before} right before this lesson, and reads {after} now: {forgotten} forgotten (✗), {learned} learned (✓).":
    "{all} 张别的测试图像中，学之前它认对 {before} 张，现在认对 {after} 张：忘了 {forgotten} 张（✗），学会 {learned} 张（✓）。",
  "It reads {all} other test images as before: {after} right.":
    "{all} 张别的测试图像，它认得和学之前一样：认对 {after} 张。",
  " Before all lessons: {first}.": "一次都没教的时候：{first} 张。",
  "Of the {all} that you named before, it reads {right} right.":
    "你以前告诉过它答案的 {all} 个中，它现在认对 {right} 个。",
  "{name}, now read right": "{name}，现在认对了",
  "{name}, now read as {read}": "{name}，现在认成 {read}",
  "Draw it again, a little differently.": "再写一遍，写得稍微不一样。",
  "Drawn since: {count}. It reads {now} as {name}; before the lesson it would have been {before}.":
    "之后写了 {count} 个，它把 {now} 个认作 {name}；没学这次的话是 {before} 个。",
  "The last lesson is undone.": "已撤销最近一次学习。",
  "It is again as it was before your lessons.": "它又和你教它之前一样了。",
  "Save my digits ({count})": "保存我写的数字（{count}）",
  "Saved as {name}, where your browser keeps what it downloads.": "已保存为 {name}，在浏览器的下载文件夹里。",
  " To train with them: python train.py --add PATH/my_digits.json":
    "用它们来训练：python train.py --add 路径/my_digits.json",
  "This page stands within another one, in a notebook perhaps, which may not let it save a file. If none arrives: open outputs/draw.html itself in a browser.":
    "本页面嵌在另一个页面里（可能是笔记本），那里也许不允许保存文件。如果没有收到文件，请直接用浏览器打开 outputs/draw.html。",

  // Test images.
  "The network reads them...": "网络正在认……",
  "It reads {right} of {all} right. The others have a frame, and ✗ says as what it reads them. Of each kind the hardest one is among them. Choose one to see why.":
    "{all} 张中它认对 {right} 张。其余的带框，✗ 后面是它认成的答案。每一类里最难的一张都在其中。选一张看看为什么。",
  " Not counted (✎, {taught}): those that you taught it. It knows them by heart.":
    "你教过的 {taught} 张（✎）不算在内：它已经背下来了。",
  "{name}, read right": "{name}，认对了",
  "{name}, read wrong, as {read}": "{name}，认错了，认成 {read}",
  "{name}, taught, read as {read}": "{name}，教过，认成 {read}",

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
