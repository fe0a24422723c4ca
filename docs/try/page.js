// The page "Try it": what is asked, how far it is, and what was answered, in the cards of dlfb predict's page.
const form = new Asker("try"), answers = [];
let asked = [];

// The rows of a card's part: the place of a term, thousandths, 1 if claimed, 2 if implied; the most probable first.
function rowsOf({probabilities}, terms, threshold) {
  const below = new Float32Array(terms.length).fill(-1);
  terms.forEach((term, place) => ancestors(term).forEach(one => {
    below[one.place] = Math.max(below[one.place], probabilities[place]);
  }));
  const most = Math.max(...probabilities), places = Array.from(probabilities.keys());
  const listed = places.filter(place => probabilities[place] >= 0.05 || probabilities[place] === most);
  listed.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return Uint16Array.from(listed.flatMap(place => [place, Math.round(1000 * probabilities[place]),
    (probabilities[place] >= threshold ? 1 : 0) + (probabilities[place] <= below[place] ? 2 : 0)]));
}

function protein({id}, place, answer) {
  const aspects = answer.aspects.map((part, i) => {
    const {terms, threshold} = model.facts.aspects[i];
    return {aspect: i, seen: part.seen, nearest: {id: part.nearest, name: part.name, functions: part.functions}, cosine: part.cosine,
      rows: rowsOf(part, terms, threshold), terms};
  });
  const made = {graph: true, place, id, aspects, seen: Math.min(...aspects.map(part => part.seen))};
  Object.defineProperty(made, "verdict", {get: () => sentence(made)});
  return made;
}

function sentence({aspects, seen}) {
  const told = aspects.map(part => folded(claims(part))[0][0]).filter(Boolean);
  const said = told.length ? "Most telling: " + told.map(({term, p}) => `${term.name} (${hundredths(p)})`).join("; ")
    : "No claim at this threshold";
  return said + [", but it was trained on this very sequence", "", "; nothing similar is known, so trust it less"][seen] + ".";
}

// In place of the alignment that dlfb predict shows.
function nearest(part) {
  const {functions} = part.nearest, few = functions.slice(0, 3).join("; "), cosine = part.cosine.toFixed(2);
  const words = ["The very sequence, trained on: ", "Nearest known by embedding: ",
    "Nothing similar is known to this aspect's predictor. The nearest by embedding: "][part.seen];
  return h("p", {class: part.seen === 2 ? "near flag" : "near"}, words, ...named(part.nearest), part.seen ? `, cosine ${cosine}` : "",
    few && h("span", {}, ". Known for: ", h("bdi", {}, few)), functions.length > 3 && ` and ${functions.length - 3} more`);
}

function show() {
  $("try-cards").replaceChildren(...proteins.map(card));
  $("try-results").hidden = !proteins.length;
}

function tell() {
  const own = settings.aspects.map(([aspect, name]) => `${settings.thresholds[aspect].toFixed(2)} (${name.toLowerCase()})`);
  $("try-limit").textContent = limit === null ? own.join(", ") : (limit / 1000).toFixed(2);
  $("try-threshold").setAttribute("aria-valuetext", $("try-limit").textContent);
  $("try-own").disabled = limit === null;
}

function answered(data) {
  answers[data.place] = data;
  proteins.push(protein(asked[data.place], data.place, data));
  offer(asked[data.place].id);
  if (asked.length === 1) unfolded.add(proteins[0]);
  form.say(`${proteins.length} of ${asked.length} predicted`);
  show();
}

once.push(({aspects}) => {
  for (const {aspect, terms, threshold} of aspects) {
    settings.thresholds[aspect] = threshold;
    terms.forEach((term, place) => Object.assign(term, {place, parents: term.parents.map(one => terms[one])}));
  }
  tell();
});

async function run() {
  const read = readProteins($("try-sequences").value);
  form.trouble(read.troubles);
  if (read.troubles.length) return;
  const begun = performance.now();
  const begin = () => {
    asked = read.proteins;
    proteins.length = answers.length = 0;
    unfolded.clear();
    offer(null);
    show();
    form.trouble(read.warnings);
    form.say(`0 of ${asked.length} predicted`);
    return {kind: "predict", proteins: asked};
  };
  if (await form.ask(begin, answered)) {
    form.say(`${asked.length} of ${asked.length} predicted in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
}

function stop() {
  form.stop();
  form.say(asked.length ? `Stopped; ${proteins.length} of ${asked.length} predicted` : "Stopped");
}

// Cells are text: a tab or a line break within a cell becomes a blank.
function table() {
  const line = cells => cells.map(value => String(value ?? "").replace(/[\t\r\n]+/g, " ")).join("\t") + "\n";
  const heading = ["protein", "aspect", "term", "name", "probability", "claimed", "implied", "nearest", "nearest_name", "cosine", "seen"];
  return line(heading) + proteins.flatMap(({id, aspects}) => aspects.flatMap(part => {
    const claimed = claims(part).length ? "yes" : "no", {nearest: near, cosine, seen} = part;
    return shown(part).map(({term, p, implied}) => line([id, settings.aspects[part.aspect][0], term.id, term.name, p.toFixed(3),
      claimed, implied ? "yes" : "no", near.id, near.name, cosine.toFixed(3), settings.seen[seen]]));
  })).join("");
}

function save() {
  const address = URL.createObjectURL(new Blob([table()], {type: "text/tab-separated-values"}));
  h("a", {href: address, download: "functions.tsv"}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

async function take(file) {
  if (file) $("try-sequences").value = await file.text();
}

if (!able) $("try-old").hidden = false;
else {
  $("try-form").hidden = false;
  $("try-form").addEventListener("submit", event => { event.preventDefault(); run(); });
  $("try-stop").addEventListener("click", stop);
  $("try-file").addEventListener("change", event => take(event.target.files[0]));
  $("try-sequences").addEventListener("dragover", event => event.preventDefault());
  $("try-sequences").addEventListener("drop", event => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  $("try-example").addEventListener("click", () => { $("try-sequences").value = $("try-insulin").textContent.trim(); });
  $("try-threshold").addEventListener("input", event => { limit = 10 * Number(event.target.value); tell(); show(); });
  $("try-own").addEventListener("click", () => { limit = null; tell(); show(); $("try-threshold").focus(); });
  $("try-save").addEventListener("click", save);
}
