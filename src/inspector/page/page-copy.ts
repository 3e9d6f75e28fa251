import type { Detail } from '../wire.js'
import { fetchOf, pythonOf } from './page-code.js'
import { curlOf } from './page-curl.js'
import { announce, el, setText } from './page-dom.js'

const LANGUAGES = [
  ['curl', curlOf],
  ['Python', pythonOf],
  ['fetch', fetchOf],
] as const

/** Buttons that copy a request as code. @param say shows what has to be known about it */
export function createCopyButtons(
  detail: Detail,
  keyRequired: boolean,
  say: (...content: (Node | string)[]) => void,
): HTMLElement {
  const buttons = LANGUAGES.map(([name, snippetOf]) => {
    const label = `Copy as ${name}`
    const button = el('button', { type: 'button', 'aria-label': label }, name)
    button.addEventListener('click', async () => {
      const { text, notes } = snippetOf(detail, location.origin, keyRequired)
      const copied = await copy(text)
      const result = copied ? 'Copied' : 'Failed'
      announce([copied ? 'Copied' : 'Copying failed', ...notes].join('. '))
      button.removeAttribute('aria-label')
      setText(button, result)
      setTimeout(() => {
        setText(button, name)
        button.setAttribute('aria-label', label)
      }, 1500)
      // What was not copied can still be selected.
      say(notes.join(' '), ...(copied ? [] : [el('pre', { tabindex: '0' }, text)]))
    })
    return button
  })
  return el(
    'div',
    { class: 'copy', role: 'group', 'aria-label': 'Copy as' },
    el('span', {}, 'Copy as'),
    ...buttons,
  )
}

/** The clipboard is there on https and on loopback addresses; elsewhere the old way still works. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const before = document.activeElement
    const area = el('textarea', { class: 'hidden', readonly: '' })
    area.value = text
    document.body.append(area)
    area.select()
    // oxlint-disable-next-line typescript/no-deprecated -- there is no other way outside of a secure context
    const copied = document.execCommand('copy')
    area.remove()
    if (before instanceof HTMLElement) before.focus()
    return copied
  }
}
