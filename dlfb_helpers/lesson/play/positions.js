// Go through a protein and hide one residue after the other. Data: "name" and "sequence" of the protein; "letters", the residues;
// "scan", a list of the probabilities of "letters" for each position; "parts", names -> [first, after the last]; "start".
const SEEN = 12;  // neighbours on each side

function render({model, el}) {
  const {name, sequence, letters, scan, parts, start} = model.get("data");
  const last = sequence.length - 1, chain = h("p", {style: "font-family: ui-monospace, monospace; text-align: center"});
  const picture = h("div", {role: "img"}), said = spoken();
  let position = start;
  const hide = slider("Hidden residue", {min: 0, max: last, value: start}, value => {
    position = value;
    draw();
  });
  el.append(hide.row, chain, picture, said);

  const draw = fitting(picture, room => {
    const true_ = sequence[position], p = scan[position], first = letters[p.indexOf(Math.max(...p))];
    const part = Object.keys(parts).find(one => parts[one][0] <= position && position < parts[one][1]);
    const of = letter => p[letters.indexOf(letter)].toFixed(2);
    const left = sequence.slice(Math.max(0, position - SEEN), position), right = sequence.slice(position + 1, position + 1 + SEEN);
    const gap = h("b", {style: "color: var(--second); border: 1px solid currentColor; padding: 0 .2em"}, true_);
    chain.replaceChildren(position > SEEN ? "…" : "", left, gap, right, position + SEEN < last ? "…" : "");
    picture.replaceChildren(residueBars(room, letters, p, {hidden: true_}));
    picture.setAttribute("aria-label", `Bars of the probabilities of the 20 residues where residue ${position} of ${name} is hidden. `
      + [...letters].map((letter, i) => `${letter} ${p[i].toFixed(2)}`).join(", "));
    said.textContent = `Residue ${position}, ${true_}, ${part ? `in the ${part}` : "between the parts"}: p = ${of(true_)}. `
      + (first === true_ ? "It is the model's first choice." : `The model's first choice is ${first}, with ${of(first)}.`);
  });
}

export default {render};
