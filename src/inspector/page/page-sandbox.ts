import type { Snapshot } from '../wire.js'
import { announce, byId, el, setText } from './page-dom.js'

type Call = readonly [method: string, path: string]

interface Action {
  readonly label: string
  /** One after the other, or all at once. */
  readonly calls: readonly Call[]
  readonly atOnce?: true
  /** What to do and to see next. */
  readonly next: string
}

const get = (path: string): Call => ['GET', path]
const post = (path: string): Call => ['POST', `/sandbox/${path}`]
const clear = (path: string): Call => ['DELETE', `/sandbox/${path}`]

const ACTIONS: readonly Action[] = [
  {
    label: 'Make some calls',
    atOnce: true,
    calls: [
      get('/analytics/cc/v5/realtime-metrics/queues'),
      get('/storage/us-west/v3/objects?limit=5'),
      get('/qm/us-west/v1/interactions?size=5'),
      get('/chat/api/chat/v1/messages'),
      get('/directory-contacts/api/v3/contacts'),
    ],
    next: 'Five calls of five families. Open one in the list to see what went up and what came down.',
  },
  {
    label: 'Revoke the token',
    calls: [post('revoke')],
    next: 'The simulated 8x8 has forgotten the token. Make some calls: they get a 401, the proxy gets one new token for all, and sends them again.',
  },
  {
    label: '503 for ten calls',
    calls: [post('fault?status=503&times=10')],
    next: 'Make some calls: the next ten get a 503, which comes through as it is. Then all is well again.',
  },
  {
    label: 'Slow for ten calls',
    calls: [post('fault?delay-ms=2000&times=10')],
    next: 'Make some calls: the next ten take 2 s each. None waits for another.',
  },
  {
    label: 'Tokens that expire in 5 s',
    calls: [post('token-lifetime?seconds=5'), post('revoke')],
    next: 'Make some calls, again and again, and watch the token: it is renewed ahead of its end while it is used, and lapses while it is not.',
  },
  {
    label: 'Back to normal',
    calls: [clear('fault'), clear('token-fault'), post('token-lifetime?seconds=1799')],
    next: 'Nothing is broken any more. The next token lives for half an hour.',
  },
]

const INTRODUCTION =
  'A simulated 8x8 with made-up data: nothing leaves this machine. Make some calls, break something, and watch the proxy recover.'

/** In front of the sandbox: says so, and has buttons that break things on purpose. @returns how to begin */
export function createSandbox(): (snapshot: Snapshot) => void {
  const hint = el('p', { class: 'hint' }, INTRODUCTION)
  const buttons = ACTIONS.map((action) => {
    const button = el('button', { type: 'button' }, action.label)
    button.addEventListener('click', () => {
      void run(action).then((result) => {
        setText(hint, result)
        announce(result)
      })
    })
    return button
  })
  byId('sandbox-pill').append('Sandbox', el('span', { class: 'long' }, ': a simulated 8x8, made-up data'))
  byId('sandbox').append(el('div', { class: 'buttons' }, ...buttons), hint)
  return ({ sandbox }) => {
    byId('sandbox').hidden = byId('sandbox-pill').hidden = !sandbox
    document.title = sandbox ? 'Sandbox: 8x8-auth-proxy' : '8x8-auth-proxy'
  }
}

/** What to say afterwards. */
async function run({ label, calls, atOnce, next }: Action): Promise<string> {
  const send = async ([method, path]: Call): Promise<void> => {
    const response = await fetch(path, { method })
    const text = await response.text()
    // A call may fail on purpose; what breaks things must not.
    if (!atOnce && !response.ok) throw new Error(detailOf(text) ?? `status ${response.status}`)
  }
  try {
    if (atOnce) await Promise.all(calls.map(send))
    else for (const call of calls) await send(call)
    return next
  } catch (error) {
    return `“${label}” did not work: ${(error as Error).message}`
  }
}

function detailOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { detail?: string }).detail
  } catch {
    return undefined
  }
}
