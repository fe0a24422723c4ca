// The worker: unpacks the parts, embeds proteins in windows and asks each aspect's predictor. Nothing leaves it but answers.
const MOST = 1022, SHARED = 256, CLS = 0, EOS = 2;
const parts = new Map();
let ready = null, job = 0;

async function opened(on) {
  const texts = new TextDecoder(), text = name => texts.decode(parts.get(name));
  const facts = JSON.parse(text("facts")), found = tables(parts.get("pool"), facts.places);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = parts.get(`runtime-${on}`).buffer;
  ort.env.wasm.wasmPaths = {mjs: URL.createObjectURL(new Blob([parts.get(`loader-${on}`)], {type: "text/javascript"}))};
  const session = (graph, path, data, where = "wasm") => ort.InferenceSession.create(parts.get(graph),
    {executionProviders: [where], externalData: [{path, data: parts.get(data)}], logSeverityLevel: 3});
  const encoder = await session("encoder.onnx", facts.weights, "weights", on), aspects = [];  // the rest is little
  const head = await session("head.onnx", facts.weights, "weights");
  for (const one of facts.aspects) {
    const network = await session(`${one.aspect}.onnx`, facts.networks, "networks");
    aspects.push({network, of: new Aspect(one.aspect, found, {...one, similar: facts.similar})});
  }
  const pool = new Pool(found, facts);
  parts.clear();
  const {tokens, mask, residues} = facts, told = {aspects: facts.aspects, residues};
  const model = {encoder, head, aspects, pool, tokens, mask, letters: residues.map(one => one.letter), told};
  await check(model, facts.probe);
  return model;
}

// A graphics card that nobody has tried may compute something else.
async function check(model, {sequence, embedding}) {
  const found = await embedded(model, sequence, () => {});
  if (found.some((value, i) => !(Math.abs(value - embedding[i]) < 0.01))) throw new Error("the model does not compute what it should here");
}

// Evenly spread windows that fit the model, as dlfb_helpers/embedding/windows.py has them.
function windowStarts(length) {
  if (length <= MOST) return [0];
  const count = 1 + Math.ceil((length - MOST) / (MOST - SHARED));
  return Array.from({length: count}, (_, i) => {
    const start = i * (length - MOST) / (count - 1), whole = Math.floor(start);
    return start - whole === 0.5 ? whole + (whole % 2) : Math.round(start);  // as NumPy rounds
  });
}

// What the encoder makes of tokens: a vector each.
async function encoded(model, tokens) {
  const {hidden} = await model.encoder.run({tokens: new ort.Tensor("int64", BigInt64Array.from(tokens, BigInt), [tokens.length])});
  return hidden;
}

const tokensOf = (model, residues) => [CLS, ...Array.from(residues, letter => model.tokens[letter]), EOS];

async function embedded(model, sequence, step) {
  const starts = windowStarts(sequence.length), covered = new Uint8Array(sequence.length);
  for (const start of starts) covered.subarray(start, start + MOST).forEach((times, i) => { covered[start + i] = times + 1; });
  let sums = null;
  for (const start of starts) {
    const residues = sequence.slice(start, start + MOST);
    const hidden = await encoded(model, tokensOf(model, residues)), width = hidden.dims[1];
    sums ??= new Float64Array(width);
    for (let i = 0; i < residues.length; i += 1) {
      const weight = 1 / (covered[start + i] * sequence.length);
      for (let j = 0; j < width; j += 1) sums[j] += weight * hidden.data[(i + 1) * width + j];
    }
    hidden.dispose();
    await step(residues.length);
  }
  return Float32Array.from(sums);
}

async function answer(model, sequence, step) {
  const embedding = await embedded(model, sequence, step), cosines = model.pool.cosines(embedding);
  const same = model.pool.same(sequence, cosines), aspects = [];
  for (const {network, of} of model.aspects) {
    const embeddings = new ort.Tensor("float32", embedding, [1, embedding.length]);
    const {probabilities} = await network.run({embeddings});
    const {row, ...near} = of.nearest(cosines, same);
    aspects.push({aspect: of.aspect, probabilities: of.predict(cosines, probabilities.data, same), ...near,
      nearest: model.pool.ids[row], name: model.pool.names[row]});
  }
  return {embedding, aspects};
}

// The probabilities of the residues at a place that is hidden, as MaskPredictor of dlfb_helpers/embedding/masking.py has them.
async function expected(model, sequence, place) {
  const tokens = tokensOf(model, sequence);
  tokens[place + 1] = model.mask;
  const hidden = await encoded(model, tokens), width = hidden.dims[1];
  const row = new ort.Tensor("float32", hidden.data.slice((place + 1) * width, (place + 2) * width), [1, width]);
  const {logits} = await model.head.run({hidden: row}), most = Math.max(...logits.data);
  const raised = Array.from(logits.data, one => Math.exp(one - most)), sum = raised.reduce((all, one) => all + one, 0);
  hidden.dispose();
  return Float32Array.from(model.letters, letter => raised[model.tokens[letter]] / sum);
}

const breath = () => new Promise(resolve => setTimeout(resolve));  // so that a message to stop is heard

async function advanced(number, share) {
  postMessage({kind: "progress", job: number, share});
  await breath();
  if (job !== number) throw new Error("stopped");
}

async function scan(number, sequence) {
  job = number;
  const model = await ready;
  for (let place = 0; place < sequence.length; place += 1) {
    postMessage({kind: "row", job: number, place, row: await expected(model, sequence, place)});
    await advanced(number, (place + 1) / sequence.length);
  }
  postMessage({kind: "done", job: number});
}

async function predict(number, proteins) {
  job = number;
  const model = await ready, all = proteins.reduce((sum, {sequence}) => sum + sequence.length, 0);
  let done = 0;
  for (const [place, {sequence}] of proteins.entries()) {
    const step = residues => {
      done = Math.min(all, done + residues);
      return advanced(number, done / all);
    };
    const found = await answer(model, sequence, step);
    postMessage({kind: "answer", job: number, place, ...found});
  }
  postMessage({kind: "done", job: number});
}

// Where a protein lies on a map of some known ones: at the mean of the places of the nearest, each with its share of the votes, or where
// the map has the very sequence. `apart`: how far they lie from there, on the mean.
async function lies({embedding, sequence, ids, x, y}) {
  const {pool, aspects} = await ready, places = new Map(ids.map((id, i) => [id, i]));
  const at = new Map(pool.ids.flatMap((id, row) => (places.has(id) ? [[row, places.get(id)]] : [])));
  const cosines = pool.cosines(embedding), same = pool.same(sequence, cosines).find(row => at.has(row));
  const near = same !== undefined ? [[same, 1]] : shares(cosines, Uint32Array.from(at.keys()), aspects[0].of.neighbours);
  const mean = of => near.reduce((sum, [row, share]) => sum + share * of(at.get(row)), 0), place = {x: mean(i => x[i]), y: mean(i => y[i])};
  return {...place, apart: mean(i => Math.hypot(x[i] - place.x, y[i] - place.y)), nearest: at.get(near[0][0]), cosine: cosines[near[0][0]],
    voters: near.filter(([, share]) => share > 0).length, same: same !== undefined};
}

const HEARD = {
  part: async ({part, text}) => {
    parts.set(part.name, await unpacked(part, text));
    postMessage({kind: "part", name: part.name});
  },
  open: async ({on}) => {
    ready = opened(on);
    postMessage({kind: "open", ...(await ready).told});
  },
  predict: ({job: number, proteins}) => predict(number, proteins),
  scan: ({job: number, sequence}) => scan(number, sequence),
  lies: async ({job: number, ...of}) => {
    postMessage({kind: "lies", job: number, ...await lies(of)});
    postMessage({kind: "done", job: number});
  },
  stop: () => { job = 0; },
};

self.onmessage = async ({data}) => {
  try {
    await HEARD[data.kind](data);
  } catch (error) {
    if (error.message !== "stopped") postMessage({kind: "trouble", job: data.job, text: String(error.message ?? error)});
  }
};
