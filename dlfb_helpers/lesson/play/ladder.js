// Hide relatives from two look-ups, rung by rung, and see what their scores lose. Data: "rungs", a list of {name, kept}: what is hidden,
// and in a sentence what is kept apart; "training", how many proteins could vote; "groups", a list of {name, hidden, embedding,
// alignment, frequencies}: on each rung the number hidden, and scores [mean, low, high], or [score] of one protein.
const ROW = 60;

function render({model, el}) {
  const {rungs, training, groups} = model.get("data"), two = number => number.toFixed(2);
  const looked = {embedding: "var(--first)", alignment: "var(--second)"};
  let now = 0, group = groups[0];
  const whose = choice("Scores of", "play-ladder-group", groups.map(one => one.name), place => {
    group = groups[place];
    draw();
  });
  const control = slider("Hide", {min: 0, max: rungs.length - 1, value: 0, words: i => rungs[i].name}, value => {
    now = value;
    draw();
  });
  const picture = h("div", {role: "img"}), said = spoken();
  el.append(whose.row, control.row, said, picture);

  const draw = fitting(picture, width => {
    const bottom = ROW * rungs.length + 34, height = bottom + 46, box = {left: 14, right: width - 60, top: 28, bottom};
    const auprc = {ends: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], label: "auPRC"};
    const {x, y, parts} = plane(box, auprc, {ends: [rungs.length, 0], ticks: []});
    const floor = x(group.frequencies[0]);
    const mark = ([mean, low, high], height, colour, sign) => [
      high !== undefined && s("line", {x1: x(low), x2: x(high), y1: height, y2: height, stroke: colour, "stroke-width": 2}),
      sign === "embedding" ? s("circle", {cx: x(mean), cy: height, r: 5, fill: colour})
        : s("rect", {x: x(mean) - 5, y: height - 5, width: 10, height: 10, fill: colour}),
      s("text", {x: Math.max(x(high ?? mean), floor) + 9, y: height + 4}, two(mean)),
    ].filter(Boolean);
    const halo = "paint-order: stroke; stroke: var(--paper); stroke-width: 4px";
    const frame = {fill: "none", stroke: "var(--third)", "stroke-width": 2};
    const rows = rungs.map((rung, i) => s("g", {opacity: i === now ? 1 : 0.7, "data-rung": i}, [
      i === now && s("rect", {x: 1, y: y(i) + 2, width: width - 2, height: ROW - 3, rx: 6, ...frame}),
      s("text", {x: 14, y: y(i) + 17, "font-weight": i === now ? "bold" : "normal", style: halo}, rung.name),
      ...Object.entries(looked).flatMap(([name, colour], j) => mark(group[name][i], y(i) + 31 + 17 * j, colour, name)),
    ].filter(Boolean)));
    const line = s("line", {x1: floor, x2: floor, y1: box.top, y2: bottom, stroke: "var(--ink)", "stroke-dasharray": "2 4"});
    const key = Object.entries(looked).map(([name, colour], j) => [
      j ? s("rect", {x: 150, y: 7, width: 10, height: 10, fill: colour}) : s("circle", {cx: 19, cy: 12, r: 5, fill: colour}),
      s("text", {x: j ? 166 : 30, y: 16}, `by ${name}`),
    ]);
    picture.replaceChildren(s("svg", {width, height, viewBox: `0 0 ${width} ${height}`}, parts, line, rows, key.flat()));
    tell();
  });

  function tell() {
    const score = ([mean, low, high]) => two(mean) + (high === undefined ? "" : ` (${two(low)} to ${two(high)})`);
    const lost = name => {
      const change = group[name][now][0] - group[name][0][0], size = two(Math.abs(change));
      return size === two(0) ? "" : `, ${size} ${change < 0 ? "less" : "more"} than with nothing hidden`;
    };
    const hidden = group.hidden[now].toLocaleString("en"), average = group === groups[0] ? "on average " : "";
    said.textContent = `${rungs[now].kept} Hidden: ${average}${hidden} of ${training.toLocaleString("en")} training proteins. `
      + "Scores: " + Object.keys(looked).map(name => `by ${name} ${score(group[name][now])}${lost(name)}`).join("; ")
      + `; constant frequencies, dotted, ${score(group.frequencies)}.`;
    picture.setAttribute("aria-label", `auPRC of ${group.name} by what is hidden: `
      + rungs.map(({name}, i) => [name, ...Object.keys(looked).map(way => `by ${way} ${two(group[way][i][0])}`)].join(", ")).join("; "));
  }
}

export default {render};
