import type { Detail } from '../wire.js'
import { mayBeSent } from './page-dialog.js'
import { el } from './page-dom.js'
import { asItWas, edit, gapsOf } from './page-editor.js'
import { replayOf, type Replay } from './page-replay.js'
import { newRequestId, prepare, send, type Outgoing } from './page-send.js'

/**
 * Buttons that send a request again, as it was or edited. It goes through the proxy's door like any call. What may change
 * something at 8x8 is sent after a confirmation only.
 *
 * @param sending is told the request id of what is being sent; @returns what shows how that goes
 */
export function createSendButtons(
  detail: Detail,
  sending: (id: string) => (text: string) => void,
): HTMLElement[] {
  const replay = replayOf(detail)
  const again = el('button', { type: 'button' }, 'Send again')
  again.addEventListener('click', () => void sendAgain())
  const editing = el('button', { type: 'button' }, 'Edit and send')
  editing.addEventListener('click', () => void editAndSend())
  return [again, editing]

  async function sendAgain(): Promise<void> {
    if (!isAsItWas(replay)) return editAndSend()
    const call = asItWas(replay)
    if (await mayBeSent(call)) await sendNow(call)
  }

  async function editAndSend(): Promise<void> {
    const edited = await edit(replay)
    if (edited !== undefined) await sendNow(edited)
  }

  async function sendNow(call: Outgoing): Promise<void> {
    const id = newRequestId()
    const say = sending(id)
    say('Sending …')
    const result = await send(prepare(call, id).request)
    say(detail.request === undefined ? `${result} Its own headers were not captured.` : result)
  }
}

/** Whether a browser can send the same call, so that there is nothing to tell before. */
function isAsItWas(replay: Replay): boolean {
  const call = asItWas(replay)
  try {
    const { notes } = prepare(call, newRequestId())
    const isWhole = replay.leftOut.length === 0 && gapsOf(replay, call).length === 0
    return isWhole && notes.length === 0 && call.body === replay.body
  } catch {
    return false
  }
}
