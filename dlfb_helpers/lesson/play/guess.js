// Name hidden residues before the model's answer is shown. Data: "letters" and "names" of the residues; "usual", the most frequent in
// proteins; "hidden", a list of {protein, number, left, right, residue, first, p}: neighbours, truth, the model's first choice and answer.
function render({model, el}) {
  const {letters, names, usual, hidden} = model.get("data");
  const proteins = [...new Set(hidden.map(one => one.protein))];
  let at = 0, answers = [];
  const mono = "font-family: ui-monospace, monospace; text-align: center; overflow-wrap: anywhere";
  const count = h("p", {tabindex: -1}), chain = h("p", {style: mono});
  const buttons = [...letters].map(letter => h("button", {type: "button", style: "padding: 0", "aria-label": `${letter}, ${names[letter]}`,
    title: names[letter], onclick: () => answer(letter)}, letter));
  const grid = "display: grid; grid-template-columns: repeat(10, 1fr); gap: .3rem";
  const keys = h("div", {role: "group", "aria-label": "Your answer", style: grid}, buttons), picture = h("div", {role: "img"});
  const next = h("button", {type: "button", onclick: forward}, "Next residue");
  const said = spoken(), sum = spoken(), tally = h("div");
  const key = h("p", {class: "soft"}, "Bars: the model's answer. A frame: yours; a line: the truth.");
  el.append(count, chain, keys, picture, key, said, h("div", {class: "row"}, next), tally, sum);
  el.addEventListener("keydown", event => {
    const letter = event.key.toUpperCase(), typed = letter.length === 1 && letters.includes(letter);
    if (typed && !event.ctrlKey && !event.metaKey && !event.altKey) answer(letter);
  });

  function answer(letter) {
    if (answers.length > at) return;
    answers.push(letter);
    draw();
    next.focus();
  }

  function forward() {
    if (at + 1 < hidden.length) at += 1;
    else [at, answers] = [0, []];
    draw();
    count.focus();
  }

  // How many of the answered ones, of one protein or of all, each of the three has named.
  function hits(protein) {
    const all = answers.map((mine, i) => ({...hidden[i], mine})), asked = all.filter(one => !protein || one.protein === protein);
    const right = named => asked.filter(one => named(one) === one.residue).length;
    return [right(one => one.mine), right(one => one.first), right(() => usual), asked.length];
  }

  const draw = fitting(picture, room => {
    const now = hidden[at], mine = answers[at], place = `residue ${now.number} of ${now.protein}`;
    const of = letter => now.p[letters.indexOf(letter)].toFixed(2);
    const gap = h("b", {style: "color: var(--second); border: 1px solid currentColor; padding: 0 .3em"}, mine ? now.residue : "?");
    count.textContent = `${at + 1} of ${hidden.length}, from ${now.protein}: which residue is hidden?`;
    chain.replaceChildren(now.left, gap, now.right);
    for (const button of buttons) button.disabled = Boolean(mine);
    next.disabled = !mine;
    next.textContent = at + 1 < hidden.length ? "Next residue" : "Start again";
    const [p, marked] = mine ? [now.p, {hidden: now.residue, guess: mine}] : [[], {}];
    const bars = [...letters].map(letter => `${letter} ${of(letter)}`).join(", ");
    picture.replaceChildren(residueBars(room, letters, p, marked));
    const verdict = `${mine === now.residue ? "Yes" : `You said ${mine}`}: it is ${now.residue}, ${names[now.residue]}, ${place}. `
      + `The model gives it ${of(now.residue)}; its first choice is ${now.first}, with ${of(now.first)}.`;
    picture.setAttribute("aria-label", mine ? `The model's probabilities for ${place}: ${bars}` : "No bars yet: you answer first");
    said.textContent = mine ? verdict : "Press a button, or type the letter.";
    tell();
  });

  function tell() {
    const number = text => h("td", {class: "number"}, text);
    const column = word => h("th", {scope: "col", class: "number"}, word);
    const row = (name, numbers) => h("tr", {}, h("th", {scope: "row"}, name), numbers.map(number));
    const head = h("tr", {}, h("th", {scope: "col"}, "hits"), ["you", "model", `always ${usual}`, "of"].map(column));
    const rows = [...proteins.map(one => row(one, hits(one))), row("all", hits())];
    tally.replaceChildren(h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
    const [yours, models, always, asked] = hits();
    sum.textContent = answers.length < hidden.length ? "" : `Of all ${asked} you named ${yours}, the model's first choice ${models}; `
      + `whoever always says ${usual}, the most frequent residue in proteins, gets ${always}.`;
  }
}

export default {render};
