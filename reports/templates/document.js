// Find in this document, filter the rows of long tables, mark the current chapter. The page is whole without it;
// what it says comes from the page's data attributes, what it finds stays text.
(function () {
  'use strict';
  const MOST = 2000, LONG = 20, WAIT = 180;
  const search = document.getElementById('page-search');
  const term = document.getElementById('page-term');
  const hits = document.getElementById('page-hits');
  const main = document.querySelector('main');
  const entries = Array.from(document.querySelectorAll('#page-contents a'));
  const chapters = Array.from(document.querySelectorAll('.chapter'));
  let marks = [], current = -1, moved = false, sought = '';
  function filled(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name]));
  }
  function later(act) {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(act, WAIT); };
  }
  function lower(text) {
    const made = text.toLowerCase();
    return made.length === text.length ? made : text;
  }
  function searched(node) {
    if (node.nodeType === Node.TEXT_NODE) { return NodeFilter.FILTER_ACCEPT; }
    const left = node.hidden || node.tagName === 'svg' || node.tagName === 'NAV' || node.classList.contains('unseen') || node.classList.contains('filter');
    return left ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  }
  function clear() {
    const touched = new Set();
    marks.forEach(mark => {
      touched.add(mark.parentNode);
      mark.parentNode.replaceChild(document.createTextNode(mark.textContent), mark);
    });
    touched.forEach(node => node.normalize());
    entries.forEach(entry => { const found = entry.querySelector('.found'); if (found) { found.remove(); } });
    marks = [];
    current = -1;
    moved = false;
  }
  function markIn(node, wanted) {
    let rest = node, at = lower(rest.data).indexOf(wanted);
    while (at >= 0 && marks.length < MOST) {
      const found = rest.splitText(at), mark = document.createElement('mark');
      rest = found.splitText(wanted.length);
      found.parentNode.replaceChild(mark, found);
      mark.appendChild(found);
      marks.push(mark);
      at = lower(rest.data).indexOf(wanted);
    }
  }
  function find() {
    clear();
    sought = term.value.trim();
    if (sought) {
      const walker = document.createTreeWalker(main, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, { acceptNode: searched });
      const nodes = [], wanted = lower(sought);
      while (walker.nextNode()) {
        if (lower(walker.currentNode.data).indexOf(wanted) >= 0) { nodes.push(walker.currentNode); }
      }
      nodes.forEach(node => markIn(node, wanted));
      chapters.forEach((chapter, place) => {
        const n = chapter.querySelectorAll('mark').length;
        if (!n) { return; }
        const found = document.createElement('span');
        found.className = 'found';
        found.textContent = n;
        entries[place].appendChild(found);
      });
    }
    go(0, false);
  }
  function go(to, move) {
    if (marks[current]) { marks[current].classList.remove('current'); }
    current = marks.length ? (to + marks.length) % marks.length : -1;
    if (current < 0) {
      hits.textContent = sought ? search.dataset.none : '';
      return;
    }
    marks[current].classList.add('current');
    if (move) { marks[current].scrollIntoView({ block: 'center' }); }
    const said = marks.length < MOST ? search.dataset.hits : search.dataset.many;
    hits.textContent = filled(said, { n: current + 1, all: marks.length });
  }
  function step(by) {
    if (term.value.trim() !== sought) { find(); }
    go(moved || by < 0 ? current + by : 0, true);
    moved = true;
  }
  function filterOf(box, place) {
    const rows = Array.from(box.querySelectorAll('tbody tr'));
    if (rows.length < LONG) { return; }
    const texts = rows.map(row => row.textContent.toLowerCase());
    const line = document.createElement('div'), label = document.createElement('label');
    const input = document.createElement('input'), shown = document.createElement('output');
    line.className = 'filter';
    input.type = 'search';
    input.id = 'page-filter-' + place;
    label.htmlFor = input.id;
    label.textContent = search.dataset.filter;
    shown.setAttribute('aria-live', 'polite');
    input.addEventListener('input', later(() => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      rows.forEach((row, at) => {
        row.hidden = !wanted.every(word => texts[at].indexOf(word) >= 0);
        n += row.hidden ? 0 : 1;
      });
      shown.textContent = wanted.length ? filled(search.dataset.rows, { n: n, all: rows.length }) : '';
      if (sought) { find(); }
    }));
    [label, input, shown].forEach(part => line.appendChild(part));
    box.parentNode.insertBefore(line, box);
  }
  function here() {
    let place = -1;
    chapters.forEach((chapter, at) => { if (chapter.getBoundingClientRect().top < 120) { place = at; } });
    entries.forEach((entry, at) => {
      if (at === place) { entry.setAttribute('aria-current', 'true'); } else { entry.removeAttribute('aria-current'); }
    });
  }
  search.hidden = false;
  term.addEventListener('input', later(find));
  term.addEventListener('keydown', event => {
    if (event.key === 'Enter') { event.preventDefault(); step(event.shiftKey ? -1 : 1); }
    if (event.key === 'Escape') { term.value = ''; find(); }
  });
  document.getElementById('page-next').addEventListener('click', () => step(1));
  document.getElementById('page-back').addEventListener('click', () => step(-1));
  document.querySelectorAll('.table').forEach(filterOf);
  let due = false;
  addEventListener('scroll', () => {
    if (due) { return; }
    due = true;
    requestAnimationFrame(() => { due = false; here(); });
  }, { passive: true });
  here();
}());
