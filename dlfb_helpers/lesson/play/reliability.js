// Choose a split and a map, and see whether probabilities come true. Data: "splits", a list of {name, maps}; "maps" a list of {name,
// ece, pairs, probability, share, count}: the error from 0.05 on, over how many pairs, and for each bin what was said and came true.
function render({model, el}) {
  const {splits} = model.get("data"), three = number => number.toFixed(3), two = number => number.toFixed(2);
  let split = splits[0], map = split.maps[0], bin = map.share.length - 1;
  const splitted = choice("Split", "play-reliability-split", splits.map(one => one.name), set);
  const mapped = choice("Map", "play-reliability-map", split.maps.map(one => one.name), set);
  const binned = slider("Bin", {min: 1, max: map.share.length, value: bin + 1}, value => {
    bin = value - 1;
    draw();
  });
  const picture = h("div", {role: "img"}), said = spoken(), told = h("p", {class: "said", role: "status"});
  el.append(splitted.row, mapped.row, said, picture, binned.row, told);

  function set() {
    split = splits[splitted.input.selectedIndex];
    map = split.maps[mapped.input.selectedIndex];
    binned.input.max = map.share.length;
    binned.set(Math.min(bin + 1, map.share.length));
  }

  const draw = fitting(picture, room => {
    const width = Math.min(room, 440), height = width + 6, ticks = [0, 0.2, 0.4, 0.6, 0.8, 1], ends = [0, 1];
    const box = {left: 48, right: width - 12, top: 12, bottom: height - 46};
    const along = label => ({ends, ticks, label});
    const {x, y, parts} = plane(box, along("mean probability of the bin"), along("share of pairs that are true"));
    const diagonal = s("line", {x1: x(0), y1: y(0), x2: x(1), y2: y(1), stroke: "var(--ink)", "stroke-dasharray": "2 4"});
    const curve = (one, stroke, r) => {
      const points = one.share.map((share, i) => [x(one.probability[i]), y(share)]);
      const line = s("polyline", {points: points.join(" "), fill: "none", stroke, "stroke-width": 2});
      return [line, ...points.map(([cx, cy]) => s("circle", {cx, cy, r, fill: stroke}))];
    };
    const before = map === split.maps[0] ? [] : curve(split.maps[0], "var(--soft)", 3);
    const cx = x(map.probability[bin]), cy = y(map.share[bin]), pen = {fill: "none", stroke: "var(--second)", "stroke-width": 3};
    const gap = s("line", {x1: cx, x2: cx, y1: cy, y2: y(map.probability[bin]), ...pen}), ring = s("circle", {cx, cy, r: 10, ...pen});
    const all = [parts, diagonal, before, curve(map, "var(--first)", 5), gap, ring];
    picture.replaceChildren(s("svg", {width, height, viewBox: `0 0 ${width} ${height}`}, all.flat()));
    tell();
  });

  function tell() {
    const bold = map.share.filter((share, i) => share < map.probability[i]).length, bins = map.share.length;
    const without = split.maps[0], compared = map === without ? "" : ` (grey, without a map: ${three(without.ece)})`;
    said.textContent = `${split.name}, ${map.name}: ECE ${three(map.ece)}${compared} `
      + `over the ${map.pairs.toLocaleString("en")} pairs from 0.05 up; ${bold} of ${bins} bins lie below the diagonal.`;
    told.textContent = `Bin ${bin + 1}, ringed: ${map.count[bin].toLocaleString("en")} pairs, `
      + `mean probability ${two(map.probability[bin])}, true ${two(map.share[bin])}.`;
    picture.setAttribute("aria-label", `Reliability diagram, ${split.name}, ${map.name}. `
      + map.share.map((share, i) => `${two(map.probability[i])} said, ${two(share)} true`).join("; "));
  }
}

export default {render};
