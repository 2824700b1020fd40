// Asks the index beside the page: octavo.publishing.search lays it out and cuts words as `terms` does.
const SIGNS = /([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+)/u;
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i" };
const RANKS = [1, 3, 5, 8]; // excerpt, headings, tags, title
const PAGE = 10;
const LANGUAGE = globalThis.document?.documentElement.lang;

function terms(text) {
  const plain = text.toLowerCase().normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "")
    .replace(/[ßæœøđðłþı]/g, (c) => LETTERS[c]).replace(/[^\p{L}\p{N}\p{M}]+/gu, " ").normalize("NFC");
  const found = [];
  for (const word of plain.split(" ")) {
    for (const part of word.split(SIGNS)) {
      const signs = [...part];
      if (!SIGNS.test(part)) {
        if (part) found.push(signs.slice(0, 24).join(""));
      } else if (signs.length === 1) found.push(part);
      else for (let i = 0; i + 1 < signs.length; i++) found.push(signs[i] + signs[i + 1]);
    }
  }
  return found;
}

function bucketOf(term) {
  const [first, second] = term;
  return (first.codePointAt() * 7 + (second && !SIGNS.test(term) ? second.codePointAt() : 0)) % 64;
}

const files = new Map();
function read(name, how) {
  if (!files.has(name)) {
    const file = fetch(`/search/${name}`).then((answer) => {
      if (answer.status === 404) return null;
      if (!answer.ok) throw new Error(answer.status);
      return answer[how]();
    });
    file.catch(() => files.delete(name));
    files.set(name, file);
  }
  return files.get(name);
}

function weigh(lines, term, first, worth) {
  for (const line of lines.split("\n")) {
    if (!line.startsWith(term)) continue;
    const [found, ...postings] = line.split(" ");
    let id = first;
    for (const posting of postings) {
      const number = parseInt(posting, 36);
      id += Math.floor(number / 4);
      keep(worth, id, RANKS[number % 4] * (found === term ? 2 : 1));
    }
  }
}

function keep(worth, id, value) {
  if (!(worth.get(id) >= value)) worth.set(id, value); // the best field counts
}

// Begins to read what a search for these terms needs: no terms, what every search needs.
async function load(wanted) {
  const { last, chunk, group, block } = await read("index.json", "json");
  const end = last - (last % group);
  const blocks = Array.from({ length: Math.ceil(end / block) }, (_, n) => n);
  const words = wanted.map((term) => blocks.map((n) => read(`words/${n}/${bucketOf(term)}.txt`, "text")));
  const tail = [];
  for (let n = end / chunk; n * chunk <= last; n++) tail.push(read(`docs/${n}.json`, "json"));
  return { chunk, block, words: await Promise.all(words.map((one) => Promise.all(one))), tail: await Promise.all(tail) };
}

async function find(wanted) {
  const { chunk, block, words, tail } = await load(wanted);
  const worths = wanted.map((term, i) => {
    const worth = new Map();
    words[i].forEach((lines, n) => lines && weigh(lines, term, n * block, worth));
    return worth;
  });
  for (const [id, , title, , excerpt, tags, headings] of tail.flatMap((docs) => docs ?? [])) {
    [excerpt, headings, tags, title].forEach((text, rank) => {
      for (const found of terms(text)) {
        wanted.forEach((term, i) => {
          if (found.startsWith(term)) keep(worths[i], id, RANKS[rank] * (found === term ? 2 : 1));
        });
      }
    });
  }
  const [one, ...others] = worths.sort((a, b) => a.size - b.size);
  const found = [];
  for (const [id, worth] of one) {
    if (others.every((other) => other.has(id)))
      found.push([id, others.reduce((sum, other) => sum + other.get(id), worth)]);
  }
  found.sort((a, b) => b[1] - a[1] || b[0] - a[0]); // of equals the newest
  return { ids: found.map(([id]) => id), chunk };
}

async function shown(ids, chunk) {
  return Promise.all(ids.map(async (id) => {
    const docs = await read(`docs/${Math.floor(id / chunk)}.json`, "json");
    return docs?.find((doc) => doc[0] === id);
  }));
}

function entry([, url, title, day, excerpt]) {
  const item = document.getElementById("entry").content.cloneNode(true);
  const link = item.querySelector("a");
  link.href = url;
  link.firstChild.textContent = title;
  item.querySelector(".entry-excerpt bdi").textContent = excerpt;
  const time = item.querySelector("time");
  time.dateTime = day;
  time.textContent = new Date(day).toLocaleDateString(LANGUAGE.replace(/^en\b.*/, "en-GB"), { dateStyle: "long", timeZone: "UTC" });
  return item;
}

function start(form) {
  const input = form.elements.q;
  const list = document.getElementById("found");
  const count = document.getElementById("count");
  let turn = 0;

  const wantedNow = () => [...new Set(terms(input.value))].slice(0, 12);

  async function search() {
    const mine = ++turn;
    const wanted = wantedNow();
    const { found, none, broken } = form.dataset;
    try {
      const { ids, chunk } = wanted.length ? await find(wanted) : { ids: [] };
      const docs = await shown(ids.slice(0, PAGE), chunk);
      if (mine !== turn) return;
      list.replaceChildren(...docs.filter(Boolean).map(entry));
      const number = ids.length.toLocaleString(LANGUAGE);
      count.textContent = !wanted.length ? "" : ids.length ? found.replace("{count}", number) : none;
    } catch {
      if (mine === turn) count.textContent = broken;
    }
  }

  function typed() {
    const q = input.value.trim();
    history.replaceState(null, "", q ? `?q=${encodeURIComponent(q)}` : location.pathname);
    return search();
  }

  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(typed, 120);
    load(wantedNow()).catch(() => {}); // meanwhile; `search` says what is wrong
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    typed();
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (!step || at < 0 || event.isComposing) return;
    event.preventDefault();
    stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
  });
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  if (input.value) search();
  else {
    load([]).catch(() => {});
    input.focus();
  }
}

if (LANGUAGE) start(document.querySelector("form.search"));
