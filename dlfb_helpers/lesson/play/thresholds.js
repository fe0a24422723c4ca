// Move a threshold, and see precision, recall and F there, and what is claimed about one protein. Data: "curve", lists of
// "threshold", "precision", "recall" and "f" (null where undefined); "start", the place where to begin in them; "protein", its name;
// "functions", a list of {name, probability, true}, the most probable first.
const CURVES = {precision: ["var(--first)", "7 4"], recall: ["var(--second)", "2 3"], f: ["var(--ink)", null]};
const STYLES = {
  "claimed, true": {fill: "var(--first)", stroke: "var(--first)"},
  "claimed, not annotated": {fill: "var(--second)", stroke: "var(--second)"},
  missed: {fill: "none", stroke: "var(--first)", "stroke-dasharray": "4 3", "stroke-width": 2},
  "not claimed, not annotated": {fill: "var(--soft)", "fill-opacity": 0.35, stroke: "none"},
};
const ROW = 36, ABOVE = 200;

function swatch(mark, word) {
  const picture = s("svg", {width: 30, height: 14, "aria-hidden": "true"}, mark);
  return h("span", {style: "display: inline-flex; gap: .4rem; align-items: center"}, picture, word);
}

function render({model, el}) {
  const {curve, start, protein, functions} = model.get("data"), {threshold} = curve;
  const best = curve.f.indexOf(Math.max(...curve.f)), two = number => number.toFixed(2);
  let now = start;
  const control = slider("Threshold", {min: 0, max: threshold.length - 1, value: now, words: i => two(threshold[i])}, value => {
    now = value;
    draw();
  });
  const lines = Object.entries(CURVES).map(([name, [stroke, dashes]]) => {
    const mark = s("line", {x1: 2, x2: 28, y1: 7, y2: 7, stroke, "stroke-width": 2, "stroke-dasharray": dashes});
    return swatch(mark, name === "f" ? "F, their harmonic mean" : name);
  });
  const bars = Object.entries(STYLES).map(([name, style]) => swatch(s("rect", {x: 2, y: 2, width: 26, height: 10, ...style}), name));
  lines.push(swatch(s("circle", {cx: 15, cy: 7, r: 5, fill: "none", stroke: "var(--ink)", "stroke-width": 2}), "Fmax"));
  const picture = h("div", {role: "img"}), said = spoken();
  el.append(control.row, said, h("div", {class: "row"}, lines), picture, h("div", {class: "row"}, bars));

  const kind = ({probability, true: own}) => {
    if (probability >= threshold[now]) return own ? "claimed, true" : "claimed, not annotated";
    return own ? "missed" : "not claimed, not annotated";
  };
  const draw = fitting(picture, width => {
    const bottom = ABOVE + 60 + ROW * functions.length, box = {left: 44, right: width - 12, top: 10, bottom: ABOVE};
    const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1], at = threshold[now];
    const along = label => ({ends: [0, 1], ticks, label});
    const {x, y, parts} = plane(box, along("threshold, or probability"), along("mean over proteins"));
    const path = name => curve[name].flatMap((value, i) => (value === null ? [] : [`${x(threshold[i])},${y(value)}`])).join(" ");
    const drawn = Object.entries(CURVES).map(([name, [stroke, dashes]]) =>
      s("polyline", {points: path(name), fill: "none", stroke, "stroke-width": 2, "stroke-dasharray": dashes}));
    const rows = functions.flatMap((one, i) => {
      const top = ABOVE + 56 + ROW * i;
      const size = {x: x(0), y: top + 17, width: x(one.probability) - x(0), height: 12};
      const bar = s("rect", {...size, "data-kind": kind(one), ...STYLES[kind(one)]});
      return [bar, s("text", {x: x(0), y: top + 12}, `${one.name} ${two(one.probability)}`)];
    });
    const mark = (from, to) => s("line", {x1: x(at), x2: x(at), y1: from, y2: to, stroke: "var(--third)", "stroke-width": 2});
    const dots = Object.keys(CURVES).filter(name => curve[name][now] !== null).map(name =>
      s("circle", {cx: x(at), cy: y(curve[name][now]), r: 4, fill: "var(--third)"}));
    const top = s("circle", {cx: x(threshold[best]), cy: y(curve.f[best]), r: 6, fill: "none", stroke: "var(--ink)", "stroke-width": 2});
    const notches = functions.map((_, i) => mark(ABOVE + 70 + ROW * i, ABOVE + 88 + ROW * i));
    const all = [parts, drawn, top, mark(box.top, box.bottom), dots, rows, notches];
    picture.replaceChildren(s("svg", {width, height: bottom, viewBox: `0 0 ${width} ${bottom}`}, all.flat()));
    tell();
  });

  function tell() {
    const count = wanted => functions.filter(one => kind(one) === wanted).length;
    const right = count("claimed, true"), claimed = right + count("claimed, not annotated"), missed = count("missed");
    const there = name => (curve[name][now] === null ? "undefined" : two(curve[name][now]));
    const scores = `precision ${there("precision")}, recall ${there("recall")}, F ${there("f")}`;
    said.textContent = `Threshold ${two(threshold[now])}: ${scores} (Fmax ${two(curve.f[best])}, at ${two(threshold[best])}). `
      + `Of ${protein}, ${claimed} of these ${functions.length} functions are claimed, ${right} of them annotated; `
      + `${missed} annotated ${missed === 1 ? "one is" : "ones are"} missed.`;
    picture.setAttribute("aria-label", `Precision, recall and F against the threshold, marked at ${two(threshold[now])}, `
      + `and functions of ${protein}: ` + functions.map(one => `${one.name} ${two(one.probability)}, ${kind(one)}`).join("; "));
  }
}

export default {render};
