// Move the threshold of one function, and count what is found, missed and claimed wrongly. Data: "functions", a list of {name,
// positives, negatives}: how many of the proteins that have it, and that have it not, stand in each of equally wide bins of
// probability; "start", the bin at whose lower end the threshold begins.
function render({model, el}) {
  const {functions, start} = model.get("data"), bins = functions[0].positives.length;
  const two = number => number.toFixed(2), sum = counts => counts.reduce((a, b) => a + b, 0);
  let now = start, one = functions[0];
  const asked = choice("Function", "play-tradeoff-function", functions.map(({name}) => name), place => {
    one = functions[place];
    draw();
  });
  const control = slider("Threshold", {min: 1, max: bins - 1, value: now, words: i => two(i / bins)}, value => {
    now = value;
    draw();
  });
  const picture = h("div", {role: "img"}), said = spoken(), table = h("table");
  const counted = h("div", {class: "wide", tabindex: 0, role: "group", "aria-label": "The four counts"}, table);
  el.append(asked.row, control.row, said, picture, counted);

  const counts = () => {
    const found = sum(one.positives.slice(now)), wrong = sum(one.negatives.slice(now));
    return {found, wrong, missed: sum(one.positives) - found, rejected: sum(one.negatives) - wrong};
  };
  const draw = fitting(picture, width => {
    const height = 290, box = {left: 52, right: width - 12, top: 22, bottom: height - 46};
    const most = Math.max(...functions.flatMap(({positives, negatives}) => [...positives, ...negatives]));
    const tall = count => Math.log10(1 + count), end = 1.06 * tall(most), powers = [1, 10, 100, 1000].filter(count => count <= most);
    const ticks = [...powers.map(count => -tall(count)), 0, ...powers.map(tall)];
    const words = tick => (tick ? String(Math.round(10 ** Math.abs(tick) - 1)) : "");
    const {x, y, parts} = plane(box, {ends: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], label: "probability"},
      {ends: [-end, end], ticks, words, label: "proteins"});
    const bars = (values, up, fill) => values.map((count, i) => count && s("rect", {
      x: x(i / bins) + 0.5, width: x(1 / bins) - x(0) - 1, y: up ? y(tall(count)) : y(0), height: y(0) - y(tall(count)),
      fill: i >= now ? fill : "none", stroke: fill, "data-claimed": i >= now,
    })).filter(Boolean);
    const at = s("line", {x1: x(now / bins), x2: x(now / bins), y1: box.top, y2: box.bottom, stroke: "var(--third)", "stroke-width": 3});
    const label = (y, text, fill) => s("text", {x: box.right, y, "text-anchor": "end", style: `fill: ${fill}`}, text);
    const above = bars(one.positives, true, "var(--first)"), below = bars(one.negatives, false, "var(--second)");
    const labels = [
      label(box.top - 8, `have it: ${sum(one.positives)}`, "var(--first)"),
      label(box.bottom - 6, `have it not: ${sum(one.negatives)}`, "var(--second)"),
    ];
    picture.replaceChildren(s("svg", {width, height, viewBox: `0 0 ${width} ${height}`}, parts, above, below, at, labels));
    tell();
  });

  function tell() {
    const {found, wrong, missed, rejected} = counts();
    const row = (name, ...cells) => h("tr", {}, h("th", {scope: "row"}, name), cells.map(cell => h("td", {}, cell)));
    table.replaceChildren(h("tbody", {},
      h("tr", {}, h("td"), h("th", {scope: "col"}, "claimed"), h("th", {scope: "col"}, "not claimed")),
      row("have it", `${found} true positives`, `${missed} false negatives`),
      row("have it not", `${wrong} false positives`, `${rejected} true negatives`)));
    const precision = found + wrong ? `precision ${two(found / (found + wrong))}` : "no precision, as nothing is claimed";
    said.textContent = `${one.name} from ${two(now / bins)}: ${found} of the ${found + missed} proteins that have it are found, ${wrong} `
      + `of the others claimed; recall ${two(found / (found + missed))}, ${precision}.`;
    picture.setAttribute("aria-label", `Histograms of the probability of ${one.name} on a logarithmic scale, of proteins that have it `
      + `above and of the others below, with the threshold at ${two(now / bins)}`);
  }
}

export default {render};
