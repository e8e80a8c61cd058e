// The script of a report's page, put into it as it is: filters, movement by keys, and the dialog of a cell. Text only ever
// becomes text here (`textContent`), never markup. The page's address says what is shown: `#impl=ldk&out=fail&cell=…`.
;(() => {
  const byId = (id) => document.getElementById(id)
  const json = (id) => {
    const element = byId(id)
    return element === null ? undefined : JSON.parse(element.textContent)
  }
  const cells = json('cells')
  const indexOf = new Map(cells.map(({ id }, index) => [id, index]))
  const form = byId('filters')
  const dialog = byId('cell')
  const body = byId('cell-body')
  const outcomes = [...form.querySelectorAll('input[name=out]')]

  /** An element; members that begin with `on` are listeners, others attributes, children texts or elements. */
  function el(name, members = {}, ...children) {
    const element = document.createElement(name)
    for (const [key, value] of Object.entries(members)) {
      if (value === undefined || value === false) continue
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
      else element.setAttribute(key, value === true ? '' : value)
    }
    element.append(...children.flat().filter((child) => child !== undefined && child !== ''))
    return element
  }

  // --- what the address says ---

  const FIELDS = { impl: 'impl', role: 'role', action: 'action', path: 'path', words: 'q' }
  const state = () => new URLSearchParams(location.hash.slice(1))

  function address(members) {
    const text = String(members)
    return text === '' ? location.pathname + location.search : `#${text}`
  }

  function filtersToAddress() {
    const members = state()
    for (const [id, key] of Object.entries(FIELDS)) {
      const { value } = byId(id)
      if (value === '') members.delete(key)
      else members.set(key, value)
    }
    const on = outcomes.filter(({ checked }) => checked).map(({ value }) => value)
    if (on.length === outcomes.length) members.delete('out')
    else members.set('out', on.join(','))
    history.replaceState(history.state, '', address(members))
  }

  function addressToFilters() {
    const members = state()
    for (const [id, key] of Object.entries(FIELDS)) byId(id).value = members.get(key) ?? ''
    const on = members.get('out')?.split(',')
    for (const box of outcomes) box.checked = on === undefined || on.includes(box.value)
  }

  // --- filters ---

  const haystacks = cells.map((cell) =>
    [cell.id, cell.title, cell.lineup, cell.shape, cell.rule, cell.expected, cell.observed, cell.why, cell.reason]
      .filter((text) => text !== undefined)
      .join('\n')
      .toLowerCase(),
  )

  function fitting() {
    const { impl, role, action, path, words } = Object.fromEntries(
      Object.keys(FIELDS).map((id) => [id, byId(id).value]),
    )
    const on = new Set(outcomes.filter(({ checked }) => checked).map(({ value }) => value))
    const wanted = words
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    const plays = (cell) => {
      if (impl === '') return true
      if (role === 'payer' || role === 'payee') return cell[role] === impl
      if (role === 'relay') return cell.relays.includes(impl)
      return cell.payer === impl || cell.payee === impl || cell.relays.includes(impl)
    }
    const others = cells.map(
      (cell, i) =>
        plays(cell) &&
        (action === '' || cell.action === action) &&
        (path === '' || cell.path === path) &&
        wanted.every((word) => haystacks[i].includes(word)),
    )
    for (const box of outcomes) {
      const count = cells.filter((cell, i) => others[i] && cell.outcome === box.value).length
      box.parentElement.querySelector('.count').textContent = count
    }
    return others.map((fits, i) => fits && on.has(cells[i].outcome))
  }

  /** Shows what fits. Columns and rows without a cell go, so that what is left is close together. */
  function show() {
    const fits = fitting()
    for (const item of document.querySelectorAll('[data-of]')) item.hidden = !fits[item.dataset.of]
    for (const link of document.querySelectorAll('.matrix [data-cell]')) link.hidden = !fits[link.dataset.cell]
    for (const block of document.querySelectorAll('.block')) {
      const rows = [...block.querySelectorAll('tbody tr')]
      const used = new Set()
      for (const row of rows) {
        const slots = [...row.cells].slice(1).map((slot) => slot.querySelector('a:not([hidden])') !== null)
        slots.forEach((some, column) => {
          if (some) used.add(column + 1)
        })
        row.hidden = !slots.includes(true)
      }
      for (const row of block.querySelectorAll('tr')) {
        ;[...row.cells].forEach((slot, column) => {
          slot.hidden = column > 0 && !used.has(column)
        })
      }
      block.hidden = used.size === 0
      const count = block.querySelectorAll('[data-cell]:not([hidden])').length
      block.querySelector('h3 small').textContent = `${count} ${count === 1 ? 'cell' : 'cells'}`
      rove(block)
    }
    for (const reason of document.querySelectorAll('.reason')) {
      const count = reason.querySelectorAll('[data-of]:not([hidden])').length
      reason.hidden = count === 0
      reason.querySelector('summary').textContent = `${count} ${count === 1 ? 'cell' : 'cells'}`
    }
    const none = (part, some) => {
      const empty = part?.querySelector('.empty')
      if (empty) empty.hidden = some
    }
    none(byId('failures-part'), document.querySelector('.failures > :not([hidden])') !== null)
    none(byId('matrix-part'), fits.includes(true))
    const count = fits.filter(Boolean).length
    byId('shown').textContent = count === cells.length ? `${count} cells` : `${count} of ${cells.length} cells`
  }

  // --- movement in the matrix: one stop of the tab key a block, arrows within ---

  const linksIn = (row) => [...row.querySelectorAll('a[data-cell]:not([hidden])')]
  const rowsIn = (block) =>
    [...block.querySelectorAll('tbody tr:not([hidden])')].filter((row) => linksIn(row).length > 0)

  function rove(block, to) {
    const links = rowsIn(block).flatMap(linksIn)
    const stop = to ?? links.find((link) => link.tabIndex === 0) ?? links[0]
    for (const link of block.querySelectorAll('a[data-cell]')) link.tabIndex = link === stop ? 0 : -1
  }

  /** Of the links of a row the one that stands nearest to a column. */
  function nearest(row, column) {
    const away = (link) => Math.abs(link.closest('td').cellIndex - column)
    return linksIn(row).reduce((best, link) => (best === undefined || away(link) < away(best) ? link : best), undefined)
  }

  function moved(event) {
    const link = event.target.closest('.matrix a[data-cell]')
    if (link === null || event.altKey || event.shiftKey || event.metaKey) return
    const block = link.closest('.block')
    const rows = rowsIn(block)
    const at = rows.indexOf(link.closest('tr'))
    const row = linksIn(rows[at])
    const column = link.closest('td').cellIndex
    const place = row.indexOf(link)
    const key = event.ctrlKey ? `Ctrl+${event.key}` : event.key
    const vertical = (to) => rows[to] && nearest(rows[to], column)
    const targets = {
      ArrowLeft: () => row[place - 1],
      ArrowRight: () => row[place + 1],
      ArrowUp: () => vertical(at - 1),
      ArrowDown: () => vertical(at + 1),
      PageUp: () => vertical(Math.max(at - 10, 0)),
      PageDown: () => vertical(Math.min(at + 10, rows.length - 1)),
      Home: () => row[0],
      End: () => row.at(-1),
      'Ctrl+Home': () => linksIn(rows[0])[0],
      'Ctrl+End': () => linksIn(rows.at(-1)).at(-1),
    }
    if (!Object.hasOwn(targets, key)) return
    event.preventDefault()
    const target = targets[key]()
    if (target === undefined) return
    rove(block, target)
    target.focus()
  }

  // --- a cell ---

  let open
  let opener

  const order = () =>
    [...document.querySelectorAll('.matrix a[data-cell]:not([hidden])')].map((link) => Number(link.dataset.cell))
  const linkOf = (index) => document.querySelector(`.matrix a[data-cell="${index}"]`)

  function openCell(index) {
    open = index
    const cell = cells[index]
    body.replaceChildren(...cellParts(cell, json(`evidence-${index}`) ?? {}))
    const all = order()
    const place = all.indexOf(index)
    byId('before').disabled = place <= 0
    byId('after').disabled = place < 0 || place === all.length - 1
    if (!dialog.open) dialog.showModal()
    dialog.scrollTop = 0
    byId('cell-title').focus()
    document.title = `${cell.word}: ${cell.title}`
  }

  function go(by) {
    const all = order()
    const index = all[all.indexOf(open) + by]
    if (index === undefined) return
    const members = state()
    members.set('cell', cells[index].id)
    history.replaceState(history.state, '', address(members))
    opener = undefined
    openCell(index)
  }

  /** The address follows: back, where a click opened the cell, else the same address without it. */
  function closed() {
    if (open === undefined) return
    const link = opener?.isConnected && opener.offsetParent !== null ? opener : linkOf(open)
    const last = linkOf(open)
    open = undefined
    opener = undefined
    document.title = title
    body.replaceChildren()
    if (state().has('cell')) {
      if (history.state?.opened) history.back()
      else {
        const members = state()
        members.delete('cell')
        history.replaceState(null, '', address(members))
      }
    }
    if (last !== null && !last.hidden) rove(last.closest('.block'), last)
    if (link !== null && !link.hidden) link.focus()
  }
  const title = document.title

  function apply() {
    addressToFilters()
    show()
    const index = indexOf.get(state().get('cell'))
    if (index === undefined) {
      if (dialog.open) dialog.close()
    } else if (index !== open) openCell(index)
  }

  function fact(name, ...value) {
    if (value.length === 0 || value[0] === undefined) return []
    const nested = value[0] instanceof Element && /^(DL|DETAILS)$/.test(value[0].tagName)
    return [el('dt', {}, name), el('dd', { class: nested ? 'nested' : undefined }, ...value)]
  }

  function cellParts(cell, { story, logs = [], problems = [] }) {
    const badge = el('span', { class: `badge ${cell.outcome}` }, `${cell.mark} ${cell.word}`)
    const link = cell.web ? el('a', { href: cell.link, rel: 'noreferrer noopener' }, cell.link) : cell.link
    const rule = cell.rule && `${cell.rule}${cell.ruleText ? `: ${cell.ruleText}` : ''}`
    const about = [cell.scenario, cell.action, cell.path, cell.shape].filter((text) => text !== '').join(' · ')
    return [
      el('h2', { id: 'cell-title', tabindex: '-1' }, badge, ' ', cell.title),
      el('p', {}, el('b', {}, cell.lineup)),
      el('p', { class: 'quiet' }, about),
      el(
        'dl',
        {},
        ...fact('expected', cell.expected),
        ...fact('observed', cell.observed),
        ...fact('because', cell.why),
        ...fact('rule', rule),
        ...fact('reason', cell.reason),
        ...fact('more', link),
        ...fact('played', `${cell.runs === 1 ? 'once' : `${cell.runs} times`}, ${cell.took}`),
        ...fact('again', el('code', {}, cell.rerun)),
      ),
      ...problems.map((text) => el('p', { class: 'quiet' }, `Note: ${text}`)),
      ...(story ? storyParts(story) : []),
      ...logParts(logs),
      ...fileParts(cell.files),
      ...(story || logs.length > 0 || problems.length > 0
        ? []
        : [el('p', { class: 'quiet' }, 'No logs and no messages were kept of this cell.')]),
    ]
  }

  function logParts(logs) {
    if (logs.length === 0) return []
    const parts = logs.map(({ name, text }) =>
      el('details', {}, el('summary', {}, `${name} (${text.length} characters)`), el('pre', { tabindex: '0' }, text)),
    )
    return [el('h3', {}, 'Logs'), ...parts]
  }

  function fileParts(files) {
    if (files.length === 0) return []
    const links = files.map(({ name, href }, i) => [i === 0 ? '' : ', ', el('a', { href }, name)])
    return [el('p', { class: 'quiet' }, 'Files beside this page (captures without keys): ', ...links.flat())]
  }

  // --- its messages ---

  function storyParts({ nodes, steps, leftOut }) {
    const names = new Map(nodes.map(({ id, name }) => [id, name]))
    const start = steps[0]?.at ?? 0
    const list = el('ol', { class: 'steps hides-pings' })
    list.append(...steps.map((step, i) => stepPart(step, i, start, names)))
    const toggle = (label, hides, checked) =>
      el(
        'label',
        {},
        el('input', {
          type: 'checkbox',
          checked,
          onchange: (event) => list.classList.toggle(hides, !event.target.checked),
        }),
        ` ${label}`,
      )
    const keyless = nodes.filter(({ keyed }) => !keyed).map(({ name }) => name)
    return [
      el('h3', {}, 'Messages ', el('small', {}, `${steps.length} steps`)),
      ...(keyless.length === 0
        ? []
        : [
            el(
              'p',
              { class: 'quiet' },
              `Without a key in a capture, what reaches them stays closed: ${keyless.join(', ')}.`,
            ),
          ]),
      el(
        'div',
        { class: 'toggles' },
        toggle('what the nodes say of themselves', 'hides-events', true),
        toggle('pings', 'hides-pings', false),
      ),
      list,
      ...(leftOut > 0 ? [el('p', { class: 'quiet' }, `${leftOut} more steps are left out.`)] : []),
    ]
  }

  function stepPart(step, i, start, names) {
    const node = (id) => names.get(id) ?? id
    const time = el('span', { class: 'at' }, `${i + 1}. +${step.at - start} ms`)
    if (step.kind === 'note') {
      return el('li', { id: `step-${i}` }, time, el('p', {}, `${node(step.node)}: ${step.text}`))
    }
    if (step.kind === 'event') {
      const some = Object.keys(step.holds).length > 0
      const { code, error, progress } = step.holds
      const why = [progress?.step, code ?? error?.code].filter((text) => typeof text === 'string')
      const head = `${node(step.node)} says: ${[step.name, ...why].join(', ')}`
      const more =
        some && el('details', {}, el('summary', {}, head), el('div', { class: 'object' }, value(step.holds, names)))
      return el('li', { id: `step-${i}`, class: 'event' }, time, el('div', { class: 'step-body' }, more || head))
    }
    const ping = step.type === 18 || step.type === 19
    const gone = {
      lost: `; the capture of ${node(step.to)} does not have it`,
      sender: '; only its sender wrote a capture',
      receiver: '; only its receiver wrote a capture',
      unsent: `; the capture of ${node(step.from)} does not have it`,
      both: '',
    }[step.seen]
    return el(
      'li',
      { id: `step-${i}`, class: ping ? 'ping' : undefined },
      time,
      el(
        'div',
        { class: 'step-body' },
        el(
          'p',
          {},
          `${node(step.from)} → ${node(step.to)}: `,
          el('b', {}, step.name),
          el('span', { class: 'quiet' }, `, ${step.size} bytes${step.onion ? `, form ${step.onion.form}` : ''}${gone}`),
        ),
        ...(step.holds ? [object('what it holds', step.holds, names, false)] : []),
        ...(step.onion ? onionParts(step.onion, node(step.to), names) : []),
      ),
    )
  }

  function onionParts(onion, who, names) {
    const dummies =
      onion.localHops > 0 ? `, behind ${onion.localHops} hop${onion.localHops === 1 ? '' : 's'} to itself` : ''
    switch (onion.kind) {
      case 'sealed':
        return [el('p', {}, `Closed: a packet of ${onion.packet} bytes, and no capture has the key of ${who}.`)]
      case 'drop':
        return [
          el(
            'p',
            { class: 'issue' },
            `${who} has to drop it: ${onion.code}: ${onion.why}${onion.rule ? ` (rule ${onion.rule})` : ''}`,
          ),
        ]
      case 'forward': {
        const next = names.get(onion.next) ?? onion.next
        const on =
          onion.continues === undefined
            ? 'No capture shows that it went on.'
            : el(
                'a',
                { href: `#step-${onion.continues}`, onclick: toStep(onion.continues) },
                `It went on in step ${onion.continues + 1}.`,
              )
        return [el('p', {}, `${who} is told to pass it on to ${next}${dummies}. `, on)]
      }
      default: {
        const { contents, path_id, path_key, reply_path, others } = onion
        const proof = path_id ?? path_key
        const what =
          contents?.object?.type?.replace('bolt12 ', '') ??
          (contents ? `a payload of type ${contents.type}` : 'no payload')
        const size = contents ? `, ${contents.size} bytes` : ''
        const facts = [
          ...fact(
            path_key === undefined ? 'path_id' : 'path_key of the path',
            proof === undefined ? 'none: it came to the node id' : el('span', { class: 'hex' }, proof),
          ),
          ...fact('reply path', reply_path === undefined ? 'none' : pathPart(reply_path, names)),
        ]
        return [
          el('p', {}, `For ${who}: `, el('b', {}, what), `${size}${dummies}`),
          el('dl', {}, ...facts),
          ...(contents?.object ? objectParts(contents.object, what, names) : []),
          ...(contents?.hex ? [el('p', { class: 'hex' }, contents.hex)] : []),
          ...(others ? [object('records that BOLT 4 does not define', others, names, true)] : []),
        ]
      }
    }
  }

  function toStep(index) {
    return (event) => {
      event.preventDefault()
      const step = byId(`step-${index}`)
      for (const other of body.querySelectorAll('.here')) other.classList.remove('here')
      step.classList.add('here')
      step.scrollIntoView({ block: 'center' })
      step.tabIndex = -1
      step.focus()
    }
  }

  function pathPart(path, names) {
    const first = path.first_node_id ?? `${path.first_scid} (direction ${path.first_scid_dir})`
    const hops = path.path?.length ?? 0
    return `from ${names.get(first) ?? first}, ${hops} hop${hops === 1 ? '' : 's'}`
  }

  function blindedPath(path, names) {
    const members = Object.entries(path).flatMap(([name, each]) => fact(name, value(each, names)))
    return el('details', {}, el('summary', {}, pathPart(path, names)), el('dl', {}, ...members))
  }

  function objectParts({ type: _, issues = [], valid, ...fields }, what, names) {
    return [
      ...issues.map(({ code, message, rule, field }) =>
        el('p', { class: 'issue' }, `${code}: ${message}${field ? ` (${field})` : ''}${rule ? `, rule ${rule}` : ''}`),
      ),
      object(`${what}: ${valid ? 'every rule of its form holds' : 'not valid'}`, fields, names, true),
    ]
  }

  function object(label, members, names, isOpen) {
    return el(
      'details',
      { open: isOpen },
      el('summary', {}, label),
      el('div', { class: 'object' }, value(members, names)),
    )
  }

  /** Any JSON value; a node that took part is named where its id stands. */
  function value(json, names) {
    if (Array.isArray(json)) {
      if (json.every((each) => typeof each !== 'object')) {
        return el('span', {}, ...json.flatMap((each, i) => [i === 0 ? '' : ', ', value(each, names)]))
      }
      return el('dl', {}, ...json.flatMap((each, i) => fact(`[${i}]`, value(each, names))))
    }
    if (typeof json === 'object' && json !== null) {
      if (Array.isArray(json.path) && json.first_path_key !== undefined) return blindedPath(json, names)
      return el('dl', {}, ...Object.entries(json).flatMap(([name, each]) => fact(name, value(each, names))))
    }
    const text = String(json)
    const hex = /^[0-9a-f]{16,}/.test(text)
    const who = names.get(text)
    return el('span', { class: hex ? 'hex' : undefined }, who === undefined ? text : `${who} ${text}`)
  }

  // --- listeners ---

  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('input', () => {
    filtersToAddress()
    show()
  })
  form.addEventListener('reset', () =>
    // The fields are empty only after this event.
    setTimeout(() => {
      filtersToAddress()
      show()
    }),
  )
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-cell]')
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    opener = link
    const index = Number(link.dataset.cell)
    const members = state()
    members.set('cell', cells[index].id)
    history.pushState({ opened: true }, '', address(members))
    openCell(index)
  })
  document.querySelector('.skip').addEventListener('click', (event) => {
    // The address holds the selection: a jump within the page must not replace it.
    event.preventDefault()
    byId('matrix').focus()
  })
  document.addEventListener('keydown', moved)
  document.addEventListener('focusin', (event) => {
    const link = event.target.closest?.('.matrix a[data-cell]')
    if (link) rove(link.closest('.block'), link)
  })
  dialog.addEventListener('close', closed)
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  byId('close').addEventListener('click', () => dialog.close())
  byId('before').addEventListener('click', () => go(-1))
  byId('after').addEventListener('click', () => go(1))
  addEventListener('popstate', apply)
  apply()
})()
