// Endless scroll and a lightbox over pages that work without them. Only what the server has rendered is shown: its
// documents are parsed, never put together from text here.

const cards = document.querySelector('.cards')
const dialog = document.querySelector('dialog')
let current = null
let asked = 0

async function open(address) {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}

async function extend(older) {
  if (older.dataset.busy) return
  older.dataset.busy = 'yes'
  try {
    const page = await open(older.href)
    cards.append(...page.querySelectorAll('.card'))
    const next = page.querySelector('.older')
    older.replaceWith(...(next ? [next] : []))
    if (next) watch(next)
  } catch {
    delete older.dataset.busy // the link is still there to be pressed
  }
}

function watch(older) {
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return
    seen.disconnect()
    extend(older)
  }, { rootMargin: '1200px' })
  seen.observe(older)
}

function button(label, act) {
  const made = document.createElement('button')
  made.textContent = label
  made.addEventListener('click', act)
  return made
}

async function show(card) {
  if (!card) return
  const mine = ++asked
  const link = card.querySelector('a')
  try {
    const picture = (await open(link.href)).querySelector('.picture')
    if (mine !== asked) return
    const bar = document.createElement('div')
    bar.className = 'bar'
    bar.append(button('Previous', () => show(current.previousElementSibling)), button('Next', () => next()),
      button('Close', () => dialog.close()))
    current = card
    dialog.replaceChildren(bar, picture)
    if (!dialog.open) dialog.showModal()
  } catch {
    location.href = link.href
  }
}

async function next() {
  const older = document.querySelector('.older')
  if (!current.nextElementSibling && older) await extend(older)
  show(current.nextElementSibling)
}

if (cards) {
  const older = document.querySelector('.older')
  if (older) watch(older)
  cards.addEventListener('click', (event) => {
    const card = event.target.closest('.card')
    if (!card || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    event.preventDefault()
    show(card)
  })
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowLeft') show(current.previousElementSibling)
    if (event.key === 'ArrowRight') next()
  })
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => {
    asked += 1
    current?.querySelector('a').focus()
  })
}
