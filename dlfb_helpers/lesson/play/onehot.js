// Type a sequence, and see its one-hot encoding. Data: "letters", the alphabet in the course's order; "start", a sequence.
const MOST = 24;

function grid(sequence, letters) {
  const size = 22, width = (letters.length + 1) * size, height = (sequence.length + 1) * size;
  const centre = i => (i + 1.5) * size, cells = [];
  const word = (x, y, text, extra = {}) => s("text", {x, y, "text-anchor": "middle", "dominant-baseline": "central", ...extra}, text);
  [...letters].forEach((letter, j) => cells.push(word(centre(j), size / 2, letter)));
  [...sequence].forEach((residue, i) => {
    cells.push(word(size / 2, centre(i), residue, {"font-weight": "bold"}));
    [...letters].forEach((letter, j) => {
      const hot = letter === residue, x = centre(j) - size / 2, y = centre(i) - size / 2;
      cells.push(s("rect", {x, y, width: size, height: size, fill: hot ? "var(--first)" : "none", stroke: "var(--line)"}));
      cells.push(word(centre(j), centre(i), hot ? "1" : "0", {style: hot ? "fill: var(--paper); font-weight: bold" : "fill: var(--soft)"}));
    });
  });
  return s("svg", {viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true"}, cells);
}

function render({model, el}) {
  const {letters, start} = model.get("data");
  const input = h("input", {type: "text", id: "play-onehot", value: start, maxlength: MOST, spellcheck: "false", autocomplete: "off", oninput: draw});
  const picture = h("div", {class: "wide", tabindex: 0, role: "img"}), said = spoken();
  el.append(h("label", {for: "play-onehot"}, `A sequence of at most ${MOST} residues`), input, picture, said);

  function draw() {
    const sequence = input.value, unknown = [...sequence].findIndex(letter => !letters.includes(letter));
    if (unknown >= 0) {
      const letter = sequence[unknown], upper = letter.toUpperCase();
      const remedy = letters.includes(upper) ? `write it as ${upper}` : "it is none of the 20 standard amino acids";
      said.textContent = `${letter}, residue ${unknown}, has no column: ${remedy}.`;
      return;
    }
    const indices = [...sequence].map(letter => letters.indexOf(letter)).join(", ");
    picture.replaceChildren(grid(sequence, letters));
    picture.setAttribute("aria-label", `One-hot encoding of ${sequence}`);
    said.textContent = sequence ? `Shape (${sequence.length}, ${letters.length}); the ones stand in columns ${indices}.` : "Type a sequence.";
  }
  draw();
}

export default {render};
