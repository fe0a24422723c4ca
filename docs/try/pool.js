// The known proteins: how like a query they are, and how they vote. As dlfb_helpers/predictors: rounded, votes, blend.
const MIDDLE = 7.5, FLOOR = 1e-4;

class Pool {
  constructor(tables, facts) {
    Object.assign(this, tables);  // codes, steps, mean, matrix, digests
    [this.ids, this.names] = [facts.ids, facts.names];
    this.width = this.steps.length;
    this.row = this.width / 2;  // bytes of a protein's vector
    this.lengths = new Float32Array(this.ids.length);
    const squares = this.ofBytes((value, i) => (value * this.steps[i]) ** 2);
    this.each(squares, (row, sum) => { this.lengths[row] = Math.sqrt(sum); });
  }

  // For each byte of a vector and each of its values, what its two numbers add to a sum.
  ofBytes(of) {
    const sums = new Float32Array(256 * this.row);
    for (let place = 0; place < this.row; place += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        sums[256 * place + byte] = of((byte >> 4) - MIDDLE, 2 * place) + of((byte & 15) - MIDDLE, 2 * place + 1);
      }
    }
    return sums;
  }

  each(sums, take) {
    for (let row = 0, at = 0; row < this.lengths.length; row += 1) {
      let sum = 0;
      for (let place = 0; place < this.row; place += 1, at += 1) sum += sums[256 * place + this.codes[at]];
      take(row, sum);
    }
  }

  // Cosines of a protein's embedding with those of all, both whitened.
  cosines(embedding) {
    const white = new Float64Array(this.width);
    embedding.forEach((value, i) => {
      const centred = value - this.mean[i];
      for (let j = 0; j < this.width; j += 1) white[j] += centred * this.matrix[i * this.width + j];
    });
    const length = Math.hypot(...white), found = new Float32Array(this.lengths.length);
    const sums = this.ofBytes((value, i) => value * this.steps[i] * white[i] / length);
    this.each(sums, (row, sum) => { found[row] = sum / this.lengths[row]; });
    return found;
  }

  // Rows of the proteins that have this very sequence.
  same(sequence, cosines) {
    const digest = crc32(sequence), rows = [];
    this.digests.forEach((one, row) => { if (one === digest && cosines[row] > 0.9) rows.push(row); });
    return rows;
  }
}

const CRC = Uint32Array.from({length: 256}, (_, byte) => {
  for (let bit = 0; bit < 8; bit += 1) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

function crc32(text) {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i += 1) crc = CRC[(crc ^ text.charCodeAt(i)) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// The places of the `count` largest of some rows, the largest first.
function largest(values, rows, count) {
  const sample = Float32Array.from(rows, row => values[row]).sort();
  const least = sample[Math.max(0, sample.length - count)];
  const found = rows.filter(row => values[row] >= least);
  return Array.from(found).sort((a, b) => values[b] - values[a]).slice(0, count);
}

// Each of the k nearest of some rows with its share: exp(cosine / temperature) less that of the next behind them.
function shares(cosines, rows, {k, temperature}) {
  const nearest = largest(cosines, rows, k + 1), weights = nearest.map(row => Math.exp((cosines[row] - cosines[nearest[0]]) / temperature));
  const least = nearest.length > k ? weights.at(-1) : 0, total = weights.reduce((sum, weight) => sum + weight - least, 0);
  return nearest.map((row, i) => [row, total > 0 ? (weights[i] - least) / total : 1 / nearest.length]);
}

// One aspect's labels in the pool, its blend and its terms.
class Aspect {
  constructor(name, tables, facts) {
    const own = kind => tables[`${name}/${kind}`];
    Object.assign(this, facts);  // aspect, terms, weights, bias, threshold, neighbours, similar
    this.frequencies = own("frequencies");
    this.above = rowsOf(own("ancestors/columns"), own("ancestors/counts"));
    this.labels = rowsOf(own("labels/columns"), own("labels/counts"));
    this.curated = rowsOf(own("curated/columns"), own("curated/counts"));
    this.voters = Object.fromEntries(["labels", "curated"].map(kind =>
      [kind, Uint32Array.from(this[kind].keys()).filter(row => this[kind][row].length)]));
  }

  // A protein's terms with all that they imply.
  functions(kind, row) {
    const found = new Set();
    for (const term of this[kind][row]) {
      found.add(term);
      this.above[term].forEach(one => found.add(one));
    }
    return found;
  }

  votes(kind, cosines) {
    const scores = new Float32Array(this.terms.length);
    for (const [row, share] of shares(cosines, this.voters[kind], this.neighbours)) {
      for (const term of this.functions(kind, row)) scores[term] += share;
    }
    return scores;
  }

  predict(cosines, network, same) {
    const scores = {"training frequency": this.frequencies, network, "embedding neighbours": this.votes("labels", cosines),
      "curated neighbours": this.votes("curated", cosines)};
    const blended = new Float32Array(this.terms.length).fill(this.bias);
    for (const [name, weight] of Object.entries(this.weights)) scores[name].forEach((score, i) => {
      const held = Math.min(Math.max(score, FLOOR), 1 - FLOOR);
      blended[i] += weight * Math.log(held / (1 - held));
    });
    const probable = blended.map(value => 1 / (1 + Math.exp(-value))), raised = probable.slice();
    this.above.forEach((above, term) => above.forEach(one => { raised[one] = Math.max(raised[one], probable[term]); }));
    for (const row of same) for (const term of this.functions("labels", row)) raised[term] = 1;
    return raised;
  }

  // The known protein with the nearest embedding among those with a function of this aspect.
  nearest(cosines, same) {
    const own = same.find(row => this.labels[row].length), row = own ?? largest(cosines, this.voters.labels, 1)[0];
    const functions = Array.from(this.labels[row], term => this.terms[term].name);
    const seen = own !== undefined ? 0 : cosines[row] >= this.similar ? 1 : 2;
    return {row, cosine: cosines[row], seen, functions};
  }
}

function rowsOf(columns, counts) {
  let end = 0;
  return Array.from(counts, count => columns.subarray(end, end += count));
}
