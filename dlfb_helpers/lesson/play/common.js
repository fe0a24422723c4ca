// What the elements share. Each file beside this one exports `render` and is anywidget's: its data come by
// model.get("data"), and `el` is where it is drawn. Pages call the same function with the same data; see page.py.
const SVG = "http://www.w3.org/2000/svg";

// An element of HTML: h("p", {class: "verdict", onclick: f}, "words", other).
function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

// One of SVG.
function s(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

let named = 0;

// A slider with its label and its value in words; `told` hears each new value.
function slider(label, {min, max, step = 1, value, words = String}, told) {
  const id = `play-${Date.now().toString(36)}-${named += 1}`, output = h("output", {for: id});
  const input = h("input", {type: "range", id, min, max, step, value, oninput: () => set(Number(input.value))});
  const say = now => {
    output.textContent = words(now);
    input.setAttribute("aria-valuetext", words(now));
  };
  const set = now => {
    input.value = now;
    say(now);
    told(now);
  };
  say(value);
  return {row: h("div", {class: "row"}, h("label", {for: id}, label), input, output), input, set};
}

// A line that a screen reader hears when it changes.
function spoken() {
  return h("p", {class: "said", role: "status"});
}

// A list to choose from, with its label; `told` hears the place of the choice.
function choice(label, id, options, told) {
  const input = h("select", {id, onchange: () => told(input.selectedIndex)}, options.map(option => h("option", {}, option)));
  return {row: h("div", {class: "row"}, h("label", {for: id}, label), input), input};
}

// Draw in a place as wide as it is, now and whenever that changes; returns what draws anew.
function fitting(place, draw) {
  let width = place.clientWidth || 340;
  new ResizeObserver(() => {
    if (!place.clientWidth || place.clientWidth === width) return;
    width = place.clientWidth;
    draw(width);
  }).observe(place);
  draw(width);
  return () => draw(width);
}

// Axes of a picture: `x` and `y` say where a number stands, `parts` are their lines and words. `box`: left, right, top and bottom
// in pixels; `across` and `up`: {ends, ticks, label, words}.
function plane(box, across, up) {
  const place = (from, to, [low, high]) => number => from + (to - from) * (number - low) / (high - low);
  const x = place(box.left, box.right, across.ends), y = place(box.bottom, box.top, up.ends), middle = (box.top + box.bottom) / 2;
  const line = (x1, y1, x2, y2, stroke) => s("line", {x1, y1, x2, y2, stroke});
  const words = (x, y, text, more = {}) => s("text", {x, y, "text-anchor": "middle", ...more}, text);
  const parts = [
    ...up.ticks.map(tick => line(box.left, y(tick), box.right, y(tick), "var(--line)")),
    ...up.ticks.map(tick => words(box.left - 6, y(tick) + 4, (up.words || String)(tick), {"text-anchor": "end"})),
    ...across.ticks.map(tick => line(x(tick), box.bottom, x(tick), box.bottom + 5, "var(--ink)")),
    ...across.ticks.map(tick => words(x(tick), box.bottom + 19, (across.words || String)(tick))),
    line(box.left, box.bottom, box.right, box.bottom, "var(--ink)"),
    across.label && words((box.left + box.right) / 2, box.bottom + 37, across.label),
    up.label && words(12, middle, up.label, {transform: `rotate(-90 12 ${middle})`}),
  ];
  return {x, y, parts};
}

// How likely each residue is, as bars from 0 to 1 in the order of `letters`; `p` may be empty. `hidden`, the true one, has another colour
// and a line under its letter, `guess` a frame around it; dashes are other probabilities, `before`.
function residueBars(width, letters, p, {hidden, guess, before = []} = {}) {
  const box = {left: 30, right: width - 2, top: 8, bottom: 168}, ends = [-0.6, letters.length - 0.4];
  const across = {ends, ticks: [...letters].map((_, place) => place), words: place => letters[place]};
  const {x, y, parts} = plane(box, across, {ends: [0, 1], ticks: [0, 0.5, 1]});
  const step = x(1) - x(0), colour = place => letters[place] === hidden ? "var(--second)" : "var(--first)";
  const bar = (value, place) => s("rect", {x: x(place) - step * 0.4, y: y(value), width: step * 0.8, height: box.bottom - y(value),
    fill: colour(place)});
  const dash = (value, place) => s("path", {d: `M${x(place) - step / 2} ${y(value)}h${step}`, stroke: "var(--ink)", "stroke-width": 2});
  const line = hidden && s("rect", {x: x(letters.indexOf(hidden)) - 7, y: 191, width: 14, height: 3, fill: "var(--second)"});
  const outline = {y: 174, width: 16, height: 24, rx: 3, fill: "none", stroke: "var(--ink)"};
  const frame = guess && s("rect", {x: x(letters.indexOf(guess)) - 8, ...outline});
  const size = {width, height: 200, viewBox: `0 0 ${width} 200`};
  return s("svg", {...size, "aria-hidden": "true"}, parts, p.map(bar), before.map(dash), line, frame);
}
