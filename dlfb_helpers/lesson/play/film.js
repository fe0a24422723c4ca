// A training, step by step. Data: "loss", of the batch of step 1, 2, ...; "looked", the steps at which the validation part was
// looked at, with its loss and "metrics", each a name and values; "protein", its name, "functions", each a name, whether it is the
// protein's own, and its path of probabilities from step 0 on; "among": how many of its own are among as many likeliest.
const PAUSE = 40, LEAP = 30, LOSSES = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

// A table with a bar from 0 to 1 in each row.
function bars(title, rows, colour) {
  const bar = value => h("div", {style: "background: color-mix(in srgb, var(--line) 50%, transparent)"},
    h("div", {style: `height: .7rem; width: ${100 * value}%; background: ${colour}`}));
  const row = ([name, value]) => h("tr", {}, h("th", {scope: "row", style: "font-weight: normal; width: 55%; line-height: 1.25"}, name),
    h("td", {}, bar(value)), h("td", {class: "number", style: "width: 2.5rem"}, value.toFixed(2)));
  return h("table", {style: "width: 100%; table-layout: fixed; font-size: .87rem; margin-top: .6rem"},
    h("caption", {style: "text-align: left; font-weight: 600"}, title), h("tbody", {}, rows.map(row)));
}

// The losses up to a step. Their axis is logarithmic: it has room for the fall and for what comes after it.
function losses(width, step, loss, looked) {
  const all = [...loss, ...looked.loss], ends = [Math.min(...all) * 0.9, Math.max(...all) * 1.1], last = loss.length;
  const box = {left: 56, right: width - 16, top: 8, bottom: 160};
  const across = {ends: [0, last], ticks: [0, 1, 2, 3].map(part => Math.round(part * last / 3)), label: "training step"};
  const ticks = LOSSES.filter(tick => ends[0] <= tick && tick <= ends[1]);
  const {x, y, parts} = plane(box, across, {ends: ends.map(Math.log), ticks: ticks.map(Math.log), label: "loss (nats)",
    words: tick => String(Number(Math.exp(tick).toFixed(2)))});
  const points = loss.slice(0, step).map((one, i) => `${x(i + 1).toFixed(1)},${y(Math.log(one)).toFixed(1)}`);
  return s("svg", {viewBox: `0 0 ${width} 204`, width, height: 204, "aria-hidden": "true"}, parts,
    s("line", {x1: x(step), x2: x(step), y1: box.top, y2: box.bottom, stroke: "var(--soft)", "stroke-dasharray": "3 3"}),
    s("polyline", {points: points.join(" "), fill: "none", stroke: "var(--first)", "stroke-width": 1.3}),
    looked.step.map((at, i) => at <= step && s("circle", {cx: x(at), cy: y(Math.log(looked.loss[i])), r: 4.5, fill: "var(--second)"})));
}

function render({model, el}) {
  const {loss, looked, protein, functions, among} = model.get("data");
  const last = loss.length, own = functions.filter(one => one.own), others = functions.filter(one => !one.own);
  const calm = matchMedia("(prefers-reduced-motion: reduce)"), said = spoken();
  const chart = h("div", {role: "img"}), tables = h("div"), button = h("button", {type: "button", onclick: press});
  const sign = (colour, mark) => h("span", {style: `color: var(${colour})`, "aria-hidden": "true"}, mark);
  let step = last, timer = null;
  const control = slider("Step", {min: 0, max: last, value: step}, now => {
    step = now;
    draw();
  });
  el.append(control.row, h("div", {class: "row"}, button), said, chart,
    h("p", {class: "soft"}, sign("--first", "— "), "each batch ", sign("--second", "● "), "the whole validation part"), tables);
  const picture = fitting(chart, width => chart.replaceChildren(losses(width, step, loss, looked)));
  draw();

  function press() {
    if (timer) stop();
    else if (calm.matches) control.set(step === last ? 0 : Math.min(step + LEAP, last));
    else {
      if (step === last) control.set(0);
      timer = setInterval(advance, PAUSE);
      draw();
    }
  }
  function advance() {
    control.set(Math.min(step + 1, last));
    if (step === last || !el.isConnected) stop();
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    draw();
  }
  function words() {
    if (timer) return "Pause";
    if (calm.matches) return step === last ? "Back to step 0" : `${LEAP} steps on`;
    return step === last ? "Play from step 0" : "Play";
  }
  function draw() {
    const look = looked.step.findLastIndex(at => at <= step), at = looked.step[look], now = one => [one.name, one.path[step]];
    const batch = step ? `batch ${loss[step - 1].toFixed(2)}, ` : "", sure = own.filter(one => one.path[step] >= 0.5).length;
    const whole = `validation part ${looked.loss[look].toFixed(2)}${at === step ? "" : ` (at step ${at})`}`;
    picture();
    chart.setAttribute("aria-label", `Loss up to step ${step}: ${batch}${whole}`);
    tables.replaceChildren(
      bars(`Validation part at step ${at}`, looked.metrics.map(one => [one.name, one.values[look]]), "var(--second)"),
      bars(`${protein}'s own functions at step ${step}`, own.map(now), "var(--first)"),
      bars(`Others, those that end highest, at step ${step}`, others.map(now), "var(--soft)"),
    );
    button.textContent = words();
    said.textContent = timer ? "Playing." : `Step ${step}. Loss: ${batch}${whole}. Of ${protein}'s ${own.length} functions ` +
      `${among[step]} are among its ${own.length} likeliest, and ${sure} ${sure === 1 ? "has" : "have"} at least 0.5.`;
  }
}

export default {render};
