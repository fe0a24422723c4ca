// From what was pasted or dropped to proteins, or to what is wrong: the checks and the words of dlfb_helpers/proteins.
const AMINO_ACIDS = "RHKDESTNQGPCAVILMFYW", OTHER_RESIDUES = "BZXUO", MOST_PROTEINS = 20;
const TAGS = new Set("sp tr ref gb emb dbj pir prf tpg tpe tpd gpp nat".split(" "));

function readProteins(text) {
  const proteins = [], troubles = [], warnings = [];
  const records = text.includes(">") ? text.split(/^\s*>/m).map((one, i) => (i ? one : ["", one])) : [["sequence", text]];
  for (const record of records) {
    const [heading, body] = typeof record === "string" ? cut(record) : record;
    const id = entryId(heading), sequence = body.replace(/\s+/g, "");
    if (!heading && !sequence) continue;
    const trouble = !id ? (heading || !sequence ? "a heading without an id; write one after the >"
      : `found '${sequence.slice(0, 20)}' before any >heading; write >headings, each followed by residues`) : problem(sequence, id);
    if (trouble) troubles.push(trouble);
    else {
      const doubtful = doubt(sequence);
      if (doubtful) warnings.push(`${id}: ${doubtful}`);
      proteins.push({id, sequence});
    }
  }
  if (!proteins.length && !troubles.length) troubles.push("sequence: the sequence is empty; give at least one residue");
  proteins.forEach(({id}, row) => {
    const rows = proteins.flatMap((one, i) => (one.id === id ? [i] : []));
    if (rows.length > 1 && rows[0] === row) {
      troubles.push(`the id '${id}' is there ${rows.length} times, first in rows ${rows[0]} and ${rows[1]}; ` +
        "give each protein an id of its own");
    }
  });
  if (proteins.length > MOST_PROTEINS) {
    troubles.push(`${proteins.length} proteins; this page takes ${MOST_PROTEINS} at once, dlfb predict any number`);
  }
  return {proteins, troubles, warnings};
}

function cut(record) {
  const end = record.search(/\r|\n/);
  return end < 0 ? [record, ""] : [record.slice(0, end) || " ", record.slice(end)];
}

function entryId(heading) {
  const word = heading.trim().split(/\s+/)[0], [tag, accession, name] = word.split("|");
  if (tag === "gi" && word.split("|").length > 2) return entryId(word.split("|").slice(2).join("|")) || word;
  return TAGS.has(tag) && word.includes("|") ? accession || name || "" : word;
}

function problem(sequence, id) {
  if (!sequence) return `${id}: the sequence is empty; give at least one residue`;
  const letters = Array.from(sequence), place = letters.findIndex(one => !(AMINO_ACIDS + OTHER_RESIDUES).includes(one));
  if (place >= 0) {
    const found = letters[place] === "'" ? `"'"` : `'${letters[place]}'`;
    return `${id}: found ${found} at position ${place + 1} of ${letters.length}; ${remedy(letters[place])}`;
  }
  const count = nucleotides(sequence);
  return count < 100 ? "" : `${id}: nucleotides, ${thousands(count)} of its ${thousands(sequence.length)} letters are ` +
    "A, C, G, T, U or N; translate nucleotides to proteins first";
}

const thousands = number => number.toLocaleString("en");

function remedy(letter) {
  if ((AMINO_ACIDS + OTHER_RESIDUES).includes(letter.toUpperCase())) {
    return "write residues in upper case, for example with sequence.upper()";
  }
  if (letter === "*") return "'*' marks the end of a translation; cut it off, for example with sequence.rstrip('*')";
  if ("-.".includes(letter)) {
    return "remove the gaps of an alignment, for example with sequence.replace('-', '').replace('.', '')";
  }
  return `accepted are ${AMINO_ACIDS} and ${OTHER_RESIDUES}; write X where the residue is unknown`;
}

const without = (sequence, letters) => sequence.length - Array.from(sequence).filter(one => letters.includes(one)).length;
const counted = (sequence, letters) => sequence.length - without(sequence, letters);

// As nucleotide_letters of proteins/composition.py.
function nucleotides(sequence) {
  const others = without(sequence, "ACGTUNX");
  if (others > (1 - 0.7) * sequence.length) return 0;
  const known = sequence.length - counted(sequence, "X");
  const allowed = 1 - (without(sequence, "ACGTUNRYSWKMBDHVX") ? 0.9 : 0.7);
  const least = Math.min(...["A", "C", "G", "TU"].map(letters => counted(sequence, letters)));
  return known && others <= allowed * known && least >= 0.02 * known ? known - others : 0;
}

// As doubt of proteins/composition.py.
function doubt(sequence) {
  const total = sequence.length, unknown = counted(sequence, "X");
  if (unknown > 0.5 * total) {
    return `${thousands(unknown)} of its ${thousands(total)} residues are X, unknown; a prediction rests on the others`;
  }
  if (total < 10) return `too few residues (${total}) for a prediction to rest on`;
  const counts = new Map();
  for (const letter of sequence) if (letter !== "X") counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const shares = Array.from(counts.values(), count => count / (total - unknown));
  if (shares.reduce((sum, share) => sum - share * Math.log2(share), 0) >= 1.6) return "";
  const letters = Array.from(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 3).map(([one]) => one);
  return `it is made of little else than the letters ${letters.join("")}, too little for a prediction to rest on`;
}
