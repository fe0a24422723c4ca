// "What the model reads": each residue of a sequence is hidden in turn, and what the model expects there is drawn as a logo, with the
// measure, the order and the limit of dlfb_helpers/plots/logo.py.
const MOST_READ = 120, HIGHEST = Math.log2(20), LOWEST = 0.06, FONT = "bold 100px 'DejaVu Sans', Verdana, sans-serif";
const NARROW = 0.4;  // how wide an I is beside the others: stretched as they are, it would be a block
const LOGO = {left: 34, right: 6, stack: 88, letters: 106, numbers: 121, row: 134};  // pixels: margins; places in a row, its height
const reader = new Asker("reads"), reads = {sequence: "", rows: [], at: null};
const logo = {step: 0, columns: 0, stacks: [], frame: null};

// A residue's letter, its outline stretched to a box.
function stretched(letter, group, left, foot, width, height) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = FONT;
  const ink = pen.measureText(letter), across = width / (ink.actualBoundingBoxLeft + ink.actualBoundingBoxRight);
  const up = height / (ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent);
  const matrix = [across, 0, 0, up, left + across * ink.actualBoundingBoxLeft, foot - up * ink.actualBoundingBoxDescent];
  return svg("text", {class: group, style: `font: ${FONT}`, transform: `matrix(${matrix.join(" ")})`}, letter);
}

// The heights of the letters, in bits, the least likely first: those of the 20 residues sum to what the position tells.
function heights(row) {
  const sum = row.reduce((all, p) => all + p, 0), shares = Array.from(row, p => p / sum);
  const bits = HIGHEST + shares.reduce((all, share) => all + share * Math.log2(Math.max(share, 1e-12)), 0);
  return shares.map((share, i) => [share * bits, model.facts.residues[i]]).filter(([height]) => height >= LOWEST)
    .sort(([one], [other]) => one - other);
}

function stack(place) {
  const parts = [], row = reads.rows[place];
  let foot = spot(place).foot;
  for (const [bits, {letter, group}] of row ? heights(row) : []) {
    const height = bits / HIGHEST * LOGO.stack;
    const width = 0.9 * logo.step * (letter === "I" ? NARROW : 1), left = spot(place).left + (logo.step - width) / 2;
    parts.push(stretched(letter, group.replace(" ", "-"), left, foot, width, height));
    foot -= height;
  }
  logo.stacks[place].replaceChildren(...parts);
}

function spot(place) {
  const left = LOGO.left + (place % logo.columns) * logo.step, top = 6 + Math.floor(place / logo.columns) * LOGO.row;
  return {left, top, foot: top + LOGO.stack};
}

function draw() {
  const {sequence} = reads, width = $("reads-logo").clientWidth;
  if (!sequence || !width) return;
  logo.columns = width < 600 ? 30 : 40;
  logo.step = (width - LOGO.left - LOGO.right) / logo.columns;
  const words = (x, y, text, more = {}) => svg("text", {x, y, "text-anchor": "middle", ...more}, text);
  const parts = [], rows = Math.ceil(sequence.length / logo.columns), height = rows * LOGO.row + 6;
  for (let start = 0; start < sequence.length; start += logo.columns) {
    const {top, foot} = spot(start), end = Math.min(start + logo.columns, sequence.length);
    parts.push(svg("path", {class: "axis", d: `M${LOGO.left - 2} ${top}V${foot}H${LOGO.left + (end - start) * logo.step}`}));
    for (const bits of [0, 2, 4]) {
      parts.push(words(LOGO.left - 6, foot - bits / HIGHEST * LOGO.stack + 4, String(bits), {"text-anchor": "end"}));
    }
    parts.push(words(10, top + LOGO.stack / 2, "bits", {transform: `rotate(-90 10 ${top + LOGO.stack / 2})`}));
  }
  Array.from(sequence).forEach((letter, place) => {
    const middle = spot(place).left + logo.step / 2, {top} = spot(place);
    parts.push(words(middle, top + LOGO.letters, letter, {class: "residue"}));
    if ((place + 1) % 10 === 0) parts.push(words(middle, top + LOGO.numbers, String(place + 1)));
  });
  logo.stacks = Array.from(sequence, () => svg("g", {}));
  logo.frame = svg("rect", {class: "frame", rx: 2});
  const size = {width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true"};
  $("reads-logo").replaceChildren(svg("svg", size, ...parts, ...logo.stacks, logo.frame));
  logo.stacks.forEach((_, place) => stack(place));
  frame();
}

function frame() {
  logo.frame.toggleAttribute("hidden", reads.at === null);
  if (reads.at === null) return;
  const {left, top} = spot(reads.at), size = {x: left, y: top - 4, width: logo.step, height: LOGO.letters + 9};
  for (const [name, value] of Object.entries(size)) logo.frame.setAttribute(name, value);
}

const trueOne = place => reads.rows[place][model.facts.residues.findIndex(one => one.letter === reads.sequence[place])];

// The five likeliest residues of a position, and the true one.
function choose(place) {
  if (!reads.rows[place]) return;
  const {residues} = model.facts, row = reads.rows[place], true_ = reads.sequence[place];
  const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a]), rank = order.findIndex(i => residues[i].letter === true_);
  const listed = order.slice(0, 5).concat(rank < 5 ? [] : [order[rank]]);
  reads.at = place;
  frame();
  $("reads-place").value = place + 1;
  $("reads-number").textContent = `${true_}${place + 1}`;
  $("reads-place").setAttribute("aria-valuetext", `${residues[order[rank]].name} ${place + 1}`);
  $("reads-bars").replaceChildren(...listed.map(i => bar(row[i], residues[i], residues[i].letter === true_)));
  $("reads-choice").textContent = `${true_}${place + 1} hidden: its probability is ${row[order[rank]].toFixed(2)}. ` +
    (rank ? `The model's first choice is ${residues[order[0]].name} (${residues[order[0]].letter}), with ${row[order[0]].toFixed(2)}.`
      : "It is the model's first choice.");
}

function bar(p, {letter, name, group}, isTrue) {
  const level = h("span", {class: `level ${group.replace(" ", "-")}`});
  level.style.width = `${100 * p}%`;
  return h("li", {class: "claim"}, h("span", {class: "bar", "aria-hidden": "true"}, level), h("span", {class: "p"}, p.toFixed(2)),
    h(isTrue ? "b" : "span", {}, `${letter}, ${name}`, isTrue && ": the true residue"));
}

function summary() {
  const known = Array.from(reads.rows.keys(), trueOne), mean = known.reduce((all, p) => all + p, 0) / known.length;
  const perplexity = Math.exp(-known.reduce((all, p) => all + Math.log(p), 0) / known.length);
  return `The true residue gets a probability of ${mean.toFixed(3)} on average, and the pseudo-perplexity is ${perplexity.toFixed(2)}: ` +
    "1 would be certainty, 20 a blind guess.";
}

function readSequence() {
  const {proteins: read, troubles} = readProteins($("reads-sequence").value);
  if (troubles.length) return {troubles};
  const [{id, sequence}] = read, other = Array.from(sequence).findIndex(letter => OTHER_RESIDUES.includes(letter));
  if (read.length > 1) return {troubles: [`${read.length} proteins; give one`]};
  if (sequence.length > MOST_READ) {
    return {troubles: [`${id}: ${thousands(sequence.length)} residues; the model runs once for each, so it takes ${MOST_READ} at most`]};
  }
  if (other >= 0) {
    return {troubles: [`${id}: ${sequence[other]} at position ${other + 1} is none of the 20 standard amino acids; put one there`]};
  }
  return {sequence, troubles};
}

async function scan() {
  const {sequence, troubles} = readSequence();
  reader.trouble(troubles);
  if (troubles.length) return;
  const begin = () => {
    Object.assign(reads, {sequence, rows: [], at: null});
    $("reads-results").hidden = false;
    for (const id of ["reads-sum", "reads-choice", "reads-number"]) $(id).textContent = "";
    $("reads-bars").replaceChildren();
    $("reads-legend").replaceChildren(...legend());
    Object.assign($("reads-place"), {max: sequence.length, value: 1});
    $("reads-place").disabled = true;
    draw();
    reader.say(`Hiding ${sequence.length} residues, one after the other …`);
    return {kind: "scan", sequence};
  };
  if (await reader.ask(begin, taken)) reader.say(`${sequence.length} of ${sequence.length} positions read`);
  if (reads.rows.length === reads.sequence.length && reads.sequence) $("reads-sum").textContent = summary();
}

function taken({place, row}) {
  reads.rows[place] = row;
  $("reads-place").disabled = false;
  stack(place);
  if (reads.at === null) choose(place);
}

function legend() {
  const groups = [...new Set(model.facts.residues.map(one => one.group))];
  return groups.map(group => h("li", {}, h("span", {class: `level ${group.replace(" ", "-")}`, "aria-hidden": "true"}), group));
}

// Which position lies under the pointer.
function pointed(event) {
  const box = $("reads-logo").getBoundingClientRect(), x = event.clientX - box.left - LOGO.left, y = event.clientY - box.top - 6;
  const column = Math.floor(x / logo.step), row = Math.floor(y / LOGO.row);
  if (column >= 0 && column < logo.columns && row >= 0) choose(row * logo.columns + column);
}

if (able) {
  $("reads-form").hidden = false;
  $("reads-form").addEventListener("submit", event => { event.preventDefault(); scan(); });
  $("reads-stop").addEventListener("click", () => {
    reader.stop();
    reader.say(reads.sequence ? `Stopped; ${reads.rows.length} of ${reads.sequence.length} positions read` : "Stopped");
  });
  for (const button of document.querySelectorAll("[data-sequence]")) {
    button.addEventListener("click", () => { $("reads-sequence").value = button.dataset.sequence; });
  }
  $("reads-place").addEventListener("input", event => {
    const place = Number(event.target.value) - 1;
    choose(Math.min(place, reads.rows.length - 1));
  });
  $("reads-logo").addEventListener("click", pointed);
  new ResizeObserver(() => { if ($("reads-logo").clientWidth) draw(); }).observe($("reads-logo"));
}
