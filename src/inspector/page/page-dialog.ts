import { el } from './page-dom.js'
import { onlyReads, type Outgoing } from './page-send.js'

/**
 * Shows a dialog on top of everything else until it is closed, and then gives the focus back to where it was.
 *
 * @returns what it was closed with; empty after Escape
 */
export function showDialog(dialog: HTMLDialogElement): Promise<string> {
  // The keys that are pressed in it are none for the list or the details below.
  dialog.addEventListener('keydown', (event) => event.stopPropagation())
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue)
    })
  })
}

/** A button that closes a dialog with a value. */
export function closing(dialog: HTMLDialogElement, value: string, text: string): HTMLButtonElement {
  const button = el('button', { type: 'button' }, text)
  button.addEventListener('click', () => dialog.close(value))
  return button
}

/** Asks whether a call may be sent, if it may change something at 8x8. Enter and Escape alone send nothing. */
export async function mayBeSent({ method, target }: Pick<Outgoing, 'method' | 'target'>): Promise<boolean> {
  if (onlyReads(method)) return true
  const dialog = el('dialog', { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' })
  const cancel = closing(dialog, '', 'Cancel')
  cancel.setAttribute('autofocus', '')
  const send = closing(dialog, 'send', `Send ${method}`)
  send.className = 'primary'
  dialog.append(
    el('h2', { id: 'confirm-title' }, 'Send ', el('code', {}, `${method} ${target}`), ' to 8x8?'),
    el('p', { id: 'confirm-text' }, 'What it creates, changes or deletes there, it does once more.'),
    el('div', { class: 'actions' }, cancel, send),
  )
  return (await showDialog(dialog)) === 'send'
}
