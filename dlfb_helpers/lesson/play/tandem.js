// Slide two copies of a protein apart. Data: "sequence" of the protein; "letters", the residues; "places", those hidden in the first
// copy, one at a time; "lengths" of the linkers; "alone", the answer to each place without a copy, probabilities of "letters"; "answers",
// name of a linker -> for each length the answers to the places.
function render({model, el}) {
  const {sequence, letters, places, lengths, alone, answers} = model.get("data");
  const linkers = Object.keys(answers), copy = sequence.length, longest = 2 * copy + lengths.at(-1);
  let linker = linkers[0], step = 0, asked = 0;
  const linked = choice("Linker", "play-tandem-linker", linkers, i => {
    linker = linkers[i];
    draw();
  });
  const hide = choice("Hidden residue", "play-tandem-place", places.map(place => `${place}, ${sequence[place]}`), i => {
    asked = i;
    draw();
  });
  const apart = slider("Between the copies", {min: 0, max: lengths.length - 1, value: 0, words: i => `${lengths[i]} residues`}, i => {
    step = i;
    draw();
  });
  const chain = h("div", {"aria-hidden": "true"}), picture = h("div", {role: "img"}), said = spoken();
  el.append(linked.row, hide.row, apart.row, chain, picture, said);

  // The chain to scale: a copy, the linker, a copy; where a residue is hidden, and its twin.
  function drawn(room) {
    const scale = room / longest, between = lengths[step], twin = copy + between, width = n => n * scale;
    const bar = (start, n, y, height, fill) => s("rect", {x: width(start), y, width: width(n), height, fill});
    const mark = (start, fill) => s("path", {d: `M${width(start + places[asked] + 0.5)} 22l-5 -9h10z`, fill});
    const word = (middle, text) => s("text", {x: width(middle), y: 56, "text-anchor": "middle"}, text);
    return s("svg", {width: room, height: 62, viewBox: `0 0 ${room} 62`}, bar(copy, between, 30, 4, "var(--soft)"),
      bar(0, copy, 22, 20, "var(--first)"), mark(0, "var(--second)"), word(copy / 2, "copy"),
      bar(twin, copy, 22, 20, "var(--third)"), mark(twin, "var(--ink)"), word(twin + copy / 2, "copy"));
  }

  const draw = fitting(picture, room => {
    const place = places[asked], residue = sequence[place], column = letters.indexOf(residue);
    const now = answers[linker][step], p = now[asked], trues = now.map((each, i) => each[letters.indexOf(sequence[places[i]])]);
    const mean = trues.reduce((sum, each) => sum + each, 0) / trues.length, of = number => number.toFixed(2);
    chain.replaceChildren(drawn(room));
    picture.replaceChildren(residueBars(room, letters, p, {hidden: residue, before: alone[asked]}));
    const bars = [...letters].map((letter, i) => `${letter} ${of(p[i])}`).join(", ");
    picture.setAttribute("aria-label", `Probabilities where residue ${place} of the first copy is hidden: ${bars}`);
    said.textContent = `${lengths[step]} residues between the copies (${linker}): residue ${place}, ${residue}, has p = ${of(p[column])} `
      + `(dashes: without a copy, ${of(alone[asked][column])}). Mean over the ${places.length} residues: ${of(mean)}.`;
  });
}

export default {render};
