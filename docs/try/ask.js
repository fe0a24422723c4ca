// The model, and what is asked of it: one job at a time, whichever of the page's forms it comes from.
const $ = id => document.getElementById(id);
const askers = [], once = [];  // the forms; what is done as soon as the model is there
let model = null, opening = null, job = 0, asking = null, finish = null;

// A form. The ids of its elements begin with its name: "try-run", "reads-run".
class Asker {
  constructor(name) {
    this.part = id => $(`${name}-${id}`);
    this.left = null;
    askers.push(this);
  }

  say(text) {
    this.part("status").textContent = text;
  }

  trouble(texts) {
    this.part("trouble").replaceChildren(...texts.map(text => h("li", {}, text)));
    this.part("trouble").hidden = !texts.length;
  }

  // A button that is switched off loses the focus; it gets it back unless something else has it by then.
  busy(is) {
    if (is) this.left ??= document.activeElement;
    for (const one of askers) one.part("run").disabled = is;
    for (const id of ["stop", "progress"]) if (this.part(id)) this.part(id).hidden = !is;
    if (is) return;
    if (document.activeElement === document.body) this.left?.focus({preventScroll: true});
    this.left = null;
  }

  advance(share) {
    if (this.part("progress")) this.part("progress").value = share;
  }

  // Ask for what `begin` returns once the model is there, and wait; `hear` gets each answer. Whether it came to the end.
  async ask(begin, hear) {
    const own = job += 1;
    asking = {form: this, hear, failed: false};
    this.busy(true);
    this.advance(0);
    try {
      if (!model) this.say("Loading the model …");
      const found = await loaded();
      if (own !== job) return false;
      model = found;
      const message = begin();
      await new Promise(resolve => { finish = resolve; model.worker.postMessage({...message, job}); });
      return own === job && !asking.failed;
    } catch (error) {
      this.trouble([error.message]);
      this.say("");
      return false;
    } finally {
      if (own === job) this.busy(false);
    }
  }

  // What is under way comes to no end.
  stop() {
    model?.worker.postMessage({kind: "stop"});
    job += 1;
    this.busy(false);
    finish?.();
  }
}

function heard(data) {
  if (data.job !== job) return;
  const {form, hear} = asking;
  if (data.kind === "progress") form.advance(data.share);
  else if (data.kind === "trouble") {
    asking.failed = true;
    form.trouble([data.text]);
  } else if (data.kind !== "done") hear(data);
  if (data.kind === "done" || data.kind === "trouble") finish();
}

function loaded() {
  if (opening) return opening;
  const own = opening = choice.then(opened).catch(error => {
    if (opening === own) opening = null;
    throw error;
  });
  return own;
}

// Where the graphics card cannot do it, the processor does.
async function opened(chosen) {
  if (chosen.value === "wasm") return open("wasm");
  return open(chosen.value).catch(() => {
    chosen.value = "wasm";
    return open("wasm");
  });
}

async function open(on) {
  const found = await startWorker(on, share => asking.form.advance(share), heard);
  for (const act of once) act(found.facts);
  return found;
}

// What computes is what the reader chooses; at first the graphics card, if there is a real one. Another choice loads the model anew.
const choice = graphics().then(({able: card, real}) => {
  const chosen = $("try-on");
  chosen.options[1].disabled = !card;
  chosen.value = real ? "webgpu" : "wasm";
  chosen.addEventListener("change", () => {
    for (const one of askers) one.stop();
    opening?.then(({worker}) => worker.terminate(), () => {});
    model = opening = null;
  });
  return chosen;
});

const able = typeof WebAssembly !== "undefined" && typeof DecompressionStream !== "undefined";
