// Type a sequence, and see its tokens and what is near to each. Data: "vocabulary", in the order of the ids; "groups" of the tokens;
// "cosines" of each with each; "start", a sequence; "place" of the token that is chosen first; "most", how many neighbours are shown.
const LONGEST = 30;
const escaped = token => token.replace(/[.*+?^${}()|[\]\\-]/g, "\\$&");

// As ESM-2's tokenizer cuts: tokens where they stand, blanks left out, and whatever is between becomes one <unk>.
function cut(text, vocabulary) {
  const parts = text.split(new RegExp(`(${vocabulary.map(escaped).join("|")}|\\s+)`)).filter(part => part.trim());
  return ["<cls>", ...parts, "<eos>"].map(part => ({part, id: vocabulary.indexOf(vocabulary.includes(part) ? part : "<unk>")}));
}

function bars(near, groups, own) {
  const high = 24, left = 74, wide = 250;
  const rows = near.flatMap(({token, id, cosine}, i) => {
    const y = i * high, long = Math.max(1, wide * cosine), alike = groups[id] === own;
    const word = (x, text, anchor) => s("text", {x, y: y + high / 2, "text-anchor": anchor, "dominant-baseline": "central"}, text);
    const colours = alike ? {fill: "var(--first)", stroke: "var(--first)"} : {fill: "none", stroke: "var(--soft)"};
    const bar = s("rect", {x: left, y: y + 3, width: long, height: high - 6, ...colours});
    return [word(left - 8, token, "end"), bar, word(left + long + 6, cosine.toFixed(2).replace("-", "−"), "start")];
  });
  return s("svg", {viewBox: `0 0 370 ${near.length * high}`, width: 370, height: near.length * high, role: "img"}, rows);
}

function render({model, el}) {
  const {vocabulary, groups, cosines, start, place, most} = model.get("data");
  let tokens = [], chosen = place;
  const input = h("input", {type: "text", id: "play-tokens", value: start, maxlength: LONGEST, spellcheck: "false", autocomplete: "off",
    autocapitalize: "off", oninput: read});
  const row = h("div", {class: "row", role: "toolbar", "aria-label": "Tokens", onkeydown: move});
  const heading = h("p", {class: "soft"}), picture = h("div"), said = spoken();
  el.append(h("label", {for: "play-tokens"}, `A sequence of at most ${LONGEST} signs`), input, row, heading, picture, said);

  function read() {
    tokens = cut(input.value, vocabulary);
    const style = "padding: .1rem .5rem; line-height: 1.25";
    row.replaceChildren(...tokens.map(({id}, i) => h("button", {type: "button", style, onclick: () => choose(i)},
      vocabulary[id], h("br"), h("span", {class: "soft"}, ` ${id}`))));
    choose(Math.min(chosen, tokens.length - 1));
  }

  function move(event) {
    const to = {ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: tokens.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(tokens.length - 1, to)));
    row.children[chosen].focus();
  }

  function choose(i) {
    chosen = i;
    [...row.children].forEach((button, j) => {
      button.setAttribute("aria-pressed", j === i);
      button.tabIndex = j === i ? 0 : -1;
    });
    const id = tokens[i].id, token = vocabulary[id];
    const others = vocabulary.map((name, other) => ({token: name, id: other, cosine: cosines[id][other]}));
    const near = others.filter(other => other.id !== id).sort((a, b) => b.cosine - a.cosine).slice(0, most);
    const list = near.map(other => `${other.token} ${other.cosine.toFixed(2)}`).join(", ");
    heading.textContent = `Cosine with ${token} (${groups[id]}); filled: tokens of the same group`;
    picture.replaceChildren(bars(near, groups, groups[id]));
    picture.firstChild.setAttribute("aria-label", `Bars of the tokens nearest to ${token}: ${list}`);
    const unknown = tokens.map(other => other.part).filter(part => !vocabulary.includes(part));
    const lost = unknown.map(part => `${part} is not in the vocabulary and becomes one <unk>. `).join("");
    said.textContent = `${lost}${tokens.length} tokens: ${tokens.map(other => other.id).join(" ")}. ` +
      `At place ${i} stands ${token}, token ${id}; nearest is ${near[0].token}, with cosine ${near[0].cosine.toFixed(2)}.`;
  }
  read();
}

export default {render};
