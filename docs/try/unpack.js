// From the text of a part to its bytes: fifteen bits a letter, packed by gzip, halves of numbers apart.
const FIRST_LETTER = 0x3400;

function bytesOf(text, size) {
  const bytes = new Uint8Array(size);
  let held = 0, bits = 0, place = 0;
  for (let i = 0; i < text.length && place < size; i += 1) {
    held = (held << 15) | (text.charCodeAt(i) - FIRST_LETTER);
    bits += 15;
    while (bits >= 8 && place < size) {
      bits -= 8;
      bytes[place] = (held >> bits) & 255;
      place += 1;
    }
    held &= (1 << bits) - 1;
  }
  return bytes;
}

async function unpacked(part, text) {
  const stream = new Blob([bytesOf(text, part.packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (!part.halves) return bytes;
  const whole = new Uint8Array(bytes.length), half = bytes.length / 2;
  for (let i = 0; i < half; i += 1) {
    whole[2 * i] = bytes[i];
    whole[2 * i + 1] = bytes[half + i];
  }
  return whole;
}

const KINDS = {uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, float16: Uint16Array, float32: Float32Array};

// The tables of a file, as docs/try_data.py lays them out; those in half precision become float32.
function tables(bytes, places) {
  const found = {};
  for (const [name, [kind, offset, length]] of Object.entries(places)) {
    const table = new KINDS[kind](bytes.buffer, bytes.byteOffset + offset, length);
    found[name] = kind === "float16" ? Float32Array.from(table, fromHalf) : table;
  }
  return found;
}

function fromHalf(half) {
  const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, digits = half & 1023;
  return sign * (exponent ? (1 + digits / 1024) * 2 ** (exponent - 15) : digits * 2 ** -24);
}
